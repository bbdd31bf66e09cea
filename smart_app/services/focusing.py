"""Choose the problem area: one leads, at most one stands beside it. Pure: a course and a form in, both or problems out.

The software never chooses: it shows what speaks for an area (``criteria``), and the person decides with the patient.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.limits import TEXT_LIMITS
from ipt_fhir.model.problem_areas import FocusChange, FormerArea, ProblemArea, ProblemAreaCode, ProposedBy, Rank
from ipt_fhir.model.sessions import Phase, Technique
from ipt_fhir.protocol.course_guards import focus_may_change
from ipt_fhir.terminology.z_codes import Z_CODES
from smart_app import language
from smart_app.language import gettext as _
from smart_app.services.planning import with_standing
from smart_app.services.problems import Problems, read_day, read_text
from smart_app.services.typed import Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaForm:
    """What the person entered, as typed. ``about`` and ``second_about`` are ids of inventory entries, or empty."""

    area: str = ""
    second_area: str = ""
    proposed_by: str = ProposedBy.TOGETHER.value
    agreed: bool = False
    agreed_on: str = ""
    rationale: str = ""
    about: str = ""
    second_about: str = ""
    z_code: str = ""
    second_z_code: str = ""
    change_reason: str = ""


def area_form(episode: Episode, today: date) -> AreaForm:
    """The form with the areas as they stand."""
    first = episode.primary_area
    second = next((area for area in episode.problem_areas if area.rank is Rank.SECONDARY), None)
    return AreaForm(
        area=first.code.value if first else "",
        second_area=second.code.value if second else "",
        proposed_by=first.proposed_by.value if first else ProposedBy.TOGETHER.value,
        agreed=bool(first and first.agreed_by_patient),
        agreed_on=(first.agreed_on if first and first.agreed_on else today).isoformat(),
        rationale=(first.rationale if first else None) or "",
        about=(first.about if first else None) or "",
        second_about=(second.about if second else None) or "",
        z_code=(first.z_code if first else None) or "",
        second_z_code=(second.z_code if second else None) or "",
    )


def typed_of(episode: Episode, today: date) -> Typed:
    """The same as the fields of the page."""
    found = asdict(area_form(episode, today)).items()
    return Typed({name: ("yes" if value is True else value,) for name, value in found if value})


def read_form(typed: Typed) -> AreaForm:
    """The form from the fields of the page; a choice nobody offers reads as none, or as the usual one."""
    areas, proposers = set(ProblemAreaCode), set(ProposedBy)
    area, second, proposed_by = (typed.one(name) for name in ("area", "second_area", "proposed_by"))
    return AreaForm(
        area=area if area in areas else "",
        second_area=second if second in areas else "",
        proposed_by=proposed_by if proposed_by in proposers else ProposedBy.TOGETHER.value,
        agreed=typed.one("agreed") == "yes",
        agreed_on=typed.one("agreed_on"),
        rationale=typed.one("rationale"),
        about=typed.one("about"),
        second_about=typed.one("second_about"),
        z_code=typed.one("z_code"),
        second_z_code=typed.one("second_z_code"),
        change_reason=typed.one("change_reason"),
    )


def changed_midway(episode: Episode) -> bool:
    """Whether the focus was agreed after the first phase, and no session since then reviewed the contract."""
    first = episode.primary_area
    begun = [item for item in episode.sessions if item.kind.counts and item.phase is not Phase.INITIAL and item.closed]
    if first is None or first.agreed_on is None or not begun or first.agreed_on <= begun[0].date:
        return False
    since = (item for item in episode.sessions if item.date >= first.agreed_on)
    return not any(Technique.CONTRACT_REVIEW in item.techniques for item in since)


def choose(episode: Episode, form: AreaForm, today: date) -> tuple[Episode, Problems]:
    """The course with the areas of the form; where there are problems the course is as it was."""
    problems = Problems()
    areas = _areas(episode, form, today, problems)
    reason = next((item for item in FocusChange if item.value == form.change_reason), None)
    leads = next((area.code for area in areas if area.rank is Rank.PRIMARY), None)
    if not problems:
        for obstacle in focus_may_change(episode, leads, reason):
            problems.add("change_reason", obstacle.words(language.current()))
    if problems:
        return episode, problems
    former = (*episode.former_areas, *_given_up(episode, leads, reason, today))
    return with_standing(replace(episode, problem_areas=areas, former_areas=former)), problems


def _given_up(
    episode: Episode, leads: ProblemAreaCode | None, reason: FocusChange | None, today: date
) -> tuple[FormerArea, ...]:
    """The leading area that leads no more. What was agreed today and is changed today was a slip, unless a reason says
    otherwise."""
    before = episode.primary_area
    if before is None or before.code is leads or before.agreed_on is None:
        return ()
    if before.agreed_on == today and reason is None:
        return ()
    return (FormerArea(area=before, left_on=today, reason=reason),)


def _areas(episode: Episode, form: AreaForm, today: date, problems: Problems) -> tuple[ProblemArea, ...]:
    if not form.area:
        if form.second_area:
            problems.add("area", _("Choose the leading area first."))
        return ()
    if form.second_area == form.area:
        problems.add("second_area", _("The second area is the same as the leading one."))
        return ()
    agreed_on = _agreed_on(episode, form, today, problems)
    rationale = read_text("rationale", form.rationale, TEXT_LIMITS["ProblemArea.rationale"], problems)
    first = _area(episode, form.area, form.about, form.z_code, "", problems)
    second = (
        _area(episode, form.second_area, form.second_about, form.second_z_code, "second_", problems)
        if form.second_area
        else None
    )
    if problems:
        return ()
    chosen = [(first, Rank.PRIMARY, rationale or None)]
    if second:
        chosen.append((second, Rank.SECONDARY, None))
    return tuple(
        replace(
            area,
            rank=rank,
            rationale=reason,
            proposed_by=ProposedBy(form.proposed_by),
            agreed_by_patient=form.agreed,
            agreed_on=agreed_on,
        )
        for area, rank, reason in chosen
    )


def _agreed_on(episode: Episode, form: AreaForm, today: date, problems: Problems) -> date | None:
    """The day of the agreement. An agreement about another area is none about this one."""
    if not form.agreed:
        return None
    agreed_on = read_day("agreed_on", form.agreed_on, problems)
    if agreed_on is None:
        return None
    if agreed_on > today:
        problems.add("agreed_on", _("An agreement cannot lie in the future."))
    before = episode.primary_area
    if before and before.code.value != form.area and agreed_on == before.agreed_on != today:
        problems.add("agreed_on", _("This was the agreement about another area. Enter the day of the new one."))
    return agreed_on


def _area(episode: Episode, code: str, about: str, z_code: str, field: str, problems: Problems) -> ProblemArea:
    """The area as it was, with what the form says of it; a new one where it was not chosen yet."""
    known = next((area for area in episode.problem_areas if area.code == code), None)
    area = known or ProblemArea(code=ProblemAreaCode(code))
    if about and about not in {entry.id for entry in episode.inventory}:
        problems.add(f"{field}about", _("This person is not in the inventory any more. Choose another."))
    if z_code and z_code != area.z_code and z_code not in Z_CODES[area.code]:
        problems.add(f"{field}z_code", _("This code does not belong to the chosen area."))
    return replace(area, about=about or None, z_code=area.z_code if problems else z_code or None)
