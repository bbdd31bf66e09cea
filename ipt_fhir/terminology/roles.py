"""Who people are to the patient: HL7 v3-RoleCode where it has a code, our own beside it."""

from __future__ import annotations

from ipt_fhir.locale.texts import N_
from ipt_fhir.model.inventory import Role
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept

_V3 = {
    Role.SPOUSE: N_("spouse"),
    Role.HUSBAND: N_("husband"),
    Role.WIFE: N_("wife"),
    Role.DOMESTIC_PARTNER: N_("partner"),
    Role.SIGNIFICANT_OTHER: N_("significant other"),
    Role.PARENT: N_("parent"),
    Role.MOTHER: N_("mother"),
    Role.FATHER: N_("father"),
    Role.STEP_PARENT: N_("step-parent"),
    Role.CHILD: N_("child"),
    Role.SIBLING: N_("sibling"),
    Role.GRANDPARENT: N_("grandparent"),
    Role.EXTENDED_FAMILY: N_("relative"),
    Role.IN_LAW: N_("in-law"),
    Role.PARENT_IN_LAW: N_("parent-in-law"),
    Role.MOTHER_IN_LAW: N_("mother-in-law"),
    Role.COUSIN: N_("cousin"),
    Role.AUNT: N_("aunt"),
    Role.UNCLE: N_("uncle"),
    Role.FRIEND: N_("friend"),
    Role.NEIGHBOUR: N_("neighbour"),
    Role.ROOMMATE: N_("roommate"),
    Role.FAMILY_MEMBER: N_("family member"),
}
_OURS = {
    Role.MANAGER: N_("manager"),
    Role.COLLEAGUES: N_("colleagues"),
    Role.TEACHER: N_("teacher"),
    Role.EX_PARTNER: N_("former partner"),
    Role.ONLINE_GROUP: N_("online group"),
    Role.DECEASED_PARTNER: N_("deceased partner"),
    Role.OTHER: N_("another person"),
}

ROLES: dict[Role, Concept] = {
    role: Concept(system, role.value, label)
    for system, labels in ((systems.ROLE_CODE, _V3), (systems.IPT_RELATIONSHIP, _OURS))
    for role, label in labels.items()
}
