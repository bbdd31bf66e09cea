"""What our own forms let people choose, where no published code system has the words. Each table is one of ours."""

from __future__ import annotations

from ipt_fhir.locale.texts import N_
from ipt_fhir.model.inventory import Confiding, Contact, Support
from ipt_fhir.model.sessions import MoodLink
from ipt_fhir.terminology import systems
from ipt_fhir.terminology.concepts import Concept

CONTACTS: dict[Contact, Concept] = {
    code: Concept(systems.IPT_CONTACT, code.value, label)
    for code, label in (
        (Contact.DAILY, N_("every day")),
        (Contact.WEEKLY, N_("every week")),
        (Contact.MONTHLY, N_("every month")),
        (Contact.RARE, N_("less often")),
        (Contact.AVOIDED, N_("one of us avoids it")),
        (Contact.NONE, N_("no contact")),
    )
}

CONFIDINGS: dict[Confiding, Concept] = {
    code: Concept(systems.IPT_CONFIDING, code.value, label)
    for code, label in (
        (Confiding.YES, N_("I confide in this person")),
        (Confiding.PARTLY, N_("In part")),
        (Confiding.STOPPED, N_("Not any more")),
        (Confiding.NO, N_("I do not confide in this person")),
    )
}

SUPPORTS: dict[Support, Concept] = {
    code: Concept(systems.IPT_SUPPORT, code.value, label)
    for code, label in (
        (Support.PRACTICAL, N_("Practical help")),
        (Support.EMOTIONAL, N_("Comfort and listening")),
        (Support.INFORMATIONAL, N_("Advice and information")),
    )
}

MOOD_LINKS: dict[MoodLink, Concept] = {
    code: Concept(systems.IPT_MOOD_LINK, code.value, label)
    for code, label in (
        (MoodLink.BETTER_AFTER_EVENT, N_("Mood better after an event")),
        (MoodLink.WORSE_AFTER_EVENT, N_("Mood worse after an event")),
        (MoodLink.EVENT_AFTER_MOOD, N_("Event followed a change of mood")),
        (MoodLink.NO_LINK, N_("No link found")),
    )
}

# The model counts conflict and fidelity from 0 to 3; the place in the table is the number.
CONFLICTS: tuple[Concept, ...] = tuple(
    Concept(systems.IPT_CONFLICT, code, label)
    for code, label in (
        ("none", N_("No conflict")),
        ("some", N_("Some conflict")),
        ("much", N_("Much conflict")),
        ("constant", N_("Conflict most of the time")),
    )
)

FIDELITY_MARKS: tuple[Concept, ...] = tuple(
    Concept(systems.IPT_FIDELITY_MARK, code, label)
    for code, label in (
        ("not-at-all", N_("Not in this session")),
        ("briefly", N_("Briefly")),
        ("largely", N_("For the most part")),
        ("throughout", N_("All the way through")),
    )
)

FITS: tuple[Concept, ...] = tuple(
    Concept(systems.IPT_FIT, code, label)
    for code, label in (
        ("applies", N_("Applies to me")),
        ("in-part", N_("Applies in part")),
        ("no", N_("Does not apply")),
    )
)

COMPANY: tuple[Concept, ...] = tuple(
    Concept(systems.IPT_COMPANY, code, label)
    for code, label in (
        ("alone", N_("Alone")),
        ("others-present", N_("Others were there")),
        ("together", N_("Together with others")),
    )
)

MISSED_SESSIONS: tuple[Concept, ...] = tuple(
    Concept(systems.IPT_MISSED_SESSION, code, label)
    for code, label in (
        ("counts", N_("It counts as one of the sessions")),
        ("made-up", N_("It is held at another time")),
        ("discussed", N_("We decide each time")),
    )
)

WHOSE: tuple[Concept, ...] = tuple(
    Concept(systems.IPT_WHOSE, code, label)
    for code, label in (
        ("mine", N_("What I expect")),
        ("theirs", N_("What the other person expects")),
    )
)
