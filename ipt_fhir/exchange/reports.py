"""Findings as a person reads them and as a program does."""

from __future__ import annotations

from collections import Counter

from ipt_fhir import rawjson
from ipt_fhir.exchange.checking import Finding
from ipt_fhir.validation.issues import Severity


def as_json(finding: Finding) -> str:
    """One JSON object on one line; members and their order are part of what we promise (docs/running.md)."""
    place, issue = finding.place, finding.issue
    members = {
        "file": place.file,
        "line": place.line,
        "entry": place.entry,
        "severity": issue.severity.value,
        "location": issue.location,
        "rule": issue.rule,
        "message": issue.message,
    }
    return rawjson.write(members).decode()


def as_line(finding: Finding) -> str:
    """Severity, rule, place, FHIRPath, sentence; nothing in it can move the cursor of a terminal."""
    issue = finding.issue
    where = f"{finding.place}: {issue.location}: " if issue.location else f"{finding.place}: "
    return plain(f"{issue.severity.value:<8} {issue.rule:<18} {where}{issue.message}")


def plain(words: str) -> str:
    """The words with a question mark for whatever is not printable: names of files and elements come from outside."""
    return "".join(letter if letter.isprintable() else "?" for letter in words)


def summary(read: int, found: Counter[Severity]) -> str:
    """``3 resources: 1 error, 0 warnings``; a Bundle counts as one."""
    wrong, doubtful = _count(found[Severity.ERROR], "error"), _count(found[Severity.WARNING], "warning")
    return f"{_count(read, 'resource')}: {wrong}, {doubtful}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
