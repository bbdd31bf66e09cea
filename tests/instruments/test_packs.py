"""A pack is taken as a whole or refused with every reason: malformed, unlicensed, expired, or in the way of another."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ipt_fhir.instruments.catalogue import SHIPPED, instrument, instruments
from ipt_fhir.instruments.packs import Pack, PackRefused, catalogue_of, clashes, objections, read_pack
from tests.packs.given import (
    EPDS_SAFETY,
    FORM,
    HEAD,
    MEANING,
    SCALE,
    another_pack,
    demo_files,
    edited,
    perinatal,
    renamed,
    replaced,
)

TODAY = date(2026, 3, 2)
LAST_DAY = date(2035, 12, 31)


def demo() -> Pack:
    return read_pack(demo_files())


def refusal(files: dict[str, bytes]) -> str:
    with pytest.raises(PackRefused) as refused:
        read_pack(files)
    return str(refused.value)


def test_a_sound_pack_is_read_with_its_statement_and_its_instruments() -> None:
    pack = demo()
    assert (pack.id, pack.version, pack.title) == ("zztest-evening", "1.0", "ZZTEST evening scale")
    assert (pack.licence.holder, pack.licence.reference) == ("ZZTEST Example Press", "ZZTEST agreement 17")
    (found,) = pack.instruments
    assert found.instrument.id == SCALE
    assert (found.instrument.licence.holder, found.instrument.licence.shipping) == ("ZZTEST Example Press", "C")
    assert found.instrument.safety is not None
    assert objections(pack, (), (), TODAY) == ()


def test_a_form_without_a_score_needs_no_second_file() -> None:
    files = edited(demo_files(), lambda form: [row.pop("answerOption", None) for row in form["item"]])
    files = edited(files, lambda form: [row.update(type="string") for row in form["item"][1:]])
    del files[MEANING]
    (found,) = read_pack(files).instruments
    assert (found.instrument.title, found.instrument.scoring) == ("ZZTEST evening scale", None)


HEADS: list[tuple[str, str, str]] = [
    ('id = "zztest-evening"', 'id = "../evening"', "id: small letters"),
    ('id = "zztest-evening"', 'id = "Evening"', "id: small letters"),
    ('id = "zztest-evening"', 'id = "evening\\n"', "id: small letters"),
    ('id = "zztest-evening"', f'id = "{"a" * 65}"', "64 at most"),
    ('version = "1.0"', 'version = "1/0"', "version: letters and digits"),
    ('version = "1.0"', "version = 1.0", "Expected `str`"),
    ('title = "ZZTEST evening scale"', 'title = " "', "title: one line of words"),
    ('title = "ZZTEST evening scale"', 'title = "a\\u001b[31mb"', "title: one line of words"),
    ('title = "ZZTEST evening scale"', 'title = "ZZTEST"\ntitle = "twice"', "overwrite"),
    ('title = "ZZTEST evening scale"', 'title = "ZZTEST"\nprice = 3', "unknown field `price`"),
    ("[licence]", "[license]", "unknown field `license`"),
    ('holder = "ZZTEST Example Press"\n', "", "missing required field `holder`"),
    ('reference = "ZZTEST agreement 17"\n', "", "missing required field `reference`"),
    ("expires = 2035-12-31\n", "", "missing required field `expires`"),
    ("expires = 2035-12-31", "expires = 2035-12-31T00:00:00", "Expected `date`"),
    ("expires = 2035-12-31", "expires = 2035-13-01", "pack.toml"),
    ('confirmed_by = "ZZTEST Clinic, licence desk"\n', "", "missing required field `confirmed_by`"),
    ("confirmed_on = 2026-01-02\n", "", "missing required field `confirmed_on`"),
    ('reference = "ZZTEST agreement 17"', 'reference = ""', "reference: one line of words"),
    ("[licence]", "[licence", "pack.toml"),
    ("expires = 2035-12-31", f"expires = {'9' * 5000}", "pack.toml"),
]


@pytest.mark.parametrize(("old", "new", "said"), HEADS, ids=[f"{new[:40]}-{said[:20]}" for _, new, said in HEADS])
def test_a_statement_that_is_not_one_is_refused(old: str, new: str, said: str) -> None:
    assert said in refusal(replaced(demo_files(), HEAD, old, new))


def test_a_pack_without_a_statement_is_refused() -> None:
    files = demo_files()
    del files[HEAD]
    assert "by what licence" in refusal(files)


def test_a_pack_without_an_instrument_is_refused() -> None:
    assert "no instrument" in refusal({HEAD: demo_files()[HEAD]})


POINTS = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
WEIGHT = "http://hl7.org/fhir/StructureDefinition/itemWeight"
HIDDEN = {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden", "valueBoolean": True}
NINE = {"system": "http://loinc.org", "code": "44260-8", "display": "Thoughts"}


def row(form: dict[str, Any], link_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(item for item in form["item"] if item["linkId"] == link_id)
    return found


def in_a_group(form: dict[str, Any], **members: object) -> None:
    """The questions in a group with those members."""
    form["item"] = [{"linkId": "around", "type": "group", "text": "Around", "item": form["item"][1:], **members}]


def weighed(form: dict[str, Any], url: str, *, on_the_coding: bool) -> None:
    """The highest answer of the first question is worth 4 by such an extension."""
    option = row(form, "tense")["answerOption"][3]
    option["extension"] = []
    place = option["valueCoding"] if on_the_coding else option
    place["extension"] = [{"url": url, "valueDecimal": 4}]


FORMS: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("no address", lambda form: form.pop("url"), "cannot be read as a form"),
    ("no version", lambda form: form.pop("version"), "cannot be read as a form"),
    ("another resource", lambda form: form.update(resourceType="ValueSet"), "not a Questionnaire"),
    ("items of no kind", lambda form: form.update(item=7), "cannot be read as a form"),
    ("a type nobody knows", lambda form: form["item"][1].update(type="picture"), "no items of type picture"),
    ("a linkId twice", lambda form: form["item"][2].update(linkId="tense"), "stands 2 times"),
    ("an answer without points", lambda form: form["item"][1]["answerOption"].pop(), "are not those the form offers"),
    (
        "other weights",
        lambda form: weighed(form, WEIGHT, on_the_coding=False),
        "gives all-evening 4 points, the file 3",
    ),
    ("in the coding", lambda form: weighed(form, POINTS, on_the_coding=True), "gives all-evening 4 points, the file 3"),
    ("both", lambda form: weighed(form, WEIGHT, on_the_coding=True), "gives all-evening 4 points, the file 3"),
    ("hidden", lambda form: row(form, "unsafe").update(extension=[HIDDEN]), "item unsafe is hidden"),
    ("in a hidden group", lambda form: in_a_group(form, extension=[HIDDEN]), "stands in around, which is hidden"),
    ("readOnly", lambda form: row(form, "unsafe").update(readOnly=True), "item unsafe is readOnly"),
    ("repeats", lambda form: row(form, "unsafe").update(repeats=True), "item unsafe repeats"),
    ("in a group that repeats", lambda form: in_a_group(form, repeats=True), "stands in around, which repeats"),
    (
        "item 9",
        lambda form: row(form, "tired").update(code=[NINE | {"code": "x"}, NINE]),
        "item tired (44260-8) asks for",
    ),
    (
        "the same answer twice",
        lambda form: row(form, "unsafe")["answerOption"].append(row(form, "unsafe")["answerOption"][0]),
        "unsafe: 2 answers have the code never",
    ),
    (
        "one code of two systems",
        lambda form: row(form, "tense")["answerOption"].append(
            {"valueCoding": {"system": "http://zztest.example/other", "code": "never", "display": "Always"}}
        ),
        "tense: 2 answers have the code never",
    ),
]


@pytest.mark.parametrize(("edit", "said"), [(edit, said) for _, edit, said in FORMS], ids=[name for name, *_ in FORMS])
def test_a_form_that_contradicts_its_file_is_refused(edit: Callable[[dict[str, Any]], object], said: str) -> None:
    assert f"{SCALE}: " in (told := refusal(edited(demo_files(), edit)))
    assert said in told


def change(name: str, value: str) -> str:
    """A rule of change before the table of the safety item."""
    return f'[change.{name}]\nvalue = {value}\nsource = "Invented"\nverified = false\n\n[safety]'


MEANINGS: list[tuple[str, str, str]] = [
    ("window_days = 1", "window_days = 1\nrisk = 3", "unknown field `risk`"),
    ("needed = 4", "needed = 3", "3 answers needed of 4"),
    ("highest = 12", "highest = 13", "the items reach 0 to 12"),
    ("high = 4", "high = 5", "'mild' ends at 5, 'severe' begins at 5"),
    ('link_id = "unsafe"', 'link_id = "danger"', "safety: the form has no item danger"),
    ("lowest = 0", "lowest = nan", "scale: lowest is NaN; write a number"),
    ("highest = 12", "highest = inf", "scale: highest is Infinity; write a number"),
    ("highest = 12", "highest = 12\nstep = 0", "a step of 0 or less leads to no next total"),
    ("window_days = 1", "window_days = -1", "window_days is -1; write how many days"),
    ("window_days = 1", "window_days = 0", "window_days is 0; write how many days"),
    ("[safety]", change("reliable", "nan"), "change.reliable is NaN; write a number"),
    ("[safety]", change("meaningful", "-5"), "change.meaningful is -5; write how much a total has to change"),
    ("[safety]", change("response_percent", "0"), "change.response_percent is 0; write how much"),
    ("[safety]", change("case_line", "13"), "change.case_line is 13, which lies outside the scale"),
    ("[safety]", change("remission_below", "-1"), "change.remission_below is -1, which lies outside the scale"),
    ("[safety]", change("baseline", "inf"), "change.baseline is Infinity; write a number"),
    (
        '["briefly", "long", "all-evening"]',
        '["all-evening"]',
        "add to positive what its points put there: briefly, long",
    ),
    ('["briefly", "long", "all-evening"]', '["never"]', "what its points put there: all-evening, briefly, long"),
]


@pytest.mark.parametrize(("old", "new", "said"), MEANINGS, ids=[said[:40] for *_, said in MEANINGS])
def test_a_score_that_does_not_fit_is_refused(old: str, new: str, said: str) -> None:
    assert said in refusal(replaced(demo_files(), MEANING, old, new))


def test_a_licence_stands_once_in_the_file_of_the_pack() -> None:
    files = demo_files()
    files[MEANING] += b'\n[licence]\nclass = "A"\nholder = "Me"\nnotice = "Free"\nsource = "Me"\n'
    assert "the licence of a pack stands in its own file" in refusal(files)


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        (FORM, b'{"resourceType": "Questionnaire", "resourceType": "Questionnaire"}', "twice"),
        (FORM, b"[" * 200, "not"),
        (FORM, b'{"a": 1e999999999}', SCALE),
        (FORM, b"\xff\xfe", SCALE),
        (MEANING, b"\xff\xfe", SCALE),
        (MEANING, b"a = " + b"[" * 5000, SCALE),
        (HEAD, b"a = " + b"[" * 5000, "pack.toml"),
    ],
    ids=["key twice", "deep", "huge number", "no UTF-8", "meaning no UTF-8", "deep meaning", "deep head"],
)
def test_hostile_files_are_refused_like_any_other(path: str, content: bytes, said: str) -> None:
    assert said in refusal(demo_files() | {path: content})


def test_every_reason_is_said_at_once_and_one_bad_instrument_keeps_all_out() -> None:
    files = demo_files() | {f"second/{name}": b"" for name in ("questionnaire.json", "instrument.toml")}
    files = replaced(files, MEANING, "needed = 4", "needed = 3")
    with pytest.raises(PackRefused) as refused:
        read_pack(files)
    assert {reason.partition(":")[0] for reason in refused.value.reasons} == {SCALE, "second"}


@pytest.mark.parametrize("folder", ["..", "A", "a--b", "con ", ""])
def test_a_folder_has_a_plain_name(folder: str) -> None:
    assert "small letters, digits" in refusal(demo_files() | {f"{folder}/questionnaire.json": demo_files()[FORM]})


@pytest.mark.parametrize("path", ["README.md", f"{SCALE}/form.xml", f"{SCALE}/more/questionnaire.json"])
def test_what_has_no_place_in_a_pack_keeps_it_out(path: str) -> None:
    assert "has no place in a pack" in refusal(demo_files() | {path: b"{}"})


# Against what is here.


@pytest.mark.parametrize(("today", "said"), [(LAST_DAY, ()), (date(2036, 1, 1), ("expired on 2035-12-31",))])
def test_the_last_day_of_a_licence_counts(today: date, said: tuple[str, ...]) -> None:
    found = objections(demo(), (), (), today)
    assert [reason for reason in found if not any(words in reason for words in said)] == []
    assert len(found) == len(said)


@pytest.mark.parametrize("status", ["draft", "retired", "unknown"])
def test_a_form_that_is_not_released_is_not_added_and_one_in_use_stays(status: str) -> None:
    pack = read_pack(edited(demo_files(), lambda form: form.update(status=status)))
    (told,) = objections(pack, (), (), TODAY)
    assert f"the status of the form is '{status}'; bring the version that is active" in told
    assert clashes(pack, ()) == ()


@pytest.mark.parametrize(
    ("end", "over"),
    [
        ("2026-03-01", True),
        ("2026-02", True),
        ("2025", True),
        ("2026-03-02", False),
        ("2026-03", False),
        ("2026", False),
    ],
)
def test_a_form_whose_period_has_ended_is_not_added_and_its_last_day_counts(end: str, over: bool) -> None:
    pack = read_pack(edited(demo_files(), lambda form: form.update(effectivePeriod={"end": end})))
    told = objections(pack, (), (), TODAY)
    assert any(f"was to be used until {end}" in reason for reason in told) is over
    assert clashes(pack, ()) == ()


def test_a_confirmation_of_tomorrow_is_none() -> None:
    assert "still to come" in objections(demo(), (), (), date(2026, 1, 1))[0]


def test_the_same_pack_or_instrument_twice_is_refused() -> None:
    same = clashes(demo(), [demo()])
    assert same[0] == "a pack zztest-evening is here already, version 1.0; remove it first"
    other = read_pack(another_pack(demo_files(), "other"))
    assert "the pack zztest-evening has an instrument of this id already" in clashes(other, [demo()])[0]


def test_an_address_or_a_code_of_another_instrument_is_refused() -> None:
    taken = edited(demo_files(), lambda form: form.update(url=instrument("phq-9").canonical))
    assert f"{instrument('phq-9').canonical} belongs to the instrument phq-9" in clashes(read_pack(taken), [])[0]
    coded = replaced(demo_files(), MEANING, 'code = "evening-total"', 'code = "44261-6"')
    assert "44261-6 belongs to the instrument phq-9" in clashes(read_pack(coded), [])[0]
    files = renamed(another_pack(demo_files(), "other"), "other-scale")
    told = clashes(read_pack(files), [demo()])
    assert (
        told
        == clashes(read_pack(files), [], [demo()])
        == (
            "other-scale: evening-scale belongs to the instrument zztest-evening-scale",
            "other-scale: evening-total belongs to the instrument zztest-evening-scale",
        )
    )


def test_two_instruments_of_one_pack_do_not_share_a_code_either() -> None:
    files = demo_files() | {path: content for path, content in renamed(demo_files(), "twin").items() if path != HEAD}
    assert "belongs to the instrument" in clashes(read_pack(files), [])[0]


def test_a_form_that_is_shipped_is_not_replaced() -> None:
    assert clashes(read_pack(renamed(demo_files(), "weekly-count")), [])[0] == (
        "weekly-count: comes with this software; give yours another id"
    )


def test_a_score_taken_by_hand_gives_way_to_the_form_of_a_pack() -> None:
    """One series: the codes and the range are those of the score before."""
    pack = read_pack(perinatal())
    assert objections(pack, (), (), TODAY) == ()
    catalogue = catalogue_of([pack], [])
    assert not instrument("epds").has_form
    assert catalogue.instrument("epds").has_form
    assert catalogue.instrument_for("99046-5") is catalogue.instrument("epds")


EPDS_MEANING = "epds/instrument.toml"
WORST_FIRST = EPDS_SAFETY.replace('"a1", "a2", "a3"', '"a0", "a1", "a2"')


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('code = "99046-5"', 'code = "epds-sum"', "code or scale of its total"),
        ('better = "lower"\n' + EPDS_SAFETY, 'better = "higher"\n' + WORST_FIRST, "code or scale of its total"),
        (EPDS_SAFETY, "", "item 10 asks for a step"),
    ],
)
def test_a_form_in_the_place_of_a_score_means_the_same_and_keeps_its_safety_item(old: str, new: str, said: str) -> None:
    assert said in clashes(read_pack(replaced(perinatal(), EPDS_MEANING, old, new)), [])[0]


def test_answers_given_before_must_stay_readable() -> None:
    """A removed version knew answers; the new one under the same id must understand each, worth the same."""
    before = demo()
    assert objections(before, (), [before], TODAY) == ()
    without = replaced(demo_files(), FORM, '"linkId": "tired"', '"linkId": "weary"')
    without = replaced(without, MEANING, "tired = {", "weary = {")
    told = clashes(read_pack(without), (), [before])
    assert told == (f"{SCALE}: answers to item tired, as it was in zztest-evening 1.0, would not be understood",)
    recoded = demo_files() | {
        path: content.replace(b"evening-total", b"total-of-evening") for path, content in demo_files().items()
    }
    assert "code or scale of its total" in clashes(read_pack(recoded), (), [before])[0]


def test_what_obliged_a_person_to_act_still_does_in_a_new_version() -> None:
    """Here points alone would not show it: the item is not scored, and one answer left [safety]."""
    unscored = replaced(demo_files(), MEANING, "unsafe = { never = 0, briefly = 1, long = 2, all-evening = 3 }\n", "")
    for old, new in (("needed = 4", "needed = 3"), ("highest = 12", "highest = 9"), ("high = 12", "high = 9")):
        unscored = replaced(unscored, MEANING, old, new)
    unscored = edited(
        unscored, lambda form: [option.pop("extension") for option in row(form, "unsafe")["answerOption"]]
    )
    before = read_pack(unscored)
    narrowed = read_pack(replaced(unscored, MEANING, '["briefly", "long", "all-evening"]', '["all-evening"]'))
    assert clashes(narrowed, (), [before]) == (
        f"{SCALE}: [safety] names fewer answers than before; add briefly, long, as it was in zztest-evening 1.0",
    )
    assert clashes(before, (), [narrowed]) == ()
    moved = read_pack(replaced(demo_files(), MEANING, 'link_id = "unsafe"', 'link_id = "tense"'))
    assert clashes(moved, (), [demo()]) == (
        f"{SCALE}: [safety] names item tense; name unsafe, as it was in zztest-evening 1.0",
    )


def test_in_a_scale_where_more_is_better_the_answers_that_count_less_oblige() -> None:
    files = replaced(demo_files(), MEANING, 'better = "lower"', 'better = "higher"')
    assert "what its points put there: never" in refusal(files)
    read_pack(replaced(files, MEANING, '["briefly", "long", "all-evening"]', '["never", "briefly", "long"]'))


def test_a_catalogue_reads_what_was_removed_and_offers_what_is_in_use() -> None:
    newer = replace(demo(), version="2.0")
    assert catalogue_of([], []).instruments() == instruments()
    assert catalogue_of([], [demo()]).instrument(SCALE).version == "1.0"
    assert catalogue_of([newer], [demo()]).instrument(SCALE) is newer.instruments[0].instrument
    assert SHIPPED.instruments() == instruments()


def test_a_removed_pack_never_hides_a_form_that_is_shipped() -> None:
    old = read_pack(renamed(demo_files(), "weekly-count"))
    assert catalogue_of([], [old]).instrument("weekly-count") is instrument("weekly-count")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=4,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON tree."""
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, child in inner for place in places(child, (*path, key)))]


@given(st.data(), json_values)
@settings(max_examples=400, deadline=None)
def test_whatever_stands_in_a_form_it_is_read_or_refused(data: st.DataObject, value: object) -> None:
    """Nothing but PackRefused comes out, so a broken pack cannot break the app."""
    form = json.loads(demo_files()[FORM])
    *way, last = data.draw(st.sampled_from(places(form)[1:]))
    node = form
    for step in way:
        node = node[step]
    node[last] = value
    with suppress(PackRefused):
        clashes(read_pack(demo_files() | {FORM: json.dumps(form).encode()}), [demo()], [demo()])
