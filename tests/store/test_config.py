"""The settings: complete, safe together, and refused with the reason otherwise."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from ipt_fhir.mapping.site import ProfileSet, Site
from ipt_fhir.model.episode import Setting
from ipt_fhir.questionnaires.off_track import OffTrackPolicy
from ipt_fhir.terminology import systems
from smart_app import config
from smart_app.config import Config, ConfigRefused, load_config
from smart_app.keys import create_key

HOSPITAL = """
[[issuer]]
iss = "https://ehr.example/fhir"
name = "ZZTEST Hospital"
client_id = "ipt"
scopes = ["launch", "openid", "patient/CarePlan.cruds"]
"""
LOCAL_HOSPITAL = """
[[issuer]]
iss = "http://localhost:9000/fhir"
name = "Demo hospital"
client_id = "ipt"
scopes = ["launch"]
insecure_loopback = true
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The settings of a hospital's own server behind its https proxy."""
    create_key(tmp_path / "new.key")
    create_key(tmp_path / "old.key")
    (tmp_path / "issuers.toml").write_text(HOSPITAL)
    return {
        "IPT_FHIR_DATABASE_URL": f"sqlite:///{tmp_path}/ipt.db",
        "IPT_FHIR_KEY_FILES": os.pathsep.join([f"{tmp_path}/new.key", f"{tmp_path}/old.key"]),
        "IPT_FHIR_SIGNING_KEY_FILES": f"{tmp_path}/signing.pem",
        "IPT_FHIR_PUBLIC_URL": "https://ipt.hospital.example",
        "IPT_FHIR_ISSUERS_FILE": f"{tmp_path}/issuers.toml",
        "IPT_FHIR_LISTEN_HOST": "0.0.0.0",  # noqa: S104 - behind a proxy on another machine
    }


def loaded(environ: dict[str, str], **settings: str) -> Config:
    return load_config(environ | {f"IPT_FHIR_{name.upper()}": value for name, value in settings.items()})


def test_the_settings_are_read(environ: dict[str, str], tmp_path: Path) -> None:
    read = loaded(environ, listen_port="8443", idle_minutes="30", trusted_proxies="2")
    assert [key.id for key in read.keys] == ["new", "old"]
    assert read.signing_key_files == (tmp_path / "signing.pem",)
    assert (read.host, read.port, read.idle) == ("0.0.0.0", 8443, timedelta(minutes=30))  # noqa: S104
    assert read.public_url == "https://ipt.hospital.example"
    assert [issuer.iss for issuer in read.issuers] == ["https://ehr.example/fhir"]
    assert read.issuers[0].scopes == ("launch", "openid", "patient/CarePlan.cruds")
    assert (read.trusted_proxies, read.development) == (2, False)


def test_what_is_not_set_is_safe(environ: dict[str, str]) -> None:
    del environ["IPT_FHIR_LISTEN_HOST"]
    read = load_config(environ)
    assert (read.host, read.port, read.idle, read.development) == ("127.0.0.1", 8000, timedelta(minutes=15), False)
    assert read.trusted_proxies == 0


@pytest.mark.parametrize("name", ["DATABASE_URL", "KEY_FILES", "SIGNING_KEY_FILES", "PUBLIC_URL", "ISSUERS_FILE"])
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_setting_is_refused_by_name(environ: dict[str, str], name: str, value: str | None) -> None:
    del environ[f"IPT_FHIR_{name}"]
    with pytest.raises(ConfigRefused, match=f"IPT_FHIR_{name} is not set"):
        load_config(environ if value is None else environ | {f"IPT_FHIR_{name}": value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("listen_port", "0"),
        ("listen_port", "65536"),
        ("listen_port", "http"),
        ("idle_minutes", "1"),
        ("idle_minutes", "61"),
        ("idle_minutes", "-5"),
        ("idle_minutes", "²"),
        ("development", "yes"),
        ("trusted_proxies", "-1"),
        ("trusted_proxies", "10"),
        ("trusted_proxies", "10.0.0.1"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(environ: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(ConfigRefused, match=f"IPT_FHIR_{name.upper()}"):
        loaded(environ, **{name: value})


@pytest.mark.parametrize("content", ["", "changeme", "A" * 43 + "="], ids=["empty", "word", "zeros"])
def test_a_default_or_short_key_is_refused_and_not_shown(environ: dict[str, str], tmp_path: Path, content: str) -> None:
    """attack-A73."""
    (tmp_path / "new.key").write_text(content)
    with pytest.raises(ConfigRefused, match="'new'") as refused:
        load_config(environ)
    assert not content or content not in str(refused.value)


def test_a_missing_key_file_is_refused_by_its_id(environ: dict[str, str], tmp_path: Path) -> None:
    """fault-F70."""
    (tmp_path / "old.key").unlink()
    with pytest.raises(ConfigRefused, match="'old'"):
        load_config(environ)


def test_the_debugger_is_refused_outside_development(environ: dict[str, str]) -> None:
    """attack-A72."""
    with pytest.raises(ConfigRefused, match="FLASK_DEBUG"):
        load_config(environ | {"FLASK_DEBUG": "1"})
    load_config(environ | {"FLASK_DEBUG": "0"})


def test_development_is_refused_where_others_can_reach_it(environ: dict[str, str]) -> None:
    """attack-A72."""
    with pytest.raises(ConfigRefused, match="IPT_FHIR_DEVELOPMENT"):
        loaded(environ, development="1")
    read = load_config(environ | {"FLASK_DEBUG": "1", "IPT_FHIR_DEVELOPMENT": "1", "IPT_FHIR_LISTEN_HOST": "127.0.0.1"})
    assert read.development


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://ipt.hospital.example", "127.0.0.1"),
        ("http://127.0.0.1:8000", "0.0.0.0"),  # noqa: S104
        ("http://192.168.1.7", "192.168.1.7"),
        ("http://127.0.0.1.hospital.example", "127.0.0.1"),
    ],
)
def test_plain_http_is_refused_off_loopback(environ: dict[str, str], url: str, host: str) -> None:
    """decision-D13b."""
    with pytest.raises(ConfigRefused, match="plain http"):
        loaded(environ, public_url=url, listen_host=host)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"])
def test_plain_http_is_for_the_machine_itself(environ: dict[str, str], url: str) -> None:
    """decision-D13b."""
    assert loaded(environ, public_url=url, listen_host="127.0.0.1").public_url == url


@pytest.mark.parametrize(
    "url",
    [
        "ipt.hospital.example",
        "ftp://ipt.hospital.example",
        "https://",
        "https://ipt.hospital.example/app",
        "https://ipt.hospital.example?x=1",
        "https://user@ipt.hospital.example",
        "https://ipt.hospital.example\r\nX: 1",
        "https://ipt.hospital.example:port",
    ],
)
def test_a_public_url_is_an_origin(environ: dict[str, str], url: str) -> None:
    with pytest.raises(ConfigRefused, match="PUBLIC_URL"):
        loaded(environ, public_url=url)


def test_a_plain_http_hospital_is_refused_unless_the_app_is_on_loopback(
    environ: dict[str, str], tmp_path: Path
) -> None:
    """decision-D13b."""
    (tmp_path / "issuers.toml").write_text(LOCAL_HOSPITAL)
    with pytest.raises(ConfigRefused, match="insecure_loopback"):
        load_config(environ)
    assert loaded(environ, listen_host="127.0.0.1").issuers[0].insecure_loopback


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[[issuer]\n",
        "issuer = 'https://ehr.example'\n",
        "[[issuer]]\nname = 'no iss'\n",
        HOSPITAL + "client_secret = 'example'\n",
        HOSPITAL + HOSPITAL,
        HOSPITAL.replace("https:", "http:"),
        HOSPITAL.replace('["launch", "openid", "patient/CarePlan.cruds"]', '"launch openid"'),
        HOSPITAL + "insecure_loopback = 1\n",
    ],
    ids=["empty", "no-toml", "no-table", "no-iss", "unknown", "twice", "plain-http", "text-for-list", "number-for-yes"],
)
def test_an_unusable_issuers_file_is_refused_by_name(environ: dict[str, str], tmp_path: Path, content: str) -> None:
    (tmp_path / "issuers.toml").write_text(content)
    with pytest.raises(ConfigRefused, match=r"issuers\.toml"):
        load_config(environ)


def test_a_missing_issuers_file_is_refused(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigRefused, match="not usable"):
        loaded(environ, issuers_file="/no/such/file.toml")


def test_no_secret_shows_in_the_settings(environ: dict[str, str]) -> None:
    read = loaded(environ, database_url="postgresql+psycopg://ipt:hunter2@db/ipt")
    assert "hunter2" not in repr(read)
    assert not any(key.secret in repr(read) for key in read.keys)


def test_every_setting_is_documented() -> None:
    source = Path(config.__file__).read_text()
    documented = set(re.findall(r"^(IPT_FHIR_[A-Z_]+)$", config.__doc__ or "", re.MULTILINE))
    assert documented == set(re.findall(r"\"(IPT_FHIR_[A-Z_]+)\"", source))


def test_the_record_is_as_the_hospital_wants_it(environ: dict[str, str]) -> None:
    assert load_config(environ).record == Site()
    wanted = {
        "IPT_FHIR_RECORD_LANGUAGE": "de",
        "IPT_FHIR_RECORD_PROFILES": "base-r4",
        "IPT_FHIR_RECORD_FILES": "Condition, Encounter",
        "IPT_FHIR_RECORD_FORMS": "relapse-plan",
        "IPT_FHIR_RECORD_LABELS": "V,PSY",
        "IPT_FHIR_SNOMED": "0",
        "IPT_FHIR_ICD10CM": "0",
    }
    assert load_config(environ | wanted).record == Site(
        language="de",
        profiles=ProfileSet.BASE,
        files=frozenset({"Condition", "Encounter"}),
        forms=frozenset({f"{systems.CANONICAL_BASE}/Questionnaire/relapse-plan"}),
        labels=((systems.CONFIDENTIALITY, "V"), (systems.ACT_CODE, "PSY")),
        snomed=False,
        icd10cm=False,
    )
    assert load_config(environ | {"IPT_FHIR_RECORD_LABELS": ""}).record.labels == ()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IPT_FHIR_RECORD_PROFILES", "us-core-3"),
        ("IPT_FHIR_RECORD_FILES", "RiskAssessment"),
        ("IPT_FHIR_RECORD_FORMS", "phq-9"),
        ("IPT_FHIR_RECORD_LABELS", "SECRET"),
        ("IPT_FHIR_SNOMED", "yes"),
    ],
)
def test_a_wish_nobody_knows_is_refused_by_name(environ: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(ConfigRefused, match=name):
        load_config(environ | {name: value})


def test_no_course_is_called_off_track_unless_the_site_says_so(environ: dict[str, str]) -> None:
    def read(value: str) -> OffTrackPolicy | None:
        return load_config(environ | {"IPT_FHIR_OFF_TRACK": value}).record.off_track

    assert load_config(environ).record.off_track is None
    assert read("") is None
    assert read("on") == OffTrackPolicy()
    assert read("early=3, gain=25") == OffTrackPolicy(early_session=3, gain_percent=25)
    for refused in ("off", "gain=0", "gain=x", "gain", "missed=1", "early=4,early=5", "risk=high"):
        with pytest.raises(ConfigRefused, match="IPT_FHIR_OFF_TRACK"):
            read(refused)


DEVICES = """
[issuer.patient_devices]
own_devices = true
crisis = "In danger, call 988."
reassign_minutes = 60
on_duty = { name = "ZZTEST Duty", reference = "Practitioner/duty" }
backup = { name = "ZZTEST Backup", reference = "Practitioner/backup" }
"""


def with_devices(environ: dict[str, str], tmp_path: Path, old: str = "", new: str = "") -> Config:
    """The settings with a table for patients' devices in which one passage reads differently."""
    assert old in DEVICES
    (tmp_path / "issuers.toml").write_text(HOSPITAL + DEVICES.replace(old, new, 1))
    return load_config(environ)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://evil.example/{patient}", "leads elsewhere"),
        ("https://ehr.example/chart", "once"),
        ("https://ehr.example/{patient}/{patient}", "once"),
        ("javascript:alert('{patient}')", "leads elsewhere"),
    ],
)
def test_a_row_of_the_caseload_leads_to_the_hospital_and_nowhere_else(
    environ: dict[str, str], tmp_path: Path, address: str, why: str
) -> None:
    """attack-A63."""
    entry = 'frame_ancestors = ["https://ehr.example"]\nchart_url = "{}"\n'
    (tmp_path / "issuers.toml").write_text(HOSPITAL + entry.format(address))
    with pytest.raises(ConfigRefused, match=why):
        load_config(environ)
    (tmp_path / "issuers.toml").write_text(HOSPITAL + entry.format("https://ehr.example/chart?p={patient}"))
    assert load_config(environ).issuers[0].chart_of("p1") == "https://ehr.example/chart?p=p1"


def test_patients_answer_nowhere_unless_the_clinic_says_so(environ: dict[str, str], tmp_path: Path) -> None:
    assert load_config(environ).patient_devices == {}
    assert with_devices(environ, tmp_path, "own_devices = true", "own_devices = false").patient_devices == {}


def test_a_clinic_switches_it_on_and_names_who_is_on_duty(environ: dict[str, str], tmp_path: Path) -> None:
    devices = with_devices(environ, tmp_path).patient_devices["https://ehr.example/fhir"]
    assert (devices.on_duty.name, devices.backup.reference) == ("ZZTEST Duty", "Practitioner/backup")
    assert (devices.own_devices, devices.tablets, devices.patience) == (True, False, timedelta(hours=1))


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('on_duty = { name = "ZZTEST Duty", reference = "Practitioner/duty" }', "", "on_duty"),
        ('backup = { name = "ZZTEST Backup", reference = "Practitioner/backup" }', "", "backup"),
        ("Practitioner/backup", "Practitioner/duty", "same person"),
        ("Practitioner/duty", "Patient/1", "how the hospital names them"),
        ("Practitioner/duty", "https://elsewhere.example/Practitioner/1", "how the hospital names them"),
        ('"ZZTEST Duty"', '" "', "has a name"),
        ("reassign_minutes = 60", "", "reassign_minutes"),
        ("reassign_minutes = 60", "reassign_minutes = 4", "reassign_minutes"),
        ("reassign_minutes = 60", "reassign_minutes = 1441", "reassign_minutes"),
        ('crisis = "In danger, call 988."', "", "crisis"),
        ('"In danger, call 988."', '" "', "whom to call"),
        ("own_devices = true", 'own_devices = true\nscopes = ["openid", "fhirUser"]', "scopes lacks launch/patient"),
        (
            "own_devices = true",
            'own_devices = true\nscopes = ["launch/patient", "openid", "fhirUser", "user/Patient.rs"]',
            "remove user/Patient.rs",
        ),
        ("own_devices = true", "own_device = true", "own_device"),
        ("own_devices = true", 'own_devices = true\nchart_url = "https://ehr.example/chart"', "chart_url"),
        ("own_devices = true", 'own_devices = true\nchart_url = "https://evil.example/{patient}"', "leads elsewhere"),
        (
            "own_devices = true",
            'own_devices = true\nchart_url = "https://ehr.example.evil/{patient}"',
            "leads elsewhere",
        ),
    ],
)
def test_half_a_staffing_is_refused_at_the_start(
    environ: dict[str, str], tmp_path: Path, old: str, new: str, why: str
) -> None:
    """decision-D66: nothing a patient enters is without somebody to act on it."""
    with pytest.raises(ConfigRefused, match=re.escape(why)):
        with_devices(environ, tmp_path, old, new)


def test_a_chart_opens_on_the_hospitals_own_pages(environ: dict[str, str], tmp_path: Path) -> None:
    chart = 'own_devices = true\nchart_url = "https://ehr.example/chart?p={patient}"'
    devices = with_devices(environ, tmp_path, "own_devices = true", chart).patient_devices["https://ehr.example/fhir"]
    assert devices.chart_of("zz-7") == "https://ehr.example/chart?p=zz-7"


ROLES = """
[issuer.roles]
supervisors = ["Practitioner/sup"]
coordinators = ["Practitioner/coo"]
"""


def with_roles(environ: dict[str, str], tmp_path: Path, old: str = "", new: str = "") -> Config:
    """The settings with a table of roles in which one passage reads differently."""
    assert old in ROLES
    (tmp_path / "issuers.toml").write_text(HOSPITAL + ROLES.replace(old, new, 1))
    return load_config(environ)


def test_a_clinic_says_who_is_what(environ: dict[str, str], tmp_path: Path) -> None:
    roles = with_roles(environ, tmp_path).roles["https://ehr.example/fhir"]
    known = ("Practitioner/sup", "Practitioner/coo", "Practitioner/other", None)
    assert [roles.role_of(person) for person in known] == ["supervisor", "coordinator", "therapist", "therapist"]


def test_a_clinic_that_lists_its_therapists_lets_nobody_else_in(environ: dict[str, str], tmp_path: Path) -> None:
    listed = with_roles(environ, tmp_path, "[issuer.roles]", '[issuer.roles]\ntherapists = ["Practitioner/one"]')
    roles = listed.roles["https://ehr.example/fhir"]
    known = ("Practitioner/one", "Practitioner/other", None, "Practitioner/sup")
    assert [roles.role_of(person) for person in known] == ["therapist", None, None, "supervisor"]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("Practitioner/coo", "Practitioner/sup", "twice"),
        ("Practitioner/sup", "Patient/1", "name people as the hospital does"),
        ("Practitioner/sup", "https://elsewhere.example/Practitioner/1", "name people as the hospital does"),
        ("supervisors", "supervisor", "supervisor"),
    ],
)
def test_roles_that_say_nothing_clear_are_refused(
    environ: dict[str, str], tmp_path: Path, old: str, new: str, why: str
) -> None:
    with pytest.raises(ConfigRefused, match=why):
        with_roles(environ, tmp_path, old, new)


def test_a_site_says_where_therapy_usually_takes_place(environ: dict[str, str]) -> None:
    assert load_config(environ).setting is Setting.OUTPATIENT
    assert load_config(environ | {"IPT_FHIR_SETTING": "ward"}).setting is Setting.WARD
    with pytest.raises(ConfigRefused, match="IPT_FHIR_SETTING is one of outpatient, ward"):
        load_config(environ | {"IPT_FHIR_SETTING": "moon"})
