"""A pack is added whole, with its row in the audit log, or not at all; what answers it was given stays readable."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import update

from ipt_fhir.instruments.catalogue import SHIPPED, instrument
from ipt_fhir.instruments.packs import PackRefused
from smart_app.services.pack_keeping import (
    PacksUnusable,
    UnknownPack,
    add,
    catalogue_with,
    check,
    kept_packs,
    open_packs,
    remove,
)
from smart_app.store import packs
from smart_app.store.audit import Action, AuditEvent, events
from smart_app.store.packs import StoredPack
from smart_app.store.store import Store
from smart_app.store.tables import packs as table
from tests.packs.given import (
    DEMO,
    FORM,
    HEAD,
    MEANING,
    SCALE,
    another_pack,
    demo_files,
    edited,
    renamed,
    replaced,
    written,
)
from tests.store.given import SetClock, opened

TODAY = date(2026, 3, 2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    (tmp_path / "data").mkdir()
    with opened(tmp_path / "data") as found:
        yield found


def logged(store: Store) -> list[AuditEvent]:
    with store.read() as tx:
        return [event for _, event in events(tx, "", "") if event.entity.startswith("Pack/")]


def stored(store: Store) -> list[StoredPack]:
    with store.read() as tx:
        return packs.load(tx)


def refused(store: Store, folder: Path) -> str:
    before = (stored(store), logged(store))
    with pytest.raises(PackRefused) as found:
        add(store, folder, TODAY)
    assert (stored(store), logged(store)) == before
    return str(found.value)


def test_a_pack_is_added_seen_and_logged(store: Store) -> None:
    added = add(store, DEMO, TODAY)
    (kept,) = kept_packs(store)
    assert (kept.pack.id, kept.pack.version, kept.removed) == ("zztest-evening", "1.0", None)
    assert kept.pack.licence == added.licence
    assert logged(store) == [AuditEvent(action=Action.CREATE, entity="Pack/zztest-evening/1.0")]
    catalogue = catalogue_with(open_packs(store))
    assert catalogue.instrument(SCALE).title == "ZZTEST evening scale"
    assert catalogue.questionnaire(SCALE) == json.loads(demo_files()[FORM])


def test_the_original_may_go_or_change_afterwards(store: Store, tmp_path: Path) -> None:
    folder = written(tmp_path, demo_files())
    add(store, folder, TODAY)
    (folder / FORM).write_text("{}")
    assert catalogue_with(open_packs(store)).instrument(SCALE).title == "ZZTEST evening scale"


def test_the_same_pack_twice_is_refused(store: Store) -> None:
    add(store, DEMO, TODAY)
    assert "is here already" in refused(store, DEMO)


def test_an_expired_licence_is_refused(store: Store, tmp_path: Path) -> None:
    files = replaced(demo_files(), HEAD, "2035-12-31", "2026-03-01")
    assert "expired on 2026-03-01" in refused(store, written(tmp_path, files))


UNFILLABLE: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    (
        "CQL",
        lambda form: form["item"][1].update(
            extension=[
                {
                    "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
                    "valueExpression": {"language": "text/cql", "expression": "Score"},
                }
            ]
        ),
        "text/cql",
    ),
    (
        "a condition on nothing",
        lambda form: form["item"][1].update(
            enableWhen=[{"question": "gone", "operator": "exists", "answerBoolean": True}]
        ),
        "question gone",
    ),
    ("rules we cannot know", lambda form: form.update(implicitRules="http://rules.example"), "implicitRules"),
    ("no FHIR", lambda form: form.update(status="nice"), "Questionnaire.status"),
]


@pytest.mark.parametrize(
    ("edit", "said"), [(edit, said) for _, edit, said in UNFILLABLE], ids=[name for name, *_ in UNFILLABLE]
)
def test_a_form_that_cannot_be_filled_in_is_refused_by_name(
    store: Store, tmp_path: Path, edit: Callable[[dict[str, Any]], object], said: str
) -> None:
    told = refused(store, written(tmp_path, edited(demo_files(), edit)))
    assert f"{SCALE}: " in told
    assert said in told


def test_a_script_in_a_text_is_a_text(store: Store, tmp_path: Path) -> None:
    """The pages escape it; nothing here runs it."""
    script = "<script>alert(1)</script>"
    files = edited(demo_files(), lambda form: form["item"][1].update(text=script))
    add(store, written(tmp_path, files), TODAY)
    item = catalogue_with(open_packs(store)).instrument(SCALE).item("tense")
    assert item is not None
    assert item.text == script


def test_removing_ends_the_use_and_keeps_what_answers_need(store: Store) -> None:
    add(store, DEMO, TODAY)
    remove(store, "zztest-evening")
    (kept,) = open_packs(store)
    assert kept.removed is not None
    assert catalogue_with([kept]).instrument(SCALE).id == SCALE
    assert [event.action for event in logged(store)] == [Action.CREATE, Action.WITHDRAW]
    with pytest.raises(UnknownPack, match="packs list"):
        remove(store, "zztest-evening")
    assert len(logged(store)) == 2


def test_a_removed_version_comes_back_only_as_it_was(store: Store, tmp_path: Path) -> None:
    add(store, DEMO, TODAY)
    remove(store, "zztest-evening")
    changed = replaced(demo_files(), FORM, "I was tense", "I was very tense")
    assert "was here before with other content" in refused(store, written(tmp_path, changed))
    newer = replaced(changed, HEAD, 'version = "1.0"', 'version = "1.1"')
    add(store, written(tmp_path, newer, "newer"), TODAY)
    remove(store, "zztest-evening")
    add(store, DEMO, TODAY)
    assert {item.pack.version: item.removed is None for item in open_packs(store)} == {"1.0": True, "1.1": False}


def test_a_new_version_that_would_not_understand_old_answers_is_refused(store: Store, tmp_path: Path) -> None:
    add(store, DEMO, TODAY)
    remove(store, "zztest-evening")
    files = replaced(demo_files(), HEAD, 'version = "1.0"', 'version = "2.0"')
    files = replaced(files, FORM, '"linkId": "tired"', '"linkId": "weary"')
    files = replaced(files, MEANING, "tired = {", "weary = {")
    assert "answers to item tired" in refused(store, written(tmp_path, files))


def test_another_pack_with_an_address_in_use_is_refused(store: Store, tmp_path: Path) -> None:
    add(store, DEMO, TODAY)
    other = renamed(another_pack(demo_files(), "other"), "other-scale")
    assert "belongs to the instrument zztest-evening-scale" in refused(store, written(tmp_path, other))


def test_a_check_needs_no_store_and_changes_nothing() -> None:
    assert check(DEMO, TODAY).id == "zztest-evening"
    with pytest.raises(PackRefused, match="expired"):
        check(DEMO, date(2036, 1, 1))


# Later starts.


def test_a_pack_that_was_changed_in_the_database_refuses_the_start(store: Store) -> None:
    add(store, DEMO, TODAY)
    with store.write() as tx:
        packs.add(tx, "other", "1.0", b"something")
        sealed = tx.connection.execute(table.select().where(table.c.id == "other")).one().content
        tx.connection.execute(update(table).where(table.c.id == "zztest-evening").values(content=sealed))
    with pytest.raises(PacksUnusable, match=r"pack zztest-evening 1\.0.*backup"):
        open_packs(store)


def test_a_pack_this_version_cannot_use_refuses_the_start_and_says_how_to_go_on(store: Store) -> None:
    """An update of the software may ship an instrument of the same id, or read less than the one before."""
    with store.write() as tx:
        files = renamed(demo_files(), "weekly-count")
        packs.add(tx, "zztest-evening", "1.0", msgspec.msgpack.encode(files))
    with pytest.raises(PacksUnusable, match=r"weekly-count: comes with this software.*packs remove zztest-evening"):
        open_packs(store)
    remove(store, "zztest-evening")
    assert catalogue_with(open_packs(store)).instrument("weekly-count") is instrument("weekly-count")


def test_a_licence_that_ends_does_not_refuse_the_start(tmp_path: Path) -> None:
    clock = SetClock()
    with opened(tmp_path, clock=clock) as store:
        add(store, DEMO, TODAY)
        clock.move(days=365 * 20)
        assert catalogue_with(open_packs(store)).instrument(SCALE).id == SCALE


def test_two_installations_do_not_see_each_others_packs(store: Store, tmp_path: Path) -> None:
    add(store, DEMO, TODAY)
    (tmp_path / "second").mkdir()
    with opened(tmp_path / "second") as other:
        assert open_packs(other) == ()
    assert SCALE not in SHIPPED.instruments()
