"""An administrator in front of the app, in a browser of their own."""

from __future__ import annotations

from werkzeug.test import TestResponse

from smart_app.services import administering
from smart_app.web.guarding import ADMIN_COOKIE
from tests.journeys.clinician import Clinician, Fields
from tests.web.clinic import Clinic
from tests.web.page_checks import Expected, check

NAME, PASSWORD = "zztest.ada", "seven wet horses sing"
SIGN_IN = "/admin/sign-in"


class AdminBrowser(Clinician):
    """Checks every page it is shown: framed by nobody, no patient's banner."""

    def __init__(self, clinic: Clinic) -> None:
        super().__init__(clinic.app, clinic.app_url)
        self.home = "/admin/"

    def get(self, address: str) -> TestResponse:
        return self._checked(super().get(address))

    def post(self, address: str, fields: Fields) -> TestResponse:
        return self._checked(super().post(address, fields))

    def enter(self, name: str = NAME, password: str = PASSWORD) -> TestResponse:
        """Type name and password."""
        return self.submit(SIGN_IN, name=name, password=password)

    def cookie(self) -> str:
        """The secret this browser keeps as an administrator's."""
        found = self._browser.get_cookie(ADMIN_COOKIE, domain="127.0.0.1")
        return found.value if found else ""

    def put_cookie(self, secret: str) -> None:
        """Somebody else's secret, stolen or chosen."""
        self._browser.set_cookie(ADMIN_COOKIE, secret, domain="127.0.0.1", secure=True, httponly=True)

    @staticmethod
    def _checked(answer: TestResponse) -> TestResponse:
        if not answer.request.path.startswith("/admin"):
            return answer
        check(answer, Expected("'none'", ""))
        return answer


def administrator(clinic: Clinic) -> AdminBrowser:
    """Somebody with an account who has signed in."""
    with_account(clinic)
    browser = AdminBrowser(clinic)
    assert browser.enter().status_code == 200
    return browser


def with_account(clinic: Clinic) -> None:
    """An account as the command line makes it."""
    administering.add(clinic.practice.store, NAME, PASSWORD)
