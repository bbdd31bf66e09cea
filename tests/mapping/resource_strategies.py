"""What a course leaves in the chart beside its plan, for property tests."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st

from ipt_fhir.model.activities import COURSE, Activity, ActivityKind, ActivityStatus
from ipt_fhir.model.consents import ConsentDecision, ConsentKind
from ipt_fhir.model.problem_areas import ProblemArea
from ipt_fhir.model.records import Document, DocumentKind, Message, MessageKind
from ipt_fhir.model.sessions import Session, SessionKind
from ipt_fhir.protocol.catalogue import activity_templates
from tests.mapping.strategies import days, ids, one_session, people, problem_areas, texts, times

_CODES = [name for name in activity_templates() if name != COURSE] + ["other"]


@st.composite
def any_session(draw: st.DrawFn) -> Session:
    """Any meeting, closed or still to come."""
    kind = draw(st.sampled_from(SessionKind))
    return draw(one_session(draw(st.integers(1, 20)), kind, closed=draw(st.booleans())))


@st.composite
def consents(draw: st.DrawFn) -> ConsentDecision:
    """A permission, a refusal, or a permission that was withdrawn."""
    permitted, decided = draw(st.booleans()), draw(days)
    withdrawn = draw(st.none() | st.integers(0, 400)) if permitted else None
    return ConsentDecision(
        id=draw(ids),
        kind=draw(st.sampled_from(ConsentKind)),
        permitted=permitted,
        decided_on=decided,
        withdrawn_on=None if withdrawn is None else decided + timedelta(days=withdrawn),
    )


areas: st.SearchStrategy[ProblemArea] = problem_areas().filter(bool).map(lambda found: found[0])
messages = st.builds(Message, id=ids, kind=st.sampled_from(MessageKind), sent=times, sender=st.none() | people)
documents = st.builds(Document, id=ids, kind=st.sampled_from(DocumentKind), written=times, author=st.none() | people)
appointments = st.builds(
    Activity,
    id=ids,
    kind=st.just(ActivityKind.APPOINTMENT),
    code=st.sampled_from(_CODES),
    text=texts(100),
    status=st.sampled_from(ActivityStatus),
    starts=times,
    minutes=st.integers(5, 240),
)
