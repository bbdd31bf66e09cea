"""The EHR's own pages: patients, a chart with room for the app, the chart's FHIR."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from smart_app.sandbox.hospital import HospitalApp
from tests.sandbox.fake_app import ALMA, BASE, BENE, FakeApp
from tests.sandbox.given import goal


def test_the_list_leads_to_every_chart(hospital: HospitalApp) -> None:
    page = hospital.test_client().get("/").text
    for name in ("ZZTEST-ALMA", "ZZTEST-BENE", "ZZTEST-CHI", "ZZTEST-DORU"):
        assert name in page
    assert f"/chart/{ALMA}?as=" in page


def test_one_can_choose_who_one_is(hospital: HospitalApp) -> None:
    client = hospital.test_client()
    assert 'aria-current="true">ZZTEST-OKORO' in client.get("/?as=zztest-okoro").text.replace("\n", "").replace(
        "  ", ""
    )
    assert client.get("/?as=nobody").status_code == 404


def test_a_chart_shows_the_patient_and_a_frame_for_the_app(hospital: HospitalApp) -> None:
    response = hospital.test_client().get(f"/chart/{BENE}")
    for text in (
        "1974-03-02",
        "ZZ-100002",
        "Antidepressant",
        "recurrent, moderate",
        'target="app"',
        'iframe name="app"',
    ):
        assert text in response.text
    assert "Content-Security-Policy" not in response.headers
    assert "X-Frame-Options" not in response.headers
    assert "<script" not in response.text


def test_launching_opens_the_app_with_issuer_and_launch(hospital: HospitalApp, fake_app: FakeApp) -> None:
    form = {"client": "ipt", "as": "zztest-okoro"}
    response = hospital.test_client().post(f"/chart/{ALMA}/launch", data=form)
    assert response.status_code == 303
    address = urlsplit(response.location)
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{fake_app.origin}/launch"
    query = parse_qs(address.query)
    assert query["iss"] == [BASE]
    launch = hospital.desk.memory.launch(query["launch"][0], "ipt")
    assert launch
    assert (launch.practitioner, launch.patient) == ("zztest-okoro", ALMA)


def test_two_launches_differ(hospital: HospitalApp) -> None:
    urls = {hospital.desk.launch_url("ipt", "zztest-vale", ALMA) for _ in range(20)}
    assert len(urls) == 20


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (f"/chart/{ALMA}/launch", {"client": "stranger"}),
        (f"/chart/{ALMA}/launch", {}),
        (f"/chart/{ALMA}/launch", {"client": "ipt", "as": "nobody"}),
        ("/chart/nobody/launch", {"client": "ipt"}),
    ],
)
def test_nobody_and_strangers_are_not_launched(hospital: HospitalApp, path: str, form: dict[str, str]) -> None:
    assert hospital.test_client().post(path, data=form).status_code == 404


def test_a_launch_cannot_be_made_by_a_link(hospital: HospitalApp) -> None:
    assert hospital.test_client().get(f"/chart/{ALMA}/launch?client=ipt").status_code == 405


def test_the_fhir_of_a_chart_is_shown_as_it_is(hospital: HospitalApp) -> None:
    version = hospital.store.create(goal(description={"text": "<b>Sleep</b>"}))
    hospital.store.update(version.resource)
    hospital.store.create(goal(BENE, description={"text": "Not hers"}))
    page = hospital.test_client().get(f"/chart/{ALMA}/fhir").text
    assert f"<code>{version.id}</code> version 2, 2026-01-12 09:00:00 UTC" in page
    assert "&lt;b&gt;Sleep&lt;/b&gt;" in page
    assert "Depression, primary care" in page
    assert "Not hers" not in page


def test_a_chart_that_is_not_there(hospital: HospitalApp) -> None:
    for path in ("/chart/nobody", "/chart/nobody/fhir"):
        assert hospital.test_client().get(path).status_code == 404


def test_a_chart_can_open_with_the_app_in_it(hospital: HospitalApp, fake_app: FakeApp) -> None:
    client = hospital.test_client()
    page = client.get(f"/chart/{BENE}?open=ipt").text
    assert f'<iframe name="app" title="Apps" src="{fake_app.origin}/launch?iss=' in page
    assert client.get(f"/chart/{BENE}?open=stranger").status_code == 404


def test_nobody_can_start_over_where_nothing_can_be_brought_back(hospital: HospitalApp) -> None:
    client = hospital.test_client()
    assert "Start the demo over" not in client.get("/").text
    assert client.post("/start-over").status_code == 404


def test_starting_over_brings_the_charts_of_the_start_back_and_the_page_that_asked(hospital: HospitalApp) -> None:
    before = len(hospital.store.existing("Goal"))
    hospital.store.create(goal(ALMA))
    hospital.desk.start_over = hospital.refill
    client = hospital.test_client()
    assert "Start the demo over" in client.get("/").text
    assert (
        client.post("/start-over", data={"page": f"/chart/{BENE}?as=zztest-vale"}).location
        == f"/chart/{BENE}?as=zztest-vale"
    )
    assert client.post("/start-over", data={"page": "https://elsewhere.example/"}).location == "/"
    assert len(hospital.store.existing("Goal")) == before
