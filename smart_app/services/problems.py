"""What is wrong with a form, said so that the person can mend it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ipt_fhir.model.limits import clean_text
from smart_app.language import gettext as _


@dataclass(frozen=True, slots=True)
class Problem:
    """The field it is about (its id on the page) and one sentence in the person's language."""

    field: str
    sentence: str


class Problems(list[Problem]):
    """Problems as they are found."""

    def add(self, field: str, sentence: str) -> None:
        """Note one; a field is blamed once."""
        if field not in self.by_field():
            self.append(Problem(field, sentence))

    def by_field(self) -> dict[str, str]:
        """The sentence for each field that has one."""
        return {problem.field: problem.sentence for problem in self}


def read_day(field: str, typed: str, problems: Problems) -> date | None:
    """The date of a field; None, with a problem noted, when it is not a full one."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        problems.add(field, _("Enter a full date."))
        return None


def read_text(field: str, typed: str, limit: int, problems: Problems) -> str | None:
    """What was typed, as the model keeps it (may be empty); None, with a problem noted, when it is too long."""
    text = clean_text(typed)
    if len(text) > limit:
        problems.add(field, _("This is longer than %(limit)s characters.", limit=limit))
        return None
    return text


def read_number(field: str, typed: str, least: int, most: int, problems: Problems) -> int | None:
    """The whole number of a field; None, with a problem noted, when it is none or out of its bounds."""
    text = typed.strip()
    if text.isascii() and text.isdigit() and len(text) < 5 and least <= int(text) <= most:
        return int(text)
    if least == most:
        problems.add(field, _("Enter %(number)s: this form of IPT has no other.", number=least))
    else:
        problems.add(field, _("Enter a number from %(least)s to %(most)s.", least=least, most=most))
    return None
