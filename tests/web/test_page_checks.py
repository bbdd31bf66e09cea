"""The page-checking browser finds what it is there for: one planted fault a rule."""

from __future__ import annotations

import pytest
from werkzeug import Request, Response
from werkzeug.test import EnvironBuilder, TestResponse

from tests.web.page_checks import Expected, faults_of

EHR = "http://localhost:4000"
GUARD = (
    f'<input type="hidden" name="token" value="{"a" * 64}"><input type="hidden" name="patient" value="{"b" * 32}">'
    '<input type="hidden" name="revision" value="1">'
)
PAGE = f"""<!doctype html><html lang="en"><head><title>Plan</title></head><body>
<header class="banner"><b>ZZTEST-DORU, Doru</b></header><h1>Plan</h1><a href="#q">Down</a>
<form method="post">{GUARD}<label for="q">Due</label><input id="q" name="q"><button>Save</button></form>
</body></html>"""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; "
        f"frame-ancestors {EHR}"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def answer(page: str = PAGE, headers: dict[str, str] = HEADERS) -> TestResponse:
    response = Response(page, 200, headers, mimetype="text/html")
    request = Request(EnvironBuilder("/s/abc/plan").get_environ())
    return TestResponse(iter([response.get_data()]), "200 OK", response.headers, request)


def faults(page: str = PAGE, headers: dict[str, str] = HEADERS) -> list[str]:
    return list(faults_of(answer(page, headers), Expected(EHR, "zztest-doru")))


def test_a_good_page_has_no_faults() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("<h1>Plan</h1>", "<h1>Plan</h1><h1>Again</h1>"),
        ("<h1>Plan</h1>", ""),
        ("<title>Plan</title>", "<title></title>"),
        (' lang="en"', ""),
        ("</form>", ""),
        ('<a href="#q">', '<a id="q" href="#q">'),
        ('<label for="q">Due</label>', ""),
        ('<label for="q">Due</label>', '<label for="q"></label>'),
        ('href="#q"', 'href="#r"'),
        ("<button>Save</button>", "<button></button>"),
        (f'value="{"a" * 64}"', 'value=""'),
        ('name="patient"', 'name="person"'),
        ('name="revision"', 'name="version"'),
        ('method="post"', 'method="get"'),
        ("<h1>Plan</h1>", "<h1>Plan</h1><script>1</script>"),
        ("<h1>Plan</h1>", '<h1 onclick="go()">Plan</h1>'),
        ("<h1>Plan</h1>", '<h1 style="color: red">Plan</h1>'),
        ("<h1>Plan</h1>", '<h1>Plan</h1><script src="/static/x.js"></script>'),
        ("<h1>Plan</h1>", '<h1>Plan</h1><script integrity="sha384-x">go()</script>'),
        ("<h1>Plan</h1>", '<h1 hx-on:click="go()">Plan</h1>'),
        ("<h1>Plan</h1>", '<h1 hx-post="https://elsewhere.example/">Plan</h1>'),
        ("<h1>Plan</h1>", '<h1><a href="http://a.example" target="_blank" rel="noopener noreferrer">Plan</a></h1>'),
        ("<h1>Plan</h1>", '<h1><a href="https://a.example" target="_blank" rel="noopener">Plan</a></h1>'),
        ("<h1>Plan</h1>", '<h1>Plan</h1><form role="search" method="post"></form>'),
        ('href="#q"', 'href="https://elsewhere.example/"'),
        ('href="#q"', 'href="javascript:go()"'),
        ('href="#q"', 'href="/chart/zztest-doru"'),
        ('href="#q"', f'href="/x?token={"a" * 64}"'),
        ("ZZTEST-DORU, Doru", "ZZTEST-ALMA, Alma"),
        ("header", "div"),
    ],
)
def test_a_fault_of_a_page_is_found(good: str, bad: str) -> None:
    assert faults(PAGE.replace(good, bad))


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("Content-Security-Policy", "default-src 'none'"),
        ("Content-Security-Policy", HEADERS["Content-Security-Policy"].replace(EHR, "*")),
        ("Content-Security-Policy", HEADERS["Content-Security-Policy"].replace(EHR, "'none'")),
        ("Content-Security-Policy", HEADERS["Content-Security-Policy"].replace("script-src 'self'; ", "")),
        (
            "Content-Security-Policy",
            HEADERS["Content-Security-Policy"].replace("script-src 'self'", "script-src https:"),
        ),
        ("Content-Security-Policy", HEADERS["Content-Security-Policy"].replace("'self';", "'unsafe-inline';", 1)),
        ("X-Content-Type-Options", ""),
        ("Referrer-Policy", "origin"),
        ("Cache-Control", "private"),
    ],
)
def test_a_fault_of_the_headers_is_found(name: str, bad: str) -> None:
    assert faults(headers={**HEADERS, name: bad})
