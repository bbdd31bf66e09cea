"""Which answers an item permits, where they come from, and what they weigh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from ipt_fhir.questionnaires.extensions import Known
from ipt_fhir.questionnaires.filling import Filling, Tally
from ipt_fhir.questionnaires.form import Effect
from ipt_fhir.rawjson import JsonObject
from ipt_fhir.terminology.r4_value_sets import R4_VALUE_SETS, codings_of
from tests.questionnaires.forms import (
    NOW,
    SYSTEM,
    coding,
    extension,
    form_of,
    group,
    item,
    opened,
    option,
    row,
    shown,
    when,
)
from tests.questionnaires.given import packed

R4_PACKAGE = "ig/hl7.fhir.r4.core-4.0.1-conformance-subset.tgz"


def codes(filling: Filling, link_id: str = "a") -> list[str] | None:
    options = shown(filling, link_id).options
    return None if options is None else [found.value.content["code"] for found in options]


def weight(points: str, known: Known = Known.ITEM_WEIGHT) -> JsonObject:
    return extension(known, valueDecimal=Decimal(points))


def test_options_are_offered_in_order() -> None:
    prefix = extension(Known.OPTION_PREFIX, valueString="a)")
    plain = [{"valueString": "words"}, {"valueInteger": 3}, {"valueDate": "2026-08-01"}, {"valueTime": "09:00:00"}]
    referred = {"valueReference": {"reference": "Location/1", "display": "Ward 1"}}
    filling = opened(
        item("a", "open-choice", answerOption=[option("red", prefix), *plain, referred, {"valueCoding": {"code": "x"}}])
    )
    found = shown(filling, "a").options or ()
    assert [each.display for each in found] == ["Red", "words", "3", "2026-08-01", "09:00:00", "Ward 1", "x"]
    assert found[0].prefix == "a)"


def test_an_option_may_exclude_all_others() -> None:
    none = option("none", extension(Known.OPTION_EXCLUSIVE, valueBoolean=True))
    found = shown(opened(item("a", "choice", answerOption=[option("red"), none])), "a").options or ()
    assert [each.exclusive for each in found] == [False, True]


def test_an_own_answer_has_a_label() -> None:
    label = extension(Known.OPEN_LABEL, valueString="Other, please say")
    (read,) = form_of(item("a", "open-choice", answerOption=[option("red")], extension=[label])).items
    assert read.open_label == "Other, please say"


@pytest.mark.parametrize("known", [Known.ITEM_WEIGHT, Known.ORDINAL_VALUE])
@pytest.mark.parametrize("on_the_coding", [False, True])
def test_an_option_has_a_weight(known: Known, on_the_coding: bool) -> None:
    weights = {"extension": [weight("2.5", known)]}
    made = {"valueCoding": coding("red", **weights)} if on_the_coding else {**weights, "valueCoding": coding("red")}
    found = shown(opened(item("a", "choice", answerOption=[made])), "a").options or ()
    assert [each.weight for each in found] == [Decimal("2.5")]


def test_a_weight_that_is_no_number_makes_the_form_read_only() -> None:
    form = form_of(item("a", "choice", answerOption=[option("red", extension(Known.ORDINAL_VALUE, valueString="a"))]))
    assert [found.effect for found in form.unsupported] == [Effect.READ_ONLY]


def test_units_are_offered() -> None:
    def unit(code: str) -> JsonObject:
        return {"system": "http://unitsofmeasure.org", "code": code}

    both = [extension(Known.UNIT_OPTION, valueCoding=unit(code)) for code in ("kg", "[lb_av]")]
    contained = value_set("units", include=[{"system": "http://unitsofmeasure.org", "concept": [{"code": "cm"}]}])
    filling = opened(
        item("a", "decimal", extension=[extension(Known.UNIT, valueCoding=unit("kg"))]),
        item("b", "quantity", extension=[*both, extension(Known.UNIT_OPEN, valueCode="optionsOrString")]),
        item("c", "quantity", extension=[extension(Known.UNIT_VALUE_SET, valueCanonical="#units")]),
        item("d", "quantity", extension=[extension(Known.UNIT_VALUE_SET, valueCanonical="urn:nobody")]),
        contained=[contained],
    )
    assert shown(filling, "a").item.unit == unit("kg")
    assert shown(filling, "b").units == (unit("kg"), unit("[lb_av]"))
    assert shown(filling, "b").item.unit_open
    assert shown(filling, "c").units == (unit("cm"),)
    assert shown(filling, "d").units is None


def value_set(name: str, **compose: list[JsonObject]) -> JsonObject:
    return {"resourceType": "ValueSet", "id": name, "compose": compose}


def colours(*names: str) -> JsonObject:
    return {"system": SYSTEM, "concept": [{"code": name} for name in names]}


CODE_SYSTEM = {
    "resourceType": "CodeSystem",
    "id": "system",
    "url": SYSTEM,
    "concept": [{"code": "warm", "concept": [{"code": "red"}, {"code": "yellow"}]}, {"code": "blue"}],
}
EXPANDED = {
    "resourceType": "ValueSet",
    "id": "set",
    "expansion": {
        "contains": [
            {"abstract": True, "code": "warm", "contains": [{"system": SYSTEM, "code": "red"}]},
            {"system": SYSTEM, "code": "blue"},
        ]
    },
}


@pytest.mark.parametrize(
    ("contained", "expected"),
    [
        ([value_set("set", include=[colours("red", "blue")])], ["red", "blue"]),
        ([value_set("set", include=[colours("red", "blue")], exclude=[colours("red")])], ["blue"]),
        ([value_set("set", include=[{"system": SYSTEM}]), CODE_SYSTEM], ["warm", "red", "yellow", "blue"]),
        ([value_set("set", include=[{"valueSet": ["#a", "#b"]}]), value_set("a", include=[colours("red", "blue")]),
          value_set("b", include=[colours("blue")])], ["blue"]),
        ([EXPANDED], ["red", "blue"]),
        ([value_set("set", include=[{"system": SYSTEM}])], None),
        ([value_set("set", include=[{"system": SYSTEM, "filter": [{"property": "concept"}]}]), CODE_SYSTEM], None),
        ([value_set("set", include=[{"valueSet": ["#set"]}])], None),
        ([value_set("other", include=[colours("red")])], None),
        (["set", None], None),
    ],
)  # fmt: skip
def test_a_value_set_inside_the_form_is_offered(contained: list[JsonObject], expected: list[str] | None) -> None:
    """None: nobody can tell, which is not the same as no answers."""
    filling = opened(item("a", "choice", answerValueSet="#set"), contained=contained)
    assert codes(filling) == expected


def test_a_value_set_inside_the_form_keeps_weights_and_translations() -> None:
    parts = [{"url": "lang", "valueCode": "de"}, {"url": "content", "valueString": "Rot"}]
    said = {"extension": [{"url": str(Known.TRANSLATION), "extension": parts}]}
    french = [{"language": "fr", "value": "Rouge"}, {"value": "nameless"}]
    concept = {"code": "red", "display": "Red", "_display": said, "extension": [weight("3")], "designation": french}
    contained = value_set("set", include=[{"system": SYSTEM, "concept": [concept]}])
    (found,) = shown(opened(item("a", "choice", answerValueSet="#set"), contained=[contained]), "a").options or ()
    assert found.weight == Decimal(3)
    assert [found.display_in(language) for language in ("de", "fr", "en")] == ["Rot", "Rouge", "Red"]


def test_other_value_sets_are_asked_for_once() -> None:
    asked: list[str] = []

    def expand(canonical: str) -> Sequence[JsonObject] | None:
        asked.append(canonical)
        return [coding("red")] if canonical.endswith("known") else None

    items = [
        item(name, "choice", answerValueSet=f"urn:{kind}")
        for name, kind in (("a", "known"), ("b", "known"), ("c", "x"))
    ]
    filling = opened(*items, surroundings=replace(NOW, expand=expand))
    assert [codes(filling, name) for name in "abc"] == [["red"], ["red"], None]
    filling.with_items([])
    assert asked == ["urn:known", "urn:x"]


def test_small_value_sets_of_r4_are_known_without_asking() -> None:
    filling = opened(item("a", "choice", answerValueSet="http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1"))
    assert codes(filling) == ["male", "female", "other", "unknown"]


@pytest.mark.parametrize("address", R4_VALUE_SETS)
def test_the_small_value_sets_are_those_of_the_package(address: str) -> None:
    system, _ = R4_VALUE_SETS[address]
    name = address.rpartition("/")[2]
    published_set = packed(R4_PACKAGE, f"package/ValueSet-{name}.json")
    assert published_set["compose"] == {"include": [{"system": system}]}
    concepts = packed(R4_PACKAGE, f"package/CodeSystem-{system.rpartition('/')[2]}.json")["concept"]

    def flat(level: list[JsonObject]) -> list[JsonObject]:
        return [concept for each in level for concept in (each, *flat(each.get("concept", [])))]

    expected = [{"system": system, "code": each["code"], "display": each["display"]} for each in flat(concepts)]
    assert codings_of(address) == expected


def test_weights_are_summed_as_they_are_chosen() -> None:
    scale = [option(name, weight(points)) for name, points in (("never", "0"), ("often", "1.5"))]
    filling = opened(
        item("q", "boolean"),
        group("g", item("a", "choice", answerOption=scale), item("b", "choice", answerOption=scale, repeats=True)),
        item("c", "choice", answerOption=scale, enableWhen=[when("q", "=", answerBoolean=True)]),
        item("d", "choice", answerOption=[option("red")]),
    )
    assert filling.scores == {"": Tally(Decimal(0), 0, 2), "1": Tally(Decimal(0), 0, 2)}
    never, often = ({"valueCoding": coding(name)} for name in ("never", "often"))
    typed = [
        row("g", below=(row("a", often), row("b", never, often))),
        row("c", often),
        row("d", {"valueCoding": coding("red")}),
    ]
    assert filling.with_items(typed).scores[""] == Tally(Decimal("3.0"), 2, 2)
    assert filling.with_items([row("q", {"valueBoolean": True}), *typed]).scores[""] == Tally(Decimal("4.5"), 3, 3)


def test_a_form_without_weights_has_no_sums() -> None:
    assert opened(item("a", "choice", answerOption=[option("red")])).scores == {}
