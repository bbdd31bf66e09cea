"""``ipt-fhir admin``: add, list, password and remove as somebody types them."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from ipt_fhir.cli import main
from tests.test_packs_verbs import environ as environ
from tests.test_packs_verbs import installed as installed

GOOD, BETTER = "seven wet horses sing", "eleven calm rivers bend"


def typed(*words: str, stdin: str = "") -> Result:
    return CliRunner().invoke(main, ["admin", *words], input=stdin)


def test_an_account_from_its_first_day_to_its_last() -> None:
    assert typed("add", "ada", stdin=f"{GOOD}\n").exit_code == 0
    assert "ada" in typed("list").output
    assert typed("password", "ada", stdin=f"{BETTER}\r\n").exit_code == 0
    assert typed("remove", "ada").exit_code == 0
    assert typed("list").output == ""


@pytest.mark.parametrize("words", [("add", "ada"), ("password", "ada")])
def test_what_is_refused_is_said_in_a_line_without_the_password(words: tuple[str, str]) -> None:
    refused = typed(*words, stdin="password1234\n")
    assert refused.exit_code == 1
    assert "easily guessed" in refused.output
    assert "password1234" not in refused.output


def test_a_password_is_never_an_argument() -> None:
    assert typed("add", "ada", GOOD).exit_code == 2
    assert typed("add", "ada", "--password", GOOD).exit_code == 2
    assert typed("list").output == ""
