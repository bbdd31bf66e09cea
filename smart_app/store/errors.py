"""What can go wrong with the store, as one tree.

StoreError
├── StoreBusy            retry      another writer held the database longer than we wait
├── StoreFull            ours       the disk is full
├── StoreUnreachable     ours       the database cannot be opened, read or trusted
├── StoreContradicted    ours       a row would contradict another one
├── StaleRevision        clinician  somebody saved this course first
├── StaleFence           ours       another worker has taken this lane over
├── SealBroken           ours       an encrypted value was changed, or moved to another row
└── StartRefused         ours       we do not start on this database
    ├── DatabaseNewer               it was written by a newer version
    ├── KeyMissing                  it was written with a key we were not given
    └── UnsafeFile                  it lies where locks do not hold
"""

from __future__ import annotations

from typing import ClassVar

from ipt_fhir.locale.texts import N_


class StoreError(RuntimeError):
    """Nothing was saved. ``str()`` is for IT and holds no patient data; the message ids are for the clinician.

    ``whose`` is ``ours``, ``retry`` or ``clinician``; ``code`` is stable and never used again for another meaning.
    """

    code: ClassVar[str] = "store"
    whose: ClassVar[str] = "ours"
    retryable: ClassVar[bool] = False
    happened: ClassVar[str] = N_("This could not be saved.")
    what_to_do: ClassVar[str] = N_("Keep this page open and call IT support.")


class StoreBusy(StoreError):
    """Another writer held the database longer than we wait (fault-F56)."""

    code = "store-busy"
    whose = "retry"
    retryable = True
    happened = N_("This was not saved, because the app is busy.")
    what_to_do = N_("Wait a moment and save again.")


class StoreFull(StoreError):
    """The disk or the database is full; the transaction left nothing behind (fault-F54, fault-F55)."""

    code = "store-full"
    happened = N_("This was not saved, because the app has no space left.")


class StoreUnreachable(StoreError):
    """The database cannot be opened or read, or is damaged."""

    code = "store-unreachable"
    retryable = True
    happened = N_("This was not saved, because the app cannot reach its memory.")


class StoreContradicted(StoreError):
    """A row would contradict another one, for example an intent for a course of another patient."""

    code = "store-contradicted"


class StaleRevision(StoreError):
    """Somebody, perhaps the same person in another tab, saved this course first (fault-F72)."""

    code = "store-stale-revision"
    whose = "clinician"
    happened = N_("This was not saved, because the course was changed in the meantime.")
    what_to_do = N_("Look at the newer version, then make your change again.")


class StaleFence(StoreError):
    """This worker lost its lane to another one, or the intent is finished: it must not record anything (fault-F58)."""

    code = "store-stale-fence"


class SealBroken(StoreError):
    """An encrypted value was changed, moved to another row, or written with a key we do not have (attack-A74)."""

    code = "store-seal-broken"
    happened = N_("This was closed, because stored data is not as we left it.")
    what_to_do = N_("Open the app from the chart again. If this comes back, call IT support.")


class StartRefused(StoreError):
    """We do not start on this database; the message says why and what to do."""

    code = "store-start-refused"


class DatabaseNewer(StartRefused):
    """The database was written by a newer version of this app (fault-F68)."""

    code = "store-database-newer"


class KeyMissing(StartRefused):
    """The database was written with a key we were not given; ``key_id`` names it (fault-F70)."""

    code = "store-key-missing"

    def __init__(self, key_id: str, why: str) -> None:
        super().__init__(f"encryption key {key_id!r}: {why}")
        self.key_id = key_id


class UnsafeFile(StartRefused):
    """The database file lies where locks do not hold, so two instances would ruin it (fault-F59)."""

    code = "store-unsafe-file"
