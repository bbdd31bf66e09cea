"""The administrator's door: who comes in, who does not, and that it leads into no chart."""

from __future__ import annotations

from smart_app.services import administering
from smart_app.store import audit
from smart_app.store.audit import Action, Outcome
from tests.web.acts import agree
from tests.web.admins import NAME, PASSWORD, SIGN_IN, AdminBrowser, administrator, with_account
from tests.web.clinic import DORU, Clinic
from tests.web.page_checks import Page
from tests.web.patients import PatientBrowser
from tests.web.test_patient_walls import routes
from tests.web.test_tablet import Tablet

PAGES = ("/admin/hospitals", "/admin/packs", "/admin/keys")


def refused(browser: AdminBrowser, name: str = NAME, password: str = "not the password at all") -> bool:
    return "do not fit" in browser.enter(name, password).text


def sign_ins(clinic: Clinic) -> list[tuple[str, Outcome]]:
    with clinic.practice.store.read() as tx:
        events = [event for _, event in audit.events(tx, "", "")]
    return [(event.actor, event.outcome) for event in events if event.action is Action.SIGN_IN]


def test_name_and_password_open_the_pages_and_the_audit_log_tells(clinic: Clinic) -> None:
    browser = administrator(clinic)
    assert "State of this installation" in browser.get("/admin/").text
    for page in PAGES:
        assert browser.get(page).status_code == 200
    assert sign_ins(clinic) == [(f"administrator:{NAME}", Outcome.DONE)]


def test_a_wrong_password_and_a_name_nobody_has_read_the_same(clinic: Clinic) -> None:
    with_account(clinic)
    answers = [AdminBrowser(clinic).enter(*typed) for typed in ((NAME, "wrong " + PASSWORD), ("nobody", PASSWORD))]
    (known, unknown) = [answer.text.replace(NAME, "").replace("nobody", "") for answer in answers]
    assert [answer.status_code for answer in answers] == [403, 403]
    said = [[item.text for item in Page(text).all("p")] for text in (known, unknown)]
    assert said[0] == said[1]
    assert sign_ins(clinic) == [
        (f"administrator:{NAME}", Outcome.REFUSED),
        ("administrator:unknown", Outcome.REFUSED),
    ]


def test_attack_a84_neither_a_launch_nor_a_patient_opens_a_page_of_an_administrator(clinic: Clinic) -> None:
    """Every route is tried; one that is added later too."""
    agree(clinic.opened())
    phone = PatientBrowser(clinic.app, clinic.app_url, clinic.hospital_url)
    phone.sign_in(clinic)
    launched = clinic.opened()
    tried = 0
    for browser in (launched, phone):
        browser.patient = browser.home = ""
        client = browser._browser
        for method, path in routes(clinic, "/admin/"):
            sent = {"Sec-Fetch-Site": "same-origin"}
            answer = client.open(path, method=method, base_url=clinic.app_url, headers=sent)
            if path == SIGN_IN and method == "GET":
                assert "Sign in as administrator" in answer.text
            else:
                outside = {(403, ""), (404, ""), (303, SIGN_IN)}
                assert (answer.status_code, answer.headers.get("Location", "")) in outside, f"{method} {path}"
            tried += 1
    assert tried >= 14


def test_attack_a84_an_administrator_opens_no_chart(clinic: Clinic) -> None:
    launch = clinic.opened().home
    browser = administrator(clinic)
    for path in (launch, f"{launch}plan", f"{launch}filing", "/s/nothing-there/"):
        assert browser.get(path).status_code == 404


def test_attack_a84_a_handed_over_tablet_opens_no_page_of_an_administrator(clinic: Clinic) -> None:
    tablet = Tablet(clinic.app, clinic.app_url, clinic.hospital_url)
    tablet.open(clinic.click(), DORU)
    tablet.hand_over()
    handed = tablet._browser.get("/admin/sign-in", base_url=clinic.app_url)
    assert handed.status_code == 303
    assert handed.headers["Location"].startswith("/p/")


def test_attack_a26_a_cookie_somebody_chose_is_no_session_after_the_sign_in(clinic: Clinic) -> None:
    with_account(clinic)
    browser, chosen = AdminBrowser(clinic), "x" * 43
    browser.put_cookie(chosen)
    browser.enter()
    assert browser.cookie() != chosen
    other = AdminBrowser(clinic)
    other.put_cookie(chosen)
    assert other.get("/admin/keys").status_code == 404


def test_attack_a38_a_form_from_elsewhere_signs_nobody_in_or_out(clinic: Clinic) -> None:
    browser = administrator(clinic)
    form = {"name": NAME, "password": PASSWORD}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {}, {"Sec-Fetch-Site": "same-origin"}):
        for path in (SIGN_IN, "/admin/sign-out"):
            answer = browser._browser.post(path, data=form, base_url=clinic.app_url, headers=headers)
            assert answer.status_code == 403
    assert browser.get("/admin/keys").status_code == 200


def test_attack_a40_the_cookie_goes_nowhere_but_here(clinic: Clinic) -> None:
    """SameSite=Strict, ``__Host-``, not for scripts; the pages are framed by nobody (checked on each of them)."""
    sent = AdminBrowser(clinic).get(SIGN_IN).headers["Set-Cookie"]
    assert sent.startswith("__Host-ipt-admin=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= set(sent.split("; "))
    assert "Domain" not in sent
    assert "Partitioned" not in sent


def test_attack_a68_five_wrong_passwords_close_the_account_to_that_address_for_a_quarter_of_an_hour(
    clinic: Clinic,
) -> None:
    with_account(clinic)
    browser = AdminBrowser(clinic)
    assert all(refused(browser) for _ in range(5))
    assert refused(browser, password=PASSWORD), "the right password comes too late"
    clinic.clock.move(minutes=14)
    assert refused(browser, password=PASSWORD)
    clinic.clock.move(minutes=1)
    assert not refused(browser, password=PASSWORD)
    assert [outcome for _, outcome in sign_ins(clinic)] == [Outcome.REFUSED] * 5 + [Outcome.FAILED, Outcome.DONE]


def test_attack_a68_who_guesses_does_not_lock_the_administrator_out(clinic: Clinic) -> None:
    with_account(clinic)
    for _ in range(30):
        assert administering.sign_in(clinic.practice, NAME, "wrong", "192.0.2.7") is None
    assert administering.sign_in(clinic.practice, NAME, PASSWORD, "192.0.2.7") is None
    assert administering.sign_in(clinic.practice, NAME, PASSWORD, "192.0.2.8") is not None


def test_attack_a68_many_addresses_together_have_a_hundred_tries_for_one_account(clinic: Clinic) -> None:
    with_account(clinic)
    for number in range(100):
        administering.sign_in(clinic.practice, NAME, "wrong", f"192.0.2.{number // 4}")
    assert administering.sign_in(clinic.practice, NAME, PASSWORD, "192.0.2.200") is None
    clinic.clock.move(minutes=15)
    assert administering.sign_in(clinic.practice, NAME, PASSWORD, "192.0.2.200") is not None


def test_attack_a68_an_address_that_guesses_names_is_closed_and_fills_no_table(clinic: Clinic) -> None:
    with_account(clinic)
    for number in range(40):
        administering.sign_in(clinic.practice, f"name{number}", "wrong", "192.0.2.7")
    assert administering.sign_in(clinic.practice, NAME, PASSWORD, "192.0.2.7") is None
    assert administering.sign_in(clinic.practice, NAME, PASSWORD, "192.0.2.8") is not None
    assert len(sign_ins(clinic)) == 22, "twenty tries, one row about the rest, and the one that was right"


def test_attack_a65_a_header_does_not_choose_the_address(clinic: Clinic) -> None:
    """Without the setting for proxies (tests/web/test_proxies.py) the machine that asked counts, whoever it names."""
    browser = AdminBrowser(clinic)
    token = Page(browser.get(SIGN_IN).text)
    fields = {**token.fields_of(token.all("form")[0]), "name": "nobody", "password": "wrong"}
    for number in range(21):
        headers = {"Sec-Fetch-Site": "same-origin", "X-Forwarded-For": f"192.0.2.{number}"}
        browser._browser.post(SIGN_IN, data=fields, base_url=clinic.app_url, headers=headers)
    assert sign_ins(clinic)[-1][1] is Outcome.FAILED


def test_a_new_password_lets_in_at_once_and_ends_what_was_open(clinic: Clinic) -> None:
    browser = administrator(clinic)
    stranger = AdminBrowser(clinic)
    for _ in range(6):
        stranger.enter(NAME, "wrong")
    administering.set_password(clinic.practice.store, NAME, "eleven calm rivers bend")
    assert browser.get("/admin/keys").status_code == 404
    assert browser.enter(NAME, "eleven calm rivers bend").status_code == 200


def test_a_session_idles_out_and_does_not_live_for_ever(clinic: Clinic) -> None:
    browser = administrator(clinic)
    clinic.clock.move(minutes=15)
    assert browser.get("/admin/keys").status_code == 200
    clinic.clock.move(minutes=16)
    assert browser.get("/admin/keys").status_code == 404
    browser.enter()
    for _ in range(60):
        clinic.clock.move(minutes=10)
        assert browser.get("/admin/keys").status_code == 200
    clinic.clock.move(minutes=10)
    assert browser.get("/admin/keys").status_code == 404


def test_fault_f60_a_session_ends_when_the_clock_goes_back(clinic: Clinic) -> None:
    browser = administrator(clinic)
    clinic.clock.move(days=-1)
    assert browser.get("/admin/keys").status_code == 404


def test_attack_a78_signing_out_ends_the_session_here_and_for_a_copy_of_the_cookie(clinic: Clinic) -> None:
    browser, copy = administrator(clinic), AdminBrowser(clinic)
    copy.put_cookie(browser.cookie())
    assert copy.get("/admin/keys").status_code == 200
    browser.submit("/admin/keys", to="/admin/sign-out")
    assert [page.get("/admin/keys").status_code for page in (browser, copy)] == [404, 404]


def test_an_account_that_was_removed_is_out_at_once(clinic: Clinic) -> None:
    browser = administrator(clinic)
    administering.remove(clinic.practice.store, NAME)
    assert browser.get("/admin/keys").status_code == 404
    assert refused(browser, password=PASSWORD)


def test_attack_a72_no_key_no_secret_and_no_password_is_on_a_page(clinic: Clinic) -> None:
    browser = administrator(clinic)
    (key,) = clinic.practice.store._cipher.keys
    secrets = [key.secret, str(clinic.practice.store._engine.url.database), PASSWORD]
    secrets += [str(clinic.practice.signing_keys[0].as_dict(private=True)["d"])]
    for page in ("/admin/", *PAGES):
        text = browser.get(page).text
        assert [secret for secret in secrets if secret in text] == []


def test_the_pages_say_what_stands_in_the_settings(clinic: Clinic) -> None:
    browser = administrator(clinic)
    hospitals = browser.get("/admin/hospitals").text
    for said in ("ZZTEST Demo Hospital", clinic.iss, "Noor ZZTEST-VALE", "60 minutes", "patient/Goal.crus"):
        assert said in hospitals
    assert "store" in browser.get("/admin/keys").text
    assert str(clinic.practice.signing_keys[0].kid) in browser.get("/admin/keys").text
    assert "the worker of this app does not run" in browser.get("/admin/").text
