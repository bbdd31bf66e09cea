"""Why a template does not become a goal. Each says what is missing; nothing of the patient is in a message."""

from __future__ import annotations

from decimal import Decimal

from ipt_fhir.locale.texts import N_


class GoalRefused(ValueError):
    """A template cannot become a goal as asked; ``msgid`` is the sentence for the person, ``values`` fill it."""

    msgid = ""

    def __init__(self, **values: object) -> None:
        self.values = values
        super().__init__(self.msgid.format(**values))


class FillInMissing(GoalRefused):
    """The wording asks for a person of the inventory or a number that was not given."""

    msgid = N_("Goal {template} needs {fill_in}. Choose a person of the inventory, or enter the number.")

    def __init__(self, template: str, fill_in: str) -> None:
        super().__init__(template=template, fill_in=fill_in)
        self.fill_in = fill_in


class PersonNotInPlan(GoalRefused):
    """The inventory says that the plan may not speak of this person (decision-D20)."""

    msgid = N_("The plan may not speak of this person ({role}). Allow it in the inventory, or choose another one.")

    def __init__(self, role: str) -> None:
        super().__init__(role=role)


class BaselineMissing(GoalRefused):
    """The target counts from a first score and there is none."""

    msgid = N_("Goal {template} counts from a first score. Fill in the questionnaire, then choose the goal.")

    def __init__(self, template: str) -> None:
        super().__init__(template=template)


class TargetOutOfRange(GoalRefused):
    """The target lies outside what the instrument can show: the first score was too low, or too high, for this goal."""

    msgid = N_("Goal {template} would aim at {value}, which the questionnaire cannot show. Choose another goal.")

    def __init__(self, template: str, value: Decimal) -> None:
        super().__init__(template=template, value=value)


class NotMeasurableYet(GoalRefused):
    """The instrument that measures the goal is not part of this version."""

    msgid = N_("Goal {template} is measured by {instrument}, which is not here yet. Choose another goal.")

    def __init__(self, template: str, instrument: str) -> None:
        super().__init__(template=template, instrument=instrument)
