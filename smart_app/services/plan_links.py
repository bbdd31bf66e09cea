"""Tie the plan to the larger plan it is part of, and to the medication beside it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ipt_fhir.model.episode import Episode
from ipt_fhir.model.records import RecordLink, Relation
from smart_app.services.wider_chart import WiderChart


@dataclass(frozen=True, slots=True, kw_only=True)
class Linkable:
    """An entry of the chart the plan may point to; ``relation`` is how it does now, None for not at all.

    ``known`` is False where only the link is here: the entry was not read.
    """

    reference: str
    display: str
    relation: Relation | None
    known: bool = True

    @property
    def field(self) -> str:
        """The name of its field on the page."""
        return f"link-{self.reference}"

    @property
    def is_plan(self) -> bool:
        """Whether it is a care plan, of which this one can be a part."""
        return self.reference.startswith("CarePlan/")

    @property
    def relations(self) -> tuple[Relation, ...]:
        """How the plan may point to it."""
        return (Relation.PART_OF, Relation.BASED_ON) if self.is_plan else (Relation.SUPPORTED_BY,)


def linkable(episode: Episode, wider: WiderChart) -> list[Linkable]:
    """Everything the plan may point to: what was read, and what it points to already."""
    found = {plan.reference: plan.title for plan in wider.plans} | {
        item.reference: item.words for item in wider.medications
    }
    now = {link.reference: link for link in episode.links}
    listed = [
        Linkable(
            reference=reference,
            display=display or reference,
            relation=now[reference].relation if reference in now else None,
        )
        for reference, display in found.items()
    ]
    unread = (
        Linkable(reference=link.reference, display=link.display or link.reference, relation=link.relation, known=False)
        for link in episode.links
        if link.reference not in found
    )
    return [*listed, *unread]


def tie(episode: Episode, wider: WiderChart, texts: Mapping[str, str]) -> Episode:
    """The course with the links of the form; an entry without a field keeps its link."""
    links = [link for link in episode.links if f"link-{link.reference}" not in texts]
    for item in linkable(episode, wider):
        chosen = next((relation for relation in item.relations if relation.value == texts.get(item.field)), None)
        if chosen:
            links.append(RecordLink(relation=chosen, reference=item.reference, display=item.display))
    unchanged = {(link.relation, link.reference) for link in links} == {
        (link.relation, link.reference) for link in episode.links
    }
    return episode if unchanged else replace(episode, links=tuple(links))


def larger_plans(episode: Episode) -> tuple[RecordLink, ...]:
    """The plans this one is part of, or was made on the basis of; none says that it stands alone."""
    return tuple(link for link in episode.links if link.relation in {Relation.PART_OF, Relation.BASED_ON})
