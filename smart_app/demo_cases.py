"""The courses of the demo, seeded through the doors a clinician uses: a launch, the services of the app, and filing."""

from __future__ import annotations

import tomllib
import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ipt_fhir.instruments.catalogue import instrument
from ipt_fhir.model.activities import Outcome
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.measures import SafetyAct
from ipt_fhir.model.problem_areas import ProblemAreaCode
from ipt_fhir.model.sessions import MoodLink, Technique
from ipt_fhir.protocol.catalogue import goal_templates
from ipt_fhir.sync.intent import IntentState
from smart_app.sandbox.charts import THERAPISTS
from smart_app.sandbox.hospital import HospitalApp
from smart_app.services import charting, filing, focus_sheets, formulating, launching
from smart_app.services.desk import Desk
from smart_app.services.events import keep_event, read_event
from smart_app.services.focusing import AreaForm, choose
from smart_app.services.goal_planning import PERSON
from smart_app.services.launching import Callback
from smart_app.services.measuring import complete
from smart_app.services.people import keep_person, read_person
from smart_app.services.plan_form import PlanForm
from smart_app.services.planning import agree
from smart_app.services.practice import Practice
from smart_app.services.safety import SafetyForm, settle
from smart_app.services.sessions import SessionForm, record
from smart_app.services.typed import Typed
from smart_app.store.fingerprints import new_secret

Case = dict[str, Any]


class DemoFailed(RuntimeError):
    """The demo could not file a course; the message says which and how far it came."""


def cases() -> list[Case]:
    """The rows of ``demo_cases.toml``."""
    found: list[Case] = tomllib.loads(files("smart_app").joinpath("demo_cases.toml").read_text())["case"]
    return found


def sign_in(hospital: HospitalApp, client_id: str, practice: Practice, case: Case) -> Desk:
    """Launch the app from a case's chart as a browser would, without the browser. Raises DemoFailed."""
    secret, patient = new_secret(), case["patient"]
    launch = parse_qs(urlsplit(hospital.desk.launch_url(client_id, THERAPISTS[0], patient)).query)
    address = launching.begin(practice, launch["iss"][0], launch["launch"][0], secret)
    answer = hospital.test_client().get(address)
    sent = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
    callback = Callback(
        state=sent["state"], code=sent.get("code", ""), error=sent.get("error", ""), iss=sent.get("iss", "")
    )
    arrival = launching.complete(practice, callback, secret)
    desk = charting.open_desk(practice, arrival.handle, secret)
    if desk is None:
        raise DemoFailed(f"the chart of {patient} did not open")
    return desk


def seed(practice: Practice, desk: Desk, case: Case) -> None:
    """Enter what was done until today, week by week, and file it. Raises DemoFailed."""
    intake = practice.clock().replace(hour=9, minute=30, second=0, microsecond=0) - timedelta(weeks=case["held"] + 1)
    episode = with_people(replace(desk.episode, started=intake.date()), case)
    episode = _measured(episode, case["phq9"][0], desk, intake)
    closed, going_on = case["held"], int(case.get("open", False))
    for number in range(1, closed + going_on + 1):
        day = intake + timedelta(weeks=number)
        episode = _measured(episode, case["phq9"][number], desk, day)
        if number == 3:
            episode = _agreed(episode, case, day)
        session = _as_usual(day.date(), case["area"], close=number <= closed)
        episode, problems = record(episode, session, day.date())
        if problems:
            raise DemoFailed(f"{case['patient']}, session {number}: {problems[0].sentence}")
    charting.save(practice, desk, episode)
    state = filing.file(practice, replace(desk, episode=episode, revision=desk.revision + 1))
    if state is not IntentState.DONE:
        raise DemoFailed(f"{case['patient']}: filing ended as {state.value}")


def _as_usual(day: date, area: str, *, close: bool) -> SessionForm:
    """A session as most are: fifty minutes in the afternoon, worked on the focus."""
    if not close:
        return SessionForm(date=day.isoformat(), start="14:00", minutes="50")
    return SessionForm(
        date=day.isoformat(),
        start="14:00",
        minutes="50",
        mood_link=MoodLink.WORSE_AFTER_EVENT.value,
        focus=area,
        techniques=(Technique.MOOD_EVENT_LINKING.value, Technique.COMMUNICATION_ANALYSIS.value),
        step="Say one wish aloud, and note what was answered",
        last_outcome=Outcome.DONE.value,
        close=True,
    )


def _measured(episode: Episode, digits: str, desk: Desk, when: datetime) -> Episode:
    """One PHQ-9 from its nine digits; a worrying answer is discussed in the session, as it should be."""
    measure = instrument("phq-9")
    answers = {}
    for link_id, digit in zip(measure.counted, digits, strict=True):
        points = measure.points(link_id)
        answers[link_id] = next(code for code, value in points.items() if value == int(digit))
    episode = complete(episode, measure, answers, desk.therapist, when)
    for item in episode.open_safety_items:
        done = SafetyForm(act=SafetyAct.DISCUSSED.value)
        episode, _ = settle(episode, item, done, desk.therapist, when + timedelta(minutes=40))
    return episode


def _agreed(episode: Episode, case: Case, when: datetime) -> Episode:
    """The plan of a case, agreed in the third session."""
    chosen = [goal_templates()[name] for name in case["goals"]]
    texts: dict[str, str] = {}
    for template in chosen:
        texts[f"text-{template.id}"] = template.text.replace(PERSON, case["person"])
        texts[f"due-{template.id}"] = (episode.started + timedelta(weeks=template.week)).isoformat()
        texts |= {
            f"level-{template.id}-{level}": words for level, words in zip(range(-2, 3), template.levels, strict=False)
        }
    form = PlanForm(
        contract_agreed=True,
        sessions=str(case["sessions"]),
        minutes="50",
        contract_on=when.date().isoformat(),
        goals=tuple(case["goals"]),
        activities=tuple(item.code for item in episode.activities),
        texts=texts,
    )
    agreed, problems = agree(_focused(episode, case, when.date()), form, when.date(), set())
    if problems:
        raise DemoFailed(f"{case['patient']}: {problems[0].field}: {problems[0].sentence}")
    return agreed


def _focused(episode: Episode, case: Case, day: date) -> Episode:
    """The problem areas of a case, agreed that day, with its formulation and its sheets, as the pages keep them."""
    form = AreaForm(
        area=case["area"],
        second_area=case.get("second_area", ""),
        agreed=True,
        agreed_on=day.isoformat(),
        about=next((entry.id for entry in episode.inventory if entry.initial == case.get("about")), ""),
        rationale=case.get("rationale", ""),
        z_code=case.get("z_code", ""),
    )
    chosen, problems = choose(episode, form, day)
    if "formulation" in case and episode.therapist:
        words = _typed({"text": case["formulation"], "agreed": "yes", "agreed_on": day.isoformat()})
        chosen, found = formulating.write(chosen, words, episode.therapist, day)
        problems += found
    for area, sheets in case.get("sheets", {}).items():
        for fields in sheets:
            seen = episode.started + timedelta(weeks=fields.get("week", 0))
            typed = _typed({**fields, "day": seen.isoformat()})
            chosen, found = focus_sheets.write(chosen, ProblemAreaCode(area), typed, "", max(day, seen))
            problems += found
    if problems:
        raise DemoFailed(f"{case['patient']}: {problems[0].field}: {problems[0].sentence}")
    return chosen


def with_people(episode: Episode, case: Case) -> Episode:
    """The people of a case and what happened to them, entered as on the pages. Raises DemoFailed."""
    ids: dict[str, str] = {}
    for person in case.get("people", ()):
        ids[person["initial"]] = str(uuid.uuid4())
        entry, problems = read_person(ids[person["initial"]], _typed(person))
        if entry is None:
            raise DemoFailed(f"{case['patient']}: {problems[0].field}: {problems[0].sentence}")
        episode, _ = keep_person(episode, entry)
    for happened in case.get("events", ()):
        day = (episode.started + timedelta(weeks=happened["week"])).isoformat()
        known = {**happened, "when": day[:7] if happened.get("exact") == "month" else day}
        known["person"] = ids.get(happened.get("person", ""), "")
        event, problems = read_event(str(uuid.uuid4()), _typed(known), episode, episode.started)
        if event is None:
            raise DemoFailed(f"{case['patient']}: {problems[0].field}: {problems[0].sentence}")
        episode, _ = keep_event(episode, event)
    return episode


def _typed(fields: dict[str, Any]) -> Typed:
    return Typed({name: tuple(value) if isinstance(value, list) else (str(value),) for name, value in fields.items()})
