"""The map step of the peers: a course as their model objects, by plain construction.

Both peers name members alike (``for_fhir`` stands for ``for``), so one text serves both, and both do the same work.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from ipt_fhir.mapping.observation import Drawn
from ipt_fhir.mapping.safety import REVIEW
from ipt_fhir.model.activities import COURSE, Activity, ActivityKind, ActivityStatus
from ipt_fhir.model.episode import Contract, Episode, Frequency
from ipt_fhir.model.goals import Goal, GoalKind, ScaleLevel
from ipt_fhir.model.measures import Response, SafetyAct, SafetyItem
from ipt_fhir.model.people import Person
from ipt_fhir.model.problem_areas import ProblemArea
from ipt_fhir.model.sessions import Session
from ipt_fhir.protocol.catalogue import activity_templates
from ipt_fhir.terminology import concepts, systems
from ipt_fhir.terminology.concepts import Concept
from ipt_fhir.terminology.scores import SCORES
from tests.benchmarks.course import WRITING, Prepared

_FREQUENCY = {Frequency.WEEKLY: (1, 1, "wk"), Frequency.FORTNIGHTLY: (1, 2, "wk")}
_REQUEST_STATUS = {ActivityStatus.PLANNED: "active", ActivityStatus.COMPLETED: "completed"}
_TASK_STATUS = {ActivityStatus.PLANNED: "requested", ActivityStatus.COMPLETED: "completed"}
_ACT_TAKEN = Concept(systems.IPT_ACTIVITY, "safety-act", "What was done")


class PeerCourse:
    """Builds the resources of one prepared course with one peer's kit."""

    def __init__(self, kit: SimpleNamespace, given: Prepared) -> None:
        self.kit = kit
        self.given = given

    def bundle(self) -> Any:
        """The transaction of the whole course."""
        entries = [self._entry(key, kind, resource) for key, kind, resource in self._resources()]
        return self.kit.Bundle(type="transaction", entry=entries)

    def _entry(self, key: str, kind: str, resource: Any) -> Any:
        condition = f"identifier={quote(f'{systems.IDENTIFIER}|{key}', safe='')}"
        request = self.kit.BundleEntryRequest(method="POST", url=kind, ifNoneExist=condition)
        return self.kit.BundleEntry(fullUrl=f"urn:uuid:{key}", resource=resource, request=request)

    def _resources(self) -> Iterator[tuple[str, str, Any]]:
        episode = self.given.episode
        for goal in episode.goals:
            yield goal.id, "Goal", self.goal(goal)
        for activity in episode.activities:
            if activity.kind is ActivityKind.SERVICE:
                yield activity.id, "ServiceRequest", self.request(activity, episode)
            else:
                yield activity.id, "Task", self.task(activity)
        yield episode.id, "CarePlan", self.plan(episode)
        for response in episode.responses:
            yield response.id, "QuestionnaireResponse", self.response(response, episode)
            for drawn in self.given.drawn[response.id]:
                yield drawn.key, "Observation", self.observation(drawn, response)
        for item in episode.safety_items:
            yield item.id, "Task", self.safety(item, episode)

    def plan(self, episode: Episode) -> Any:
        """CarePlan."""
        kit, contract, therapist = self.kit, _contract(episode), _therapist(episode)
        return kit.CarePlan(
            meta=self._meta(systems.US_CORE_CAREPLAN),
            identifier=[self._identifier(episode.id)],
            instantiatesCanonical=[f"{systems.PLAN_DEFINITION}/{episode.variant}"],
            status=episode.status.value,
            intent="plan",
            category=[
                self._concept(concepts.ASSESS_PLAN),
                self._concept(concepts.MENTAL_HEALTH_CARE_PLAN, concepts.CARE_PLAN),
            ],
            title=self.given.title,
            subject=self._to(WRITING.subject),
            period=kit.Period(start=kit.time(episode.started), end=kit.time(contract.ends_on)),
            author=self._to(therapist.reference, therapist.display),
            addresses=[self._to(item.reference, item.display) for item in episode.diagnoses],
            goal=[self._to(WRITING.to(goal.id), goal.text) for goal in episode.goals],
            activity=[self._element(activity, episode) for activity in episode.activities],
            extension=[
                kit.Extension(url=systems.EXTENSION_PHASE, valueCoding=self._coding(concepts.PHASES[episode.phase])),
                self._contract(contract),
                *map(self._area, episode.problem_areas),
            ],
            text=self._text(episode.id),
        )

    def _element(self, activity: Activity, episode: Episode) -> Any:
        pointed = self._to(WRITING.to(activity.id), activity.text)
        if activity.code != COURSE:
            return self.kit.CarePlanActivity(reference=pointed)
        held = zip(episode.sessions, self.given.sessions, strict=True)
        return self.kit.CarePlanActivity(
            reference=pointed, progress=[self.session(item, words) for item, words in held]
        )

    def session(self, session: Session, words: str) -> Any:
        """A session as a note of progress."""
        extension = self.kit.Extension
        parts = [
            extension(url="number", valuePositiveInt=session.number),
            extension(url="attendance", valueCode=session.attendance.value),
            extension(url="mode", valueCode=session.mode.value),
            extension(url="phase", valueCode=session.phase.value),
        ]
        noted = extension(url=systems.EXTENSION_SESSION, extension=parts)
        return self.kit.Annotation(extension=[noted], time=self.kit.time(session.date), text=words)

    def _contract(self, contract: Contract) -> Any:
        extension = self.kit.Extension
        parts = [
            extension(url="sessions", valuePositiveInt=contract.sessions),
            extension(url="frequency", valueCode=contract.frequency.value),
            extension(url="minutes", valuePositiveInt=contract.minutes),
            extension(url="agreedOn", valueDate=self.kit.date(contract.agreed_on)),
        ]
        return extension(url=systems.EXTENSION_CONTRACT, extension=parts)

    def _area(self, area: ProblemArea) -> Any:
        extension = self.kit.Extension
        parts = [
            extension(url="area", valueCoding=self._coding(concepts.PROBLEM_AREAS[area.code])),
            extension(url="rank", valueCode=area.rank.value),
            extension(url="proposedBy", valueCode=area.proposed_by.value),
            extension(url="agreedByPatient", valueBoolean=area.agreed_by_patient),
        ]
        if area.agreed_on:
            parts.append(extension(url="agreedOn", valueDate=self.kit.date(area.agreed_on)))
        return extension(url=systems.EXTENSION_PROBLEM_AREA, extension=parts)

    def goal(self, goal: Goal) -> Any:
        """Goal."""
        kit = self.kit
        domain = concepts.EMOTIONAL_HEALTH if goal.kind is GoalKind.PROM else concepts.SOCIAL_FUNCTIONING
        area = [concepts.PROBLEM_AREAS[goal.area]] if goal.area else []
        members: dict[str, Any] = {}
        if goal.achievement:
            label = concepts.ACHIEVEMENTS[goal.achievement]
            reached = Concept(systems.GOAL_ACHIEVEMENT, goal.achievement.value, label)
            members["achievementStatus"] = self._concept(reached)
        return kit.Goal(
            meta=self._meta(systems.US_CORE_GOAL),
            identifier=[self._identifier(goal.id)],
            lifecycleStatus=goal.status.value,
            category=[self._concept(concept) for concept in (domain, *area)],
            description=kit.CodeableConcept(text=goal.text),
            subject=self._to(WRITING.subject),
            startDate=kit.date(goal.start),
            target=[self._target(goal)],
            expressedBy=self._to(WRITING.subject),
            extension=[
                kit.Extension(url=systems.EXTENSION_GOAL_TEMPLATE, valueCode=goal.template),
                *map(self._level, goal.levels),
            ],
            text=self._text(goal.id),
            **members,
        )

    def _target(self, goal: Goal) -> Any:
        kit, due = self.kit, self.kit.date(goal.due)
        if goal.target is None:
            return kit.GoalTarget(measure=self._concept(concepts.GAS_GOAL_MEASURE), dueDate=due)
        quantity = kit.Quantity(
            value=float(goal.target.value),
            comparator=goal.target.comparator.value,
            unit="{score}",
            system=systems.UCUM,
            code="{score}",
        )
        measure = self._concept(SCORES[goal.target.measure].concept)
        return kit.GoalTarget(measure=measure, detailQuantity=quantity, dueDate=due)

    def _level(self, level: ScaleLevel) -> Any:
        extension = self.kit.Extension
        parts = [
            extension(url="level", valueCoding=self._coding(concepts.GAS_LEVELS[level.level])),
            extension(url="progressText", valueString=level.text),
        ]
        return extension(url=systems.EXTENSION_GAS, extension=parts)

    def request(self, activity: Activity, episode: Episode) -> Any:
        """ServiceRequest."""
        kit, therapist = self.kit, _therapist(episode)
        return kit.ServiceRequest(
            meta=self._meta(systems.US_CORE_SERVICEREQUEST),
            identifier=[self._identifier(activity.id)],
            status=_REQUEST_STATUS[activity.status],
            intent="plan",
            category=[self._concept(concepts.COUNSELLING)],
            code=self._activity_code(activity),
            subject=self._to(WRITING.subject),
            requester=self._to(therapist.reference, therapist.display),
            text=self._text(activity.id),
            **(self._terms(episode) if activity.code == COURSE else {}),
        )

    def _terms(self, episode: Episode) -> dict[str, Any]:
        kit, contract = self.kit, _contract(episode)
        frequency, period, unit = _FREQUENCY[contract.frequency]
        bounds = kit.Period(start=kit.time(episode.started), end=kit.time(contract.ends_on))
        repeat = kit.TimingRepeat(boundsPeriod=bounds, frequency=frequency, period=period, periodUnit=unit)
        return {
            "quantityQuantity": kit.Quantity(value=contract.sessions, unit="session"),
            "occurrenceTiming": kit.Timing(repeat=repeat),
        }

    def task(self, activity: Activity) -> Any:
        """Task of planned work."""
        return self.kit.Task(
            meta=self._meta(),
            identifier=[self._identifier(activity.id)],
            status=_TASK_STATUS[activity.status],
            intent="plan",
            code=self._activity_code(activity),
            description=activity.text,
            for_fhir=self._to(WRITING.subject),
            text=self._text(activity.id),
        )

    def _activity_code(self, activity: Activity) -> Any:
        template = activity_templates().get(activity.code)
        own = Concept(systems.IPT_ACTIVITY, activity.code, template.text if template else activity.text)
        snomed = [Concept(systems.SNOMED_CT, template.snomed, "")] if template and template.snomed else []
        return self._concept(*snomed, own, label=activity.text)

    def response(self, response: Response, episode: Episode) -> Any:
        """QuestionnaireResponse."""
        kit, measure, author = self.kit, self.given.measures[response.id], response.author or _therapist(episode)
        return kit.QuestionnaireResponse(
            meta=self._meta(systems.US_CORE_QUESTIONNAIRERESPONSE),
            identifier=self._identifier(response.id),
            basedOn=[self._to(WRITING.to(episode.id))],
            questionnaire=f"{measure.canonical}|{measure.version}",
            status="completed",
            subject=self._to(WRITING.subject),
            authored=kit.time(response.authored),
            author=self._to(author.reference, author.display),
            source=self._to(WRITING.subject),
            item=[
                kit.QuestionnaireResponseItem(
                    linkId=item.link_id,
                    text=item.text,
                    answer=[kit.QuestionnaireResponseItemAnswer(valueCoding=self._answer(option))],
                )
                for item, option in self.given.answered[response.id]
            ],
            text=self._text(response.id),
        )

    def observation(self, drawn: Drawn, response: Response) -> Any:
        """Observation of a total or of one answer."""
        kit = self.kit
        return kit.Observation(
            meta=self._meta(systems.US_CORE_SCREENING_ASSESSMENT),
            identifier=[self._identifier(drawn.key)],
            status="final",
            category=[self._concept(concepts.SURVEY)],
            subject=self._to(WRITING.subject),
            effectiveDateTime=kit.time(response.authored),
            performer=[self._to(WRITING.subject)],
            derivedFrom=[self._to(WRITING.to(response.id))],
            text=self._text(drawn.key),
            **(self._item(drawn, response) if drawn.link_id else self._total(drawn, response)),
        )

    def _total(self, drawn: Drawn, response: Response) -> dict[str, Any]:
        kit, band = self.kit, drawn.result.band
        members = {
            "code": self._concept(drawn.measure.total) if drawn.measure.total else None,
            "valueQuantity": kit.Quantity(
                value=int(drawn.result.total or 0), unit="{score}", system=systems.UCUM, code="{score}"
            ),
        }
        if band:
            members["interpretation"] = [kit.CodeableConcept(text=band.label)]
        if response.focus_goal:
            members["focus"] = [self._to(WRITING.to(response.focus_goal))]
        return members

    def _item(self, drawn: Drawn, response: Response) -> dict[str, Any]:
        item, option = next(found for found in self.given.answered[response.id] if found[0].link_id == drawn.link_id)
        value = self.kit.CodeableConcept(coding=[self._answer(option)], text=option.display)
        return {"code": self._concept(item.concept) if item.concept else None, "valueCodeableConcept": value}

    def safety(self, item: SafetyItem, episode: Episode) -> Any:
        """Task of a safety item that somebody has handed over."""
        kit, by = self.kit, item.settled_by or _therapist(episode)
        answered = next(drawn for drawn in self.given.drawn[item.response] if drawn.link_id == item.link_id)
        act = concepts.SAFETY_ACTS[item.act or SafetyAct.HANDED_OVER]
        inputs = {"linkId": item.link_id, "answer": item.answer}
        return kit.Task(
            meta=self._meta(),
            identifier=[self._identifier(item.id)],
            basedOn=[self._to(WRITING.to(episode.id))],
            status="completed",
            intent="plan",
            code=self._concept(REVIEW),
            focus=self._to(WRITING.to(answered.key)),
            for_fhir=self._to(WRITING.subject),
            authoredOn=kit.time(item.opened),
            owner=kit.Reference(display=item.handed_to),
            requester=self._to(by.reference, by.display),
            input=[
                kit.TaskInput(type=kit.CodeableConcept(text=name), valueString=value) for name, value in inputs.items()
            ],
            executionPeriod=kit.Period(end=kit.time(item.settled)),
            output=[kit.TaskOutput(type=self._concept(_ACT_TAKEN), valueCodeableConcept=self._concept(act))],
            text=self._text(item.id),
        )

    def _meta(self, *profiles: str) -> Any:
        labels = [self.kit.Coding(system=system, code=code) for system, code in WRITING.site.labels]
        return self.kit.Meta(security=labels, **({"profile": list(profiles)} if profiles else {}))

    def _identifier(self, key: str) -> Any:
        return self.kit.Identifier(system=systems.IDENTIFIER, value=key)

    def _to(self, target: str | None, display: str | None = None) -> Any:
        if display is None:
            return self.kit.Reference(reference=target)
        return self.kit.Reference(reference=target, display=display)

    def _coding(self, concept: Concept) -> Any:
        if concept.system == systems.SNOMED_CT:
            return self.kit.Coding(system=concept.system, code=concept.code)
        return self.kit.Coding(system=concept.system, code=concept.code, display=concept.label)

    def _concept(self, *found: Concept, label: str | None = None) -> Any:
        return self.kit.CodeableConcept(coding=[self._coding(item) for item in found], text=label or found[0].label)

    def _answer(self, option: Any) -> Any:
        return self.kit.Coding(system=option.system, code=option.code, display=option.display)

    def _text(self, key: str) -> Any:
        return self.kit.Narrative(status="generated", div=self.given.narratives[key])


def _contract(episode: Episode) -> Contract:
    if episode.contract is None:
        raise LookupError("the course of the benchmark has a contract")
    return episode.contract


def _therapist(episode: Episode) -> Person:
    if episode.therapist is None:
        raise LookupError("the course of the benchmark has a therapist")
    return episode.therapist
