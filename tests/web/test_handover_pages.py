"""The documents of a course: the same words as a page and as PDF, named for nobody, audited."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from smart_app.documents import pdf
from smart_app.store import audit
from tests.protocol.cases import case
from tests.web.browser import Browser
from tests.web.clinic import DORU, Clinic
from tests.web.page_checks import Page
from tests.web.test_ending_pages import put

PAPERS = ("summary", "patient", "letter")


def plain(said: str) -> str:
    return re.sub(r"[\s\u200b•]+", "", said)


def pdf_words(made: bytes) -> str:
    return plain(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages))


def test_before_anything_happened_there_is_nothing_to_hand_over(browser: Browser) -> None:
    assert "Nothing to hand over yet." in browser.get("handover").text
    assert browser.get("handover/summary.pdf").status_code == 404
    assert browser.get("handover/diary").status_code == 404


@pytest.mark.parametrize("paper", PAPERS)
def test_page_and_pdf_say_the_same(clinic: Clinic, browser: Browser, paper: str) -> None:
    course = case("A", "last")
    goals = (replace(course.goals[0], text='#read("/etc/passwd") *so* = <b>what</b>'), *course.goals[1:])
    put(clinic, replace(course, goals=goals))
    answer = browser.get(f"handover/{paper}.pdf?plan=yes")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="ipt-{paper}.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    said = pdf_words(answer.data)
    page = Page(browser.get(f"handover/{paper}?plan=yes").text)
    paper_element = page.all("article")[0]
    leaves = [item for item in page.all("p", "dt", "dd", "li", "th", "td", "h2", "h3") if paper_element in item.inside]
    assert len(leaves) > 15
    missing = [leaf.text for leaf in leaves if "letterhead" not in leaf.get("class") and plain(leaf.text) not in said]
    assert missing == []
    assert 'read("/etc/passwd")' in said


def test_a_download_is_audited_and_no_address_names_the_patient(clinic: Clinic, browser: Browser) -> None:
    put(clinic, case("A", "last"))
    browser.get("handover/letter.pdf")
    with clinic.practice.store.read() as tx:
        events = [event for _, event in audit.events(tx, clinic.iss, DORU)]
    exported = [event for event in events if event.action is audit.Action.EXPORT]
    assert len(exported) == 1
    page = Page(browser.get("handover/letter").text)
    addresses = [link.get("href") for link in page.all("a") if "handover" in link.get("href")]
    assert addresses
    assert not any(word in address.lower() for address in addresses for word in ("doru", "alma", "zztest"))


def test_a_document_beyond_the_limit_is_a_page_with_a_way_out(
    clinic: Clinic, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(clinic, case("A", "last"))
    monkeypatch.setattr(pdf, "LONGEST", 100)
    answer = browser.get("handover/summary.pdf")
    assert answer.status_code == 413
    assert "Print the page instead." in answer.text
