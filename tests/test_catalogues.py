"""Texts and their translations (decision-D22): complete, compiled, shipped, and used for every word a page shows.

The last part reads every page of the app in a language in which each text stands in brackets: whatever stands outside
them never went through a catalogue, and would stay English for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from flask import Flask
from hatchling.builders.wheel import WheelBuilder
from werkzeug.test import TestResponse

from ipt_fhir.instruments.catalogue import instrument, instruments, questionnaire
from ipt_fhir.locale import texts
from ipt_fhir.locale.texts import text
from ipt_fhir.mapping.publication import PUBLISHER
from ipt_fhir.model.measures import SafetyAct
from ipt_fhir.model.problem_areas import ProblemAreaCode
from smart_app import language
from smart_app.sandbox.charts import demo_charts
from tests import catalogues
from tests.catalogues import DOMAINS, ROOT, TRANSLATIONS, Domain
from tests.journeys.clinician import Clinician
from tests.journeys.hospitals import Site, demo_site

PLACES = re.compile(r"%\((\w+)\)s|\{(\w+)\}")


def entries() -> Iterator[tuple[str, Message]]:
    """Every text with its translation, and where it stands."""
    for domain in DOMAINS:
        for name in TRANSLATIONS:
            for message in catalogues.messages(catalogues.read(domain.po(name))):
                yield f"{domain.name} {name}: {message.id!r}", message


def forms(spelled: object) -> tuple[str, ...]:
    """One text, or singular and plural."""
    return (spelled,) if isinstance(spelled, str) else tuple(spelled) if isinstance(spelled, tuple | list) else ()


def ids(domain: Domain) -> set[str]:
    return {form for message in catalogues.messages(catalogues.read(domain.pot)) for form in forms(message.id)}


def test_the_catalogues_are_what_code_templates_and_data_say() -> None:
    stale = [file.name for file, content in catalogues.files() if not file.exists() or file.read_bytes() != content]
    assert not stale, f"run python -m tests.catalogues, then translate what is new: {stale}"


def test_every_text_is_translated() -> None:
    assert not [place for place, entry in entries() if not entry.string or not all(forms(entry.string))]


def test_no_translation_is_doubtful() -> None:
    assert not [place for place, entry in entries() if entry.fuzzy]


def places(form: str) -> set[str]:
    return {"".join(found) for found in PLACES.findall(form)}


def test_every_translation_has_the_places_of_its_text() -> None:
    """A missing place loses a value; an invented one breaks the page."""
    wrong = [
        place
        for place, entry in entries()
        for ours, theirs in zip(forms(entry.id), forms(entry.string), strict=True)
        if places(ours) != places(theirs)
    ]
    assert not wrong


def test_every_translation_ends_as_its_text_does() -> None:
    ends = (".", ":", "?")
    wrong = [
        place
        for place, entry in entries()
        for ours, theirs in zip(forms(entry.id), forms(entry.string), strict=True)
        if theirs and any(ours.endswith(end) != theirs.endswith(end) for end in ends)
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("domain", "known"),
    [
        (DOMAINS[0], "Role dispute"),  # code
        (DOMAINS[0], "{value} or less"),
        (DOMAINS[0], "IPT for adults, 16 sessions"),  # variants.toml
        (DOMAINS[0], "Halve my depression score."),  # goals.toml, a goal and a level
        (DOMAINS[0], "Used twice in real life"),
        (DOMAINS[0], "Crisis plan"),  # activities.toml
        (DOMAINS[0], "moderately severe"),  # phq-9/instrument.toml
        (DOMAINS[1], "Overview"),  # lazy_gettext
        (DOMAINS[1], "Start session %(number)s"),  # gettext
        (DOMAINS[1], "%(num)s goals"),  # ngettext
        (DOMAINS[1], "This could not be saved."),  # N_
        (DOMAINS[1], "Skip to the page"),  # a template
        (DOMAINS[1], "due %(date)s"),  # a template, with a value
    ],
)
def test_a_text_of_each_kind_of_source_is_found(domain: Domain, known: str) -> None:
    assert known in ids(domain)


def test_the_demo_hospital_speaks_english_only() -> None:
    listed = [place for message in catalogues.read(DOMAINS[1].pot) for place, _ in message.locations]
    assert not [place for place in listed if place.startswith("smart_app/sandbox/")]


def test_the_words_of_an_instrument_are_not_translated() -> None:
    """The wording is what was validated and licensed; another language is another instrument, with its own folder.

    Forms of our own bring their translations with them.
    """
    theirs = (measure for measure in instruments().values() if measure.licence.holder != PUBLISHER)
    items = {item.text for measure in theirs for item in measure.items}
    assert items
    assert not items & (ids(DOMAINS[0]) | ids(DOMAINS[1]))


def test_what_is_installed_holds_the_compiled_catalogues() -> None:
    shipped = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert {domain.mo(name).relative_to(ROOT).as_posix() for domain in DOMAINS for name in TRANSLATIONS} <= shipped


def test_a_region_reads_its_language_and_an_unknown_language_reads_english() -> None:
    assert [text("Role dispute", name) for name in ("de", "de-CH", "ia")] == ["Rollenkonflikt"] * 2 + ["Role dispute"]
    assert text("{value} or less", "de", value=4) == "höchstens 4"


@pytest.mark.parametrize(
    ("asked", "given", "shown"),
    [("de-AT,de;q=0.8,en;q=0.5", "de", "05.01.2026"), ("fr,en;q=0.5", "en", "5 Jan 2026"), ("", "en", "5 Jan 2026")],
)
def test_a_page_is_in_the_language_the_browser_prefers(asked: str, given: str, shown: str) -> None:
    app = Flask("smart_app")
    language.install(app)
    with app.test_request_context(headers={"Accept-Language": asked}):
        assert (language.current(), language.day(date(2026, 1, 5))) == (given, shown)
        assert language.moment(datetime(2026, 1, 5, 12, tzinfo=UTC)).startswith(f"{shown}, ")
        assert language.gettext("Goals") == {"de": "Ziele", "en": "Goals"}[given]


# The language of brackets.

OPEN, CLOSE = "⟦", "⟧"
INNERMOST = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")
WORD = re.compile(r"[^\W\d_]{2,}")
# Data by its kind: FHIR references, paths and interactions are the same in every language.
FHIR = re.compile(r"\b[A-Z][A-Za-z]+[/.][\w.-]+")
SPOKEN_ATTRIBUTES = {"title", "alt", "placeholder", "label", "aria-label", "aria-description", "aria-roledescription"}
# What others wrote (bdi), what a person typed (textarea), what is for machines; and what the record says, which is in
# the record's language (its headings on the page are held by the rule about templates in test_house_rules).
SEALED = {"bdi", "textarea", "pre", "script", "style"}
RECORD_CLASS = "chart-text"


class SpokenText(HTMLParser):
    """What a person sees or hears of a page, without what is data by its element."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._sealed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of_the_record = RECORD_CLASS in (dict(attrs).get("class") or "").split()
        if tag in SEALED or of_the_record or self._sealed[-1:] == [tag]:
            self._sealed.append(tag)
        button = tag == "input" and dict(attrs).get("type") in {"submit", "button", "reset"}
        spoken = SPOKEN_ATTRIBUTES | ({"value"} if button else set())
        self.found += [value for name, value in attrs if name in spoken and value]

    def handle_endtag(self, tag: str) -> None:
        if self._sealed and self._sealed[-1] == tag:
            self._sealed.pop()

    def handle_data(self, data: str) -> None:
        if not self._sealed:
            self.found.append(data)


def outside(spoken: str, data: Sequence[str]) -> str:
    """What is left of a text without brackets, inner ones first, and without data, long ones first."""
    while INNERMOST.search(spoken):
        spoken = INNERMOST.sub(" ", spoken)
    for known in sorted(data, key=len, reverse=True):
        spoken = spoken.replace(known, " ")
    return FHIR.sub(" ", spoken)


def untranslated(page: str, data: Sequence[str]) -> list[str]:
    """The texts of a page of which a word never went through a catalogue."""
    parser = SpokenText()
    parser.feed(page)
    return [spoken.strip() for spoken in parser.found if WORD.search(outside(spoken, data))]


OF_THE_RECORD = f'<div class="{RECORD_CLASS}"><div>Hello</div> Hello</div>'


@pytest.mark.parametrize(
    "planted",
    [
        "<p>Hello</p>",
        OF_THE_RECORD + "<p>Hello</p>",
        '<p title="Hello">⟦x⟧</p>',
        '<a aria-label="Hello">⟦x⟧</a>',
        '<input placeholder="Hello">',
        '<input type="submit" value="Hello">',
        "<option>Hello</option>",
        "<svg><text>Hello</text></svg>",
        "<p><bdi>Alma</bdi> Hello</p>",
        "<p>⟦a ⟦b⟧ c⟧ Hello</p>",
    ],
)
def test_a_planted_english_text_is_found(planted: str) -> None:
    assert untranslated(planted, [])


@pytest.mark.parametrize(
    "fine",
    ["<p>⟦a ⟦b⟧ c⟧ 12, 3–4 ●</p>", "<bdi>Hello</bdi>", "<textarea>Hello</textarea>", "<p>Goal/77.a</p>", OF_THE_RECORD],
)
def test_brackets_and_data_are_not_taken_for_english(fine: str) -> None:
    assert not untranslated(fine, [])


def bracketed(domain: Domain) -> Catalog:
    """The catalogue of a domain in which every text is itself, in brackets."""
    catalogue = catalogues.Undated(locale=TRANSLATIONS[0], fuzzy=False)
    for message in catalogues.messages(catalogues.template(domain)):
        shown = tuple(f"{OPEN}{form}{CLOSE}" for form in forms(message.id))
        catalogue.add(message.id, shown if message.pluralizable else shown[0])
    return catalogue


@pytest.fixture
def brackets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Flask], None]]:
    """Puts the bracketed catalogues in the place of the first translation, for the library and for an app."""
    folders = {}
    for domain in DOMAINS:
        folder = folders[domain.name] = tmp_path / "brackets" / domain.name
        place = folder / TRANSLATIONS[0] / "LC_MESSAGES" / f"{domain.name}.mo"
        place.parent.mkdir(parents=True)
        place.write_bytes(catalogues.compiled(bracketed(domain)))
    monkeypatch.setattr(texts, "_CATALOGUES", folders["ipt_fhir"])

    def install(app: Flask) -> None:
        app.extensions["babel"].translation_directories = [str(folders["messages"])]
        answer = app.wsgi_app

        def asked(environ: dict[str, Any], start: Any) -> Any:
            return answer({**environ, "HTTP_ACCEPT_LANGUAGE": TRANSLATIONS[0]}, start)

        monkeypatch.setattr(app, "wsgi_app", asked)

    texts.translation.cache_clear()
    yield install
    texts.translation.cache_clear()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with demo_site(tmp_path) as found:
        yield found


def known_data(site: Site) -> list[str]:
    """What every page may show as it is: people of the chart, the hospital, the wording of the questionnaire."""
    measure = instrument("phq-9")
    named = [
        f"{' '.join(name['given'])} {name['family']}"
        for resource in demo_charts()
        for name in resource.get("name", ())
        if isinstance(name, dict)
    ]
    options = [option.display for item in measure.items for option in item.options]
    title = str(questionnaire("phq-9")["title"])
    wording = [
        title,
        measure.title,
        measure.instruction,
        measure.licence.notice,
        *(item.text for item in measure.items),
    ]
    return [*named, *options, *wording, site.iss, "ZZTEST Hospital", OWN_WORDS, OWN_WORDS.upper()]


PHQ9, PHQ9_WELL = (
    {f"a-{place}": item.options[points].code for place, item in enumerate(instrument("phq-9").items, start=1)}
    for points in (1, 0)
)
OWN_WORDS = "Ich sage es selbst."
WRONG_FOCUS: dict[str, str | list[str]] = {"area": "", "second_area": "grief"}
GOOD_FOCUS: dict[str, str | list[str]] = {"area": "role-dispute", "second_area": "grief", "agreed": "yes"}
WRONG_PLAN: dict[str, str | list[str]] = {
    "contract_agreed": "yes",
    "sessions": "99",
    "minutes": "",
    "contract_on": "",
    "goal": ["G-12"],
}
GOOD_PLAN: dict[str, str | list[str]] = {
    "contract_agreed": "yes",
    "goal": ["G-02", "G-12"],
}


def somebody(clinician: Clinician) -> dict[str, str]:
    """The first person goal G-12 can be about."""
    offered = re.search(r'name="person-G-12".*?<option>([^<]+)<', clinician.get("plan").text, re.DOTALL)
    assert offered
    return {"person-G-12": unescape(offered[1])}


def pages_of_a_course(site: Site, clinician: Clinician) -> Iterator[tuple[str, TestResponse]]:
    """Every page in every state a course can bring it into, by name."""
    yield "overview, new", clinician.launch(site.click())
    yield "measure", clinician.get("forms/phq-9")
    some = dict(list(PHQ9.items())[:3])
    yield "measure, gaps", clinician.submit("forms/phq-9", ("act", "done"), **some)
    yield "measure, kept", clinician.get("forms/phq-9")
    safety = clinician.submit("forms/phq-9", ("act", "done"), **PHQ9)
    yield "safety", safety
    yield "overview, unsafe", clinician.get("")
    yield "session, unsafe", clinician.get("session")
    yield "session, refused", clinician.submit("session", ("act", "close"), date="")
    yield "safety, nothing chosen", clinician.submit(safety.request.path, ("do", "settle"))
    for act in (SafetyAct.HANDED_OVER, SafetyAct.NOT_APPLICABLE):
        yield f"safety, {act} alone", clinician.submit(safety.request.path, ("act", act))
    clinician.submit(safety.request.path, ("act", SafetyAct.DISCUSSED))
    settled = clinician.get(safety.request.path)
    assert 'id="safety"' not in settled.text
    yield "safety, settled", settled
    yield "plan", clinician.get("plan")
    yield "focus", clinician.get("focus")
    yield "focus, refused", clinician.submit("focus", ("act", "keep"), "", **WRONG_FOCUS)
    yield "plan, refused", clinician.submit("plan", ("act", "keep"), "", **WRONG_PLAN)
    yield "plan, draft", clinician.get("plan")
    clinician.submit("plan", ("act", "again"))
    yield "focus, agreed", clinician.submit("focus", ("act", "keep"), "", **GOOD_FOCUS)
    yield "formulation, drafted", clinician.get("focus/formulation")
    yield "formulation, refused", clinician.submit("focus/formulation", ("act", "keep"), text="", agreed_on="")
    yield "formulation", clinician.submit("focus/formulation", ("act", "keep"), text=OWN_WORDS)
    for area in ProblemAreaCode:
        yield f"sheet, {area}", clinician.get(f"focus/sheets/{area}")
    yield "dispute, refused", clinician.submit("focus/sheets/role-dispute", ("act", "keep"), day="")
    yield "filing, pending", clinician.submit("plan", ("act", "preview"), "", **GOOD_PLAN, **somebody(clinician))
    yield "plan, agreed", clinician.get("plan")
    yield "session, kept open", clinician.submit("session", ("act", "keep"))
    yield "overview, session closed", clinician.submit("session", ("act", "close"))
    yield "session, second", clinician.get("session")
    filed = clinician.submit("filing", ("act", "file"))
    yield "filing, filed", filed
    yield "overview, filed", clinician.get("")
    yield "overview, measured twice", clinician.submit("forms/phq-9", ("act", "done"), **PHQ9_WELL)
    yield "ending", clinician.get("ending")
    wrong_ending = {"reason": "completed", "ended_on": "", "confidence": "11", "signs": "x" * 201, "sessions": "0"}
    yield "ending, refused", clinician.submit("ending", ("act", "end"), **wrong_ending)
    yield "maintenance, refused", clinician.submit("ending", ("act", "maintain"), **wrong_ending)
    for paper in ("summary", "patient", "letter"):
        yield f"handover, {paper}", clinician.get(f"handover/{paper}")
    site.edit(*worded_by_the_ward(filed))
    clinician.submit("plan", ("act", "keep"), "", **dict.fromkeys(wordings(clinician.get("plan")), OWN_WORDS))
    yield "filing, conflict", clinician.submit("filing", ("act", "file"))
    yield "overview, conflict", clinician.get("")
    yield "filing, draft kept", clinician.submit("filing", ("choice", "draft"), to="filing/choice")


def worded_by_the_ward(filed: TestResponse) -> tuple[str, Callable[[dict[str, Any]], None]]:
    """A goal of the record, and how another clinician changes it."""
    goal = re.search(r"Goal/[\w-]+", filed.text)
    assert goal, filed.text
    return goal[0], lambda found: found["description"].update(text=OWN_WORDS.upper())


def wordings(plan: TestResponse) -> list[str]:
    """The fields for the wording of goals that are in the course."""
    return re.findall(r'name="(text-[0-9a-f-]{36})"', plan.text)


def refusals(clinician: Clinician) -> Iterator[tuple[str, TestResponse]]:
    """The pages nobody wants to see, and the last one."""
    yield "no such page", clinician.get("no-such-page")
    yield "no such launch", clinician.get("/s/nobody/")
    yield "foreign form", clinician.post("plan", {})
    yield "wrong patient", clinician.submit("session", patient="somebody else")
    yield "page out of date", clinician.submit("session", revision="0")
    yield "unknown issuer", clinician.get("/launch?iss=https://elsewhere.example/fhir&launch=x")
    yield "sign-in used up", clinician.get("/callback?state=x&code=y")
    yield "bad request", clinician.get("/launch")
    yield "signed out", clinician.submit("session", to="sign-out")


def test_every_word_of_every_page_comes_from_a_catalogue(site: Site, brackets: Callable[[Flask], None]) -> None:
    with site.fresh_app() as (app, _):
        brackets(app)
        clinician = Clinician(app, site.app_url)
        shown = dict([*pages_of_a_course(site, clinician), *refusals(clinician)])
        data = known_data(site)
        found = [f"{name}: {words}" for name, page in shown.items() for words in untranslated(page.text, data)]
        assert not found, "\n".join(found)
        assert all(OPEN in page.text for page in shown.values())
