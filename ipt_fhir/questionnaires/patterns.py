"""Match answers against a form's pattern in linear time: the one owner of RE2 (decision-D55)."""

from __future__ import annotations

from functools import lru_cache

import re2

_LONGEST = 500


class PatternRefused(ValueError):
    """A pattern RE2 does not take: it needs look-around or back references, is too large, or is no pattern."""


def compiled(pattern: str) -> re2._Regexp:
    """The pattern, ready to match. Raises PatternRefused."""
    if len(pattern) > _LONGEST:
        raise PatternRefused(f"longer than {_LONGEST} characters")
    return _compiled(pattern)


def matches(pattern: str, words: str) -> bool:
    """Whether the words match as a whole (regex extension: the whole of the value). Raises PatternRefused."""
    return compiled(pattern).fullmatch(words) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(pattern, options=options)
    except re2.error as wrong:
        raise PatternRefused(str(wrong)) from wrong
