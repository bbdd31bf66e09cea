"""A narrative is shown by other people's software: it may be read, it may not act (txt-1, txt-2)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from ipt_fhir.mapping.episode import to_fhir
from ipt_fhir.mapping.references import Writing
from ipt_fhir.validation.narrative import PLAIN, SHOWN, has_content, is_plain_xhtml
from ipt_fhir.validation.validator import validate
from tests.mapping.full import EVERYTHING, FULL
from tests.validation.examples import careplan


def div(inside: str) -> str:
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{inside}</div>'


@pytest.mark.parametrize(
    "inside",
    [
        "<p>Plan</p>",
        '<table class="x"><tr><td colspan="2">a &lt; b &#160; c</td></tr></table>',
        '<p style="color: red" lang="de" xml:lang="de" title="x">Ziel</p>',
        '<a href="https://example.org/a?b=c">more</a> <a name="here">x</a> <a href="#here">up</a>',
        '<img src="data:image/png;base64,AAAA" alt="curve"/>',
        '<a href="Patient/1?x=javascript:no">relative</a>',
        "<!-- said --> text",
    ],
)
def test_plain_text_and_tables_pass(inside: str) -> None:
    assert is_plain_xhtml(div(inside))
    assert has_content(div(inside))


@pytest.mark.parametrize(
    "text",
    [
        div("<script>alert(1)</script>"),
        div('<p onclick="x()">a</p>'),
        div('<a href="javascript:alert(1)">a</a>'),
        div('<a href=" java\nscript:alert(1)">a</a>'),
        div('<a href="data:text/html,x">a</a>'),
        div('<img src="vbscript:x" alt="a"/>'),
        div("<iframe src='https://x.org'/>"),
        div("<form><input/></form>"),
        div("<object/>"),
        div('<svg xmlns="http://www.w3.org/2000/svg"/>'),
        div("<style>p{}</style>"),
        div("<p>open"),
        div("&nbsp;"),
        "<div>no namespace</div>",
        '<p xmlns="http://www.w3.org/1999/xhtml">not a div</p>',
        '<!DOCTYPE div [<!ENTITY a "aaaa">]>' + div("&a;"),
        '<?xml-stylesheet href="x"?>' + div("a"),
        "text",
        "",
    ],
)
def test_what_could_act_or_is_no_xhtml_is_refused(text: str) -> None:
    assert not is_plain_xhtml(text)


_PIECES = st.sampled_from(
    [f"<{slash}{name}>" for name in ("p", "ul", "li", "h2", "h3", "table", "tbody", "tr", "td") for slash in ("", "/")]
    + [
        "text",
        " ",
        "&lt;",
        "&amp;",
        "&#39;",
        "&",
        "<",
        ">",
        "\x00",
        "\x0b",
        "\ufffe",
        "]]>",
        "<br/>",
        "<p/>",
        "<b>x</b>",
    ]
)
_WHOLE = st.sampled_from(
    [
        "<p>a</p>",
        "<ul><li>a</li><li>b &lt; c</li></ul>",
        "<h2>a</h2>",
        "<table><tbody><tr><td>a</td></tr></tbody></table>",
    ]
)

_PLAIN, _SHOWN = (Draft202012Validator({"pattern": pattern}) for pattern in (PLAIN, SHOWN))


@settings(max_examples=400)
@given(
    st.lists(_PIECES | _WHOLE, max_size=8).map("".join), st.sampled_from(["", ' lang="de" xml:lang="de"', ' lang=""'])
)
def test_the_quick_look_accepts_nothing_that_the_xml_parser_refuses(inside: str, language: str) -> None:
    text = f'<div xmlns="http://www.w3.org/1999/xhtml"{language}>{inside}</div>'
    if _PLAIN.is_valid(text):
        assert is_plain_xhtml(text)
    if _SHOWN.is_valid(text):
        assert has_content(text)


def test_what_we_generate_passes_the_quick_look() -> None:
    resources = to_fhir(FULL, Writing(patient="alma", site=EVERYTHING))
    assert all(map(_PLAIN.is_valid, [item["text"]["div"] for item in resources.values()]))
    assert all(map(_SHOWN.is_valid, [item["text"]["div"] for item in resources.values()]))


@pytest.mark.parametrize("inside", ["", " \n\t", "<p>  </p>", "<br/>"])
def test_a_narrative_that_shows_nothing_is_refused(inside: str) -> None:
    assert not has_content(div(inside))


def test_the_rule_stands_in_the_resource() -> None:
    text = {"status": "generated", "div": div("<script/>")}
    assert {issue.rule for issue in validate(careplan(text=text))} == {"txt-1", "txt-2"}
