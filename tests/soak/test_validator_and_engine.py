"""Our validator beside HL7's engine at length, with fixed seeds (``make soak``)."""

from __future__ import annotations

import pytest

from tests.peers.judge import Judge
from tests.validation.judged import clean_for_both, differences, unexplained
from tests.validation.mutator import HARMLESS, WILD, WRONG, mutants
from tests.validation.test_mutations import good

pytestmark = pytest.mark.soak

COUNT = 20_000
AGREEMENT = 0.99
SEED = 20261126


def test_20000_spoilt_and_changed_resources_are_judged_alike(judge: Judge) -> None:
    found = differences(judge, mutants(clean_for_both(judge, good()), COUNT, SEED, [*WRONG, *HARMLESS]))
    assert unexplained(found) == []
    assert 1 - len(found) / COUNT >= AGREEMENT


def test_20000_resources_that_may_be_right_or_wrong_differ_in_known_kinds_only(judge: Judge) -> None:
    assert unexplained(differences(judge, mutants(clean_for_both(judge, good()), COUNT, SEED, list(WILD)))) == []
