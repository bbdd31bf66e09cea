"""A course walked from referral to its end, as its variant has it: every guard is met, nothing is skipped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from ipt_fhir.model.ending import Disposition, RelapsePlan, TerminationReason, TerminationReview
from ipt_fhir.model.episode import Episode, Frequency
from ipt_fhir.model.formulation import Formulation
from ipt_fhir.model.inventory import Confiding, Contact, InventoryEntry, Ring, Role, Support
from ipt_fhir.model.people import DiagnosisLink
from ipt_fhir.model.problem_areas import ProblemArea, ProblemAreaCode
from ipt_fhir.model.records import Message, MessageKind
from ipt_fhir.model.sessions import Attendance, MoodLink, Phase, Session, SessionKind, Technique
from ipt_fhir.model.timeline import EventKind, TimelineEvent
from ipt_fhir.protocol.catalogue import Variant, supported_variant
from ipt_fhir.protocol.course import Step, maintenance_contract, step_of, take
from ipt_fhir.protocol.group import GroupSession, close_for_group
from ipt_fhir.protocol.pace import DAYS_BETWEEN
from ipt_fhir.protocol.variants import Format
from tests.protocol import acting
from tests.protocol.acting import id_of

STARTED = date(2026, 1, 5)
_STEPS = {
    Phase.INITIAL: Step.INITIAL,
    Phase.MIDDLE: Step.MIDDLE,
    Phase.TERMINATION: Step.TERMINATION,
    Phase.MAINTENANCE: Step.MAINTENANCE,
}
_WORST, _BEST = 17, 4


def walk(variant_id: str, person: str = "one") -> tuple[Episode, ...]:
    """The course after referral, after each session, and at its end; ``person`` tells courses of a group apart.

    Raises UnknownVariant or VariantNotSupported.
    """
    variant = supported_variant(variant_id)
    walker = _Walker(variant, _referred(variant, person), STARTED)
    walker.prepare()
    walker.meet_beside(0)
    for number in range(1, variant.sessions + 1):
        walker.hold(number, variant.frequency)
        walker.meet_beside(number)
    walker.look_back()
    if variant.maintenance:
        walker.keep_up(variant.maintenance.sessions, variant.maintenance.frequency)
    walker.close()
    return tuple(walker.stops)


@dataclass
class _Walker:
    """One walk; ``stops`` are the courses as they were after each session."""

    variant: Variant
    episode: Episode
    day: date

    def __post_init__(self) -> None:
        self.stops = [self.episode]

    def prepare(self) -> None:
        """Suitability, first measure, acceptance."""
        self.step(Step.SUITABILITY)
        self.episode = acting.measured(self.episode, self.day, _digits(0, self.variant.sessions))
        self.step(Step.PLANNED)
        self.stop()

    def meet_beside(self, after: int) -> None:
        """The meetings of the variant that follow this session, and who was told."""
        for extra in self.variant.extras:
            for number, place in enumerate(extra.after, start=1):
                if place == after:
                    self.day += timedelta(days=1)
                    session = Session(number=number, date=self.day, phase=self.episode.phase, kind=extra.kind)
                    self.episode = acting.with_session(self.episode, session)
                    if extra.kind is SessionKind.CAREGIVER:
                        self.tell(MessageKind.CAREGIVER)
                    self.stop()

    def hold(self, number: int, frequency: Frequency) -> None:
        """One contracted session: measure, open, take the step that is due, work, close."""
        self.day = self.day_of(number, frequency)
        self.episode = acting.measured(self.episode, self.day, _digits(number, self.variant.sessions))
        contract = self.episode.contract
        phase = self.variant.phase_of(number, contract.sessions if contract else self.variant.sessions)
        session = self.session(number, self.episode.phase)
        self.episode = acting.with_session(self.episode, replace(session, closed=False))
        if self.variant.only_maintenance and number == 1:
            self.agree()
        if step_of(self.episode) is not _STEPS[phase]:
            self.step(_STEPS[phase])
        self.close_session(replace(session, phase=self.episode.phase))
        if number == max(self.variant.initial, 1) and not self.variant.only_maintenance:
            self.agree()
        self.stop()

    def close_session(self, session: Session) -> None:
        """A group closes it for all its members."""
        if self.variant.format is Format.INDIVIDUAL:
            self.episode = acting.with_session(self.episode, session)
            return
        held = GroupSession(number=session.number, date=session.date, minutes=session.minutes)
        self.episode = close_for_group({"me": self.episode}, {"me": Attendance.ATTENDED}, held)["me"]

    def agree(self) -> None:
        """People, timeline, formulation, focus, contract and goals: what the first phase is for."""
        first = self.day_of(1, self.variant.frequency)
        variant, day = self.variant, self.day
        husband = _husband(self.episode)
        contract = acting.contracted(day, variant.sessions, variant.frequency, variant.minutes, first)
        self.episode = replace(
            self.episode,
            inventory=(husband,),
            timeline=(_dispute(self.episode, husband),),
            formulations=(Formulation(version=1, text="Low mood began when talks broke off.", agreed_on=day),),
            problem_areas=(
                ProblemArea(code=ProblemAreaCode.ROLE_DISPUTE, agreed_by_patient=True, agreed_on=day, about=husband.id),
            ),
            contract=contract,
            sick_role_on=first,
        )
        goals = [acting.agreed_goal(self.episode, name, day, person=husband) for name in ("G-01", "G-11", "G-31")]
        self.episode = acting.done(replace(self.episode, goals=tuple(goals)), "psychoeducation", "agree-contract")
        if "school-contact" in variant.activities:
            self.tell(MessageKind.SCHOOL)

    def look_back(self) -> None:
        """The plan against relapse, and how far a goal was reached."""
        plan = RelapsePlan(signs=("Sleep gets short",), actions=("Call the friend",), contacts=("friend",))
        self.episode = acting.rated(replace(self.episode, relapse_plan=plan), "G-11", self.day, 1)
        self.episode = acting.done(self.episode, "relapse-plan")

    def keep_up(self, sessions: int, frequency: Frequency) -> None:
        """The maintenance contract and its sessions; numbers go on."""
        done = self.variant.sessions
        self.step(Step.MAINTENANCE)
        if self.episode.contract:
            contract = maintenance_contract(self.episode.contract, sessions, frequency, self.day)
            self.episode = replace(self.episode, contract=contract)
        for number in range(done + 1, done + sessions + 1):
            self.day += timedelta(days=round(DAYS_BETWEEN[frequency]))
            self.episode = acting.measured(self.episode, self.day, _digits(done, done))
            self.episode = acting.with_session(self.episode, self.session(number, Phase.MAINTENANCE))
            self.stop()

    def close(self) -> None:
        """Review and end."""
        review = TerminationReview(
            reason=TerminationReason.COMPLETED,
            ended_on=self.day,
            reviewed_on=self.day,
            dispositions=(Disposition.NO_FURTHER_TREATMENT,),
        )
        self.episode = replace(self.episode, review=review)
        self.step(Step.CLOSED)
        self.stop()

    def step(self, step: Step) -> None:
        """Take a step; a guard that is not met stops the walk with its sentences."""
        self.episode = take(self.episode, step, self.day)

    def stop(self) -> None:
        """Remember the course as it is now."""
        self.stops.append(self.episode)

    def tell(self, kind: MessageKind) -> None:
        """Somebody was told."""
        message = Message(
            id=id_of(self.episode.id, kind, self.day), kind=kind, sent=acting.at(self.day, 12), sender=acting.THERAPIST
        )
        found = sorted((*self.episode.messages, message), key=lambda item: (item.sent, item.id))
        self.episode = replace(self.episode, messages=tuple(found))

    def day_of(self, number: int, frequency: Frequency) -> date:
        """Session 1 is a week after the referral."""
        return STARTED + timedelta(days=7 + round((number - 1) * DAYS_BETWEEN[frequency]))

    def session(self, number: int, phase: Phase) -> Session:
        """A session as the therapist records it."""
        return Session(
            number=number,
            date=self.day,
            phase=phase,
            kind=self.variant.session_kind,
            starts=acting.at(self.day),
            minutes=self.variant.minutes,
            focus=ProblemAreaCode.ROLE_DISPUTE,
            mood_link=MoodLink.BETTER_AFTER_EVENT,
            techniques=(Technique.MOOD_EVENT_LINKING, Technique.COMMUNICATION_ANALYSIS),
            step="Ask for ten minutes after supper",
        )


def _referred(variant: Variant, person: str) -> Episode:
    episode = Episode(
        id=id_of(variant.id, person),
        variant=variant.id,
        phase=Phase.SUITABILITY,
        started=STARTED,
        therapist=acting.THERAPIST,
        supervisor=acting.SUPERVISOR,
        setting=variant.settings[0],
        diagnoses=(DiagnosisLink(reference=f"Condition/zztest-{person}", display="Moderate depressive episode"),),
    )
    return replace(episode, activities=acting.usual_work(episode))


def _husband(episode: Episode) -> InventoryEntry:
    return InventoryEntry(
        id=id_of(episode.id, "husband"),
        role=Role.HUSBAND,
        initial="H",
        before=Ring.INNER,
        now=Ring.MIDDLE,
        wanted=Ring.INNER,
        contact=Contact.DAILY,
        lives_with=True,
        confiding=Confiding.STOPPED,
        support_received=(Support.PRACTICAL,),
        conflict=3,
        in_plan=True,
    )


def _dispute(episode: Episode, person: InventoryEntry) -> TimelineEvent:
    return TimelineEvent(
        id=id_of(episode.id, "dispute"),
        when="2025-09",
        kind=EventKind.DISPUTE,
        text="A decision taken without asking",
        mood=-2,
        person=person.id,
    )


def _digits(number: int, of: int) -> str:
    """A PHQ-9 that gets better over the course; item 9 is above 0 at first only."""
    total = _WORST - round((_WORST - _BEST) * min(number, of) / of)
    last = 1 if number < 2 else 0
    each, more = divmod(total - last, 8)
    return "".join(str(each + (place < more)) for place in range(8)) + str(last)
