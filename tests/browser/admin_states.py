"""The administrator's pages, each in every state that looks different."""

from __future__ import annotations

from collections.abc import Callable

from smart_app.services import administering
from smart_app.store import drafts, episodes, intents
from smart_app.store.drafts import DraftKey
from smart_app.store.lanes import Lane
from tests.browser.ehr import Ehr
from tests.browser.walks import ALMA, BENE, DORU, State

NAME, PASSWORD = "zztest.ada", "seven wet horses sing"


def _door(ehr: Ehr) -> None:
    ehr.go("/admin/sign-in")


def _enter(ehr: Ehr, password: str = PASSWORD) -> None:
    if not administering.accounts(ehr.store):
        administering.add(ehr.store, NAME, PASSWORD)
    _door(ehr)
    ehr.write("name", NAME)
    ehr.write("password", password)
    ehr.press("Sign in")


def _wrong(ehr: Ehr) -> None:
    _enter(ehr, "something else")


def _page(name: str) -> Callable[[Ehr], None]:
    def walk(ehr: Ehr) -> None:
        _enter(ehr)
        ehr.follow(name)

    return walk


def _closed(ehr: Ehr) -> None:
    ehr.go("/admin/keys")


def _something_is_held(ehr: Ehr) -> None:
    """A filing of Doru's that nobody sent, put there as the app would."""
    lane = Lane(ehr.issuer, DORU)
    with ehr.store.write() as tx:
        stored = episodes.load(tx, lane)
        if stored is None:
            episodes.save(tx, lane, "zztest-held", b"{}", expected_revision=episodes.NEW)
        intents.add(tx, lane, stored.id if stored else "zztest-held", "zztest", b"[]")
    _page("Not in the record")(ehr)


def _no_row(ehr: Ehr) -> None:
    _page("Audit")(ehr)
    ehr.write("person", "nobody")
    ehr.press("Search")


def _whole(ehr: Ehr) -> None:
    _page("Audit")(ehr)
    ehr.press("Check the whole log")


def _looked(ehr: Ehr, patient: str = ALMA) -> None:
    _page("One person")(ehr)
    ehr.write("patient", patient)
    ehr.press("Look")


def _unknown(ehr: Ehr) -> None:
    _looked(ehr, "nobody")


def _slip(ehr: Ehr) -> None:
    _looked(ehr)
    ehr.write("again", BENE)
    ehr.press_first("danger")


def _erased(ehr: Ehr) -> None:
    """Of somebody the other states do not need."""
    with ehr.store.write() as tx:
        drafts.save(tx, DraftKey(ehr.issuer, "zztest-gone", "sub", "form"), "")
    _looked(ehr, "zztest-gone")
    ehr.write("again", "zztest-gone")
    ehr.press_first("danger")


STATES = (
    State(endpoint="admin_door.sign_in", name="empty", patient=ALMA, reach=_door),
    State(endpoint="admin_door.sign_in", name="refused", patient=ALMA, reach=_wrong),
    State(endpoint="admin_pages.home", name="signed in", patient=ALMA, reach=_page("State")),
    State(endpoint="admin_pages.hospitals", name="one hospital", patient=ALMA, reach=_page("Hospitals")),
    State(endpoint="admin_pages.packs", name="one pack", patient=ALMA, reach=_page("Packs")),
    State(endpoint="admin_pages.keys", name="one of each", patient=ALMA, reach=_page("Keys")),
    State(endpoint="admin_records.held", name="something is held", patient=ALMA, reach=_something_is_held),
    State(endpoint="admin_records.audit", name="newest rows", patient=ALMA, reach=_page("Audit")),
    State(endpoint="admin_records.audit", name="no row fits", patient=ALMA, reach=_no_row),
    State(endpoint="admin_records.audit", name="whole", patient=ALMA, reach=_whole),
    State(endpoint="admin_records.data", name="all tables", patient=ALMA, reach=_page("Data")),
    State(endpoint="admin_person.show", name="empty", patient=ALMA, reach=_page("One person")),
    State(endpoint="admin_person.show", name="looked", patient=ALMA, reach=_looked),
    State(endpoint="admin_person.show", name="unknown", patient=ALMA, reach=_unknown),
    State(endpoint="admin_person.show", name="the other id", patient=ALMA, reach=_slip),
    State(endpoint="admin_person.show", name="erased", patient=ALMA, reach=_erased),
    State(endpoint="admin_pages.keys", name="not signed in", patient=ALMA, reach=_closed),
)
