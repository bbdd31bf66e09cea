"""The course every contender writes: sixteen sessions, five questionnaires; and the words the peers are given.

What stands in ``Prepared`` is worked out before any clock starts, for the peers' benefit: narratives, sentences, scores
and answer texts are ours to compose inside our own time, while the peers find them ready.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ipt_fhir.instruments.catalogue import SHIPPED, Instrument, instrument
from ipt_fhir.instruments.definition import AnswerOption, Item
from ipt_fhir.mapping.episode import to_fhir
from ipt_fhir.mapping.observation import Drawn, drawn_from
from ipt_fhir.mapping.questionnaireresponse import chosen_option
from ipt_fhir.mapping.references import Writing
from ipt_fhir.model.episode import Episode
from ipt_fhir.model.measures import Response
from ipt_fhir.model.sessions import Attendance, Mode, Phase, Session
from ipt_fhir.rawjson import JsonObject
from tests.mapping.example import EXAMPLE, FOLLOW_UP, START, answers

WRITING = Writing(patient="alma")
_LATER = {8: "121111110", 12: "111011000", 16: "010010100"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The course and everything about it that a peer need not work out. Texts are by the key of their resource."""

    episode: Episode
    title: str
    narratives: Mapping[str, str]
    sessions: Sequence[str]
    answered: Mapping[str, Sequence[tuple[Item, AnswerOption]]]
    drawn: Mapping[str, Sequence[Drawn]]
    measures: Mapping[str, Instrument]


def whole_course() -> Episode:
    """The example carried through to its last session, with a PHQ-9 at sessions 1, 4, 8, 12 and 16."""
    later = tuple(_response(number, digits) for number, digits in _LATER.items())
    return replace(
        EXAMPLE,
        phase=Phase.TERMINATION,
        sessions=tuple(map(_session, range(1, 17))),
        responses=EXAMPLE.responses + later,
    )


def prepared(episode: Episode, written: Mapping[str, JsonObject]) -> Prepared:
    """What the peers are given, taken from what we have written."""
    plan = written[episode.id]
    progress = next(item["progress"] for item in plan["activity"] if "progress" in item)
    return Prepared(
        episode=episode,
        title=plan["title"],
        narratives={key: resource["text"]["div"] for key, resource in written.items()},
        sessions=[annotation["text"] for annotation in progress],
        answered={response.id: _answered(response) for response in episode.responses},
        drawn={response.id: list(drawn_from(response, SHIPPED, episode.responses)) for response in episode.responses},
        measures={response.id: instrument(response.instrument) for response in episode.responses},
    )


def written_course(episode: Episode) -> dict[str, JsonObject]:
    """Our resources of the course, by key."""
    return to_fhir(episode, WRITING)


def _session(number: int) -> Session:
    phase = Phase.INITIAL if number <= 3 else Phase.MIDDLE if number <= 13 else Phase.TERMINATION
    return Session(
        number=number,
        date=START + timedelta(weeks=number - 1),
        phase=phase,
        attendance=Attendance.MISSED if number == 3 else Attendance.ATTENDED,
        mode=Mode.VIDEO if number % 4 == 2 else Mode.IN_PERSON,
    )


def _response(number: int, digits: str) -> Response:
    opened = datetime(START.year, START.month, START.day, 9, 30, tzinfo=UTC)
    return replace(
        FOLLOW_UP,
        id=f"3f2a9c1e-5b7d-4e8f-9a0b-{100 + number:012d}",
        authored=opened + timedelta(weeks=number - 1),
        answers=answers(digits),
    )


def _answered(response: Response) -> list[tuple[Item, AnswerOption]]:
    measure = instrument(response.instrument)
    found = []
    for answer in response.answers:
        item = measure.item(answer.link_id)
        if item is None:
            raise LookupError(f"{measure.id} has no item {answer.link_id}")
        found.append((item, chosen_option(item, str(answer.given))))
    return found
