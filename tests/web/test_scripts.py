"""The scripts of the pages: htmx, unchanged and with its doors to code from text left shut, and a few lines of ours."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

import smart_app

WEB = Path(smart_app.__file__).parent / "web"
VENDOR = WEB / "static" / "vendor"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))

# dist/htmx.min.js of the npm package htmx.org 4.0.1.
HTMX = "sha384-Qp9rdC8H7EqOoX+nR0P3RPG2Noji+qdwJlGpfzwQJsfOpp3sGwIdSP9xO3+UlEhn"


def digest_of(path: Path) -> str:
    return f"sha384-{base64.b64encode(hashlib.sha384(path.read_bytes()).digest()).decode()}"


def test_htmx_is_the_published_file_and_its_licence_lies_beside_it() -> None:
    """decision-D15: vendored and pinned."""
    assert sorted(path.name for path in VENDOR.iterdir()) == ["htmx-4.0.1.LICENSE", "htmx-4.0.1.min.js"]
    assert digest_of(VENDOR / "htmx-4.0.1.min.js") == HTMX
    assert b'version="4.0.1"' in (VENDOR / "htmx-4.0.1.min.js").read_bytes()
    assert "Zero-Clause BSD" in (VENDOR / "htmx-4.0.1.LICENSE").read_text()


@pytest.mark.parametrize("path", sorted((WEB / "static").rglob("*.js")), ids=lambda path: path.name)
def test_no_script_keeps_anything_in_the_browser(path: Path) -> None:
    """Nothing of a patient stays on a shared machine."""
    text = path.read_text()
    assert not re.findall(r"localStorage|sessionStorage|indexedDB|document\.cookie", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_hands_text_to_a_script_as_code(path: Path) -> None:
    """htmx turns hx-on, js: values and trigger filters into functions; the policy refuses that, and nothing asks it."""
    text = path.read_text()
    assert not re.findall(r"hx-on|hx-ext|hx-vals|hx-headers|hx-confirm|javascript:|\bjs:|hx-trigger=\"[^\"]*\[", text)
    for script in re.findall(r"<script[^>]*>.*?</script>", text, re.DOTALL):
        (name,) = re.findall(r"filename='([^']+)'", script)
        assert f'integrity="{digest_of(WEB / "static" / name)}"' in script
        assert script.endswith("defer></script>")


def test_htmx_is_told_to_write_no_styles_keep_no_history_and_stay_at_home() -> None:
    found = [
        json.loads(text)
        for path in TEMPLATES
        for text in re.findall(r"htmx-config\" content='(.*?)'", path.read_text())
    ]
    assert found
    for config in found:
        assert (config["includeIndicatorCSS"], config["history"], config["mode"]) == (False, False, "same-origin")
