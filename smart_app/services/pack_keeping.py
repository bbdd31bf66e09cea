"""Keep the packs of a clinic: check one, add it, end its use, and open them all when the app starts.

A running app works with the packs it was started with: what is added or removed here counts from its next start on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import msgspec

from ipt_fhir.instruments.catalogue import Added, Catalogue
from ipt_fhir.instruments.pack_folder import read_pack_folder
from ipt_fhir.instruments.packs import Pack, PackRefused, catalogue_of, clashes, objections, read_pack
from ipt_fhir.questionnaires.form import Effect
from ipt_fhir.questionnaires.form_reading import FormRefused, read_form
from ipt_fhir.questionnaires.rows import NotAForm
from ipt_fhir.validation.issues import errors
from ipt_fhir.validation.validator import validate
from smart_app.store import audit, packs
from smart_app.store.errors import SealBroken, StartRefused
from smart_app.store.packs import StoredPack
from smart_app.store.store import Store
from smart_app.store.transactions import ReadTransaction

_FILES = dict[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPack:
    """A version of a pack that was added; ``removed`` is when its use ended, None while it is in use."""

    pack: Pack
    added: datetime
    removed: datetime | None


class UnknownPack(LookupError):
    """No pack of that id is in use."""

    def __init__(self, pack_id: str) -> None:
        super().__init__(f"no pack {pack_id!r} is in use; ipt-fhir packs list shows those that are")


class PacksUnusable(StartRefused):
    """A pack that is in use cannot be opened as it was added; the message names it and says what to do."""

    code = "store-packs-unusable"


def check(source: Path, today: date) -> Pack:
    """The pack in that folder, held against itself and the shipped instruments alone. Raises PackRefused."""
    pack = read_pack(read_pack_folder(source))
    _refuse(_objections(pack, (), today))
    return pack


def add(store: Store, source: Path, today: date) -> Pack:
    """Take the pack in that folder into use: all of it, with its row in the audit log, or nothing.

    Raises PackRefused with every reason, or StoreError.
    """
    files = read_pack_folder(source)
    pack = read_pack(files)
    with store.write() as tx:
        stored = packs.load(tx)
        _refuse([*_objections(pack, _kept(stored), today), *_used_before(pack, files, stored)])
        packs.add(tx, pack.id, pack.version, msgspec.msgpack.encode(files))
        audit.append(tx, audit.AuditEvent(action=audit.Action.CREATE, entity=_entity(pack.id, pack.version)))
    return pack


def remove(store: Store, pack_id: str) -> None:
    """End the use of a pack; answers given to its forms stay readable. Raises UnknownPack or StoreError."""
    with store.write() as tx:
        versions = packs.remove(tx, pack_id)
        if not versions:
            raise UnknownPack(pack_id)
        for version in versions:
            audit.append(tx, audit.AuditEvent(action=audit.Action.WITHDRAW, entity=_entity(pack_id, version)))


def kept_packs(store: Store) -> tuple[KeptPack, ...]:
    """Every version of every pack, as far as this version of the software can read it. Raises StoreError."""
    with store.read() as tx:
        return _kept(packs.load(tx))


def open_packs(store: Store) -> tuple[KeptPack, ...]:
    """The packs for the app to work with. Raises PacksUnusable when one in use is not as it was added."""
    with store.read() as tx:
        stored = _sealed(tx)
    _refuse_unusable(stored)
    return _kept(stored)


def catalogue_with(kept: Iterable[KeptPack]) -> Catalogue:
    """The shipped instruments and those of the packs."""
    kept = tuple(kept)
    return catalogue_of(_in_use(kept), _removed(kept))


def _sealed(tx: ReadTransaction) -> list[StoredPack]:
    try:
        return packs.load(tx)
    except SealBroken as broken:
        raise PacksUnusable(
            f"a pack was changed since it was added ({broken}); put the database back from its backup"
        ) from broken


def _refuse_unusable(stored: Sequence[StoredPack]) -> None:
    """Another version of this software may read less, or ship an instrument of the same name."""
    opened: list[Pack] = []
    for item in stored:
        if item.removed is not None:
            continue
        try:
            pack = _read(item)
            _refuse([*clashes(pack, opened), *_unfillable(pack)])
        except PackRefused as refused:
            raise PacksUnusable(
                f"the pack {item.id} {item.version} cannot be used any more: {refused}; end its use with "
                f"ipt-fhir packs remove {item.id}"
            ) from refused
        opened.append(pack)


def _kept(stored: Iterable[StoredPack]) -> tuple[KeptPack, ...]:
    return tuple(_readable(stored))


def _readable(stored: Iterable[StoredPack]) -> Iterator[KeptPack]:
    for item in stored:
        try:
            yield KeptPack(pack=_read(item), added=item.added, removed=item.removed)
        except PackRefused:
            continue


def _read(stored: StoredPack) -> Pack:
    return read_pack(msgspec.msgpack.decode(stored.content, type=_FILES))


def _in_use(kept: Iterable[KeptPack]) -> list[Pack]:
    return [item.pack for item in kept if item.removed is None]


def _removed(kept: Iterable[KeptPack]) -> list[Pack]:
    return [item.pack for item in kept if item.removed is not None]


def _objections(pack: Pack, kept: Sequence[KeptPack], today: date) -> Iterator[str]:
    yield from objections(pack, _in_use(kept), _removed(kept), today)
    yield from _unfillable(pack)


def _used_before(pack: Pack, files: _FILES, stored: Iterable[StoredPack]) -> Iterator[str]:
    for item in stored:
        same = (item.id, item.version) == (pack.id, pack.version)
        if same and msgspec.msgpack.decode(item.content, type=_FILES) != files:
            yield f"version {pack.version} was here before with other content; give this one another version"


def _unfillable(pack: Pack) -> Iterator[str]:
    """Forms that are no good FHIR R4, or of which the engine cannot honour everything that matters, by name."""
    for item in pack.instruments:
        for reason in _wrongs(item):
            yield f"{item.instrument.id}: {reason}"


def _wrongs(item: Added) -> Iterator[str]:
    for issue in errors(validate(item.form)):
        yield f"{issue.location}: {issue.message}"
    try:
        form = read_form(item.form)
    except (FormRefused, NotAForm) as refused:
        yield str(refused)
        return
    for found in form.unsupported:
        if found.effect is Effect.READ_ONLY:
            yield f"{found.place}: the form needs {found.name} ({found.kind}), which is not supported"


def _refuse(reasons: Iterable[str]) -> None:
    found = tuple(reasons)
    if found:
        raise PackRefused(found)


def _entity(pack_id: str, version: str) -> str:
    return f"Pack/{pack_id}/{version}"
