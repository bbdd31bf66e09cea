"""What each verb does, from paths to an exit code. Where words and bytes go is handed in; nothing here knows click."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from ipt_fhir.exchange import conversion, episode_file, export, receiving, reports
from ipt_fhir.exchange.checking import UNREADABLE, Asked, check
from ipt_fhir.exchange.episode_file import NotAnEpisodeFile
from ipt_fhir.exchange.export import NotExported, UnknownCode
from ipt_fhir.exchange.forms import Forms, forms_under
from ipt_fhir.exchange.reading import STDIN, Advance, Unit, files_of, units
from ipt_fhir.exchange.receiving import CourseUnreadable
from ipt_fhir.exchange.writing import written_whole
from ipt_fhir.mapping.episode import NoCourse
from ipt_fhir.mapping.references import Writing
from ipt_fhir.validation.issues import Severity

WELL, FOUND_WRONG = 0, 1
"""Exit codes: all is well; something was wrong and the rest was done. ``NotUsable`` is 2."""


class NotUsable(ValueError):
    """It cannot be used that way, or nothing could be read; the sentence says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Where a verb reads and speaks: ``say`` is for results, ``complain`` for what goes wrong meanwhile."""

    stdin: BinaryIO
    stdout: BinaryIO
    say: Callable[[str], None]
    complain: Callable[[str], None]
    advance: Advance

    def units(self, paths: Sequence[str]) -> Iterator[Unit]:
        """Everything under the paths. Raises NotUsable for a directory without JSON and NDJSON."""
        empty = next((path for path in paths if path != STDIN and not files_of(path)), None)
        if empty is not None:
            raise NotUsable(f"{empty}: there is no .json or .ndjson file in it")
        return units(paths, self.stdin, self.advance)


def validate(paths: Sequence[str], asked: Asked, style: str, console: Console) -> int:
    """Say every finding as it is found, and for people a summary at the end."""
    unknown = asked.unknown()
    if unknown:
        raise NotUsable(f"{unknown[0]}: not among the profiles this software can check")
    forms = Forms(handed=asked.forms.handed, found=forms_under(paths))
    asked = replace(asked, forms=forms)
    shown = reports.as_json if style == "json" else reports.as_line
    found: Counter[Severity] = Counter()
    read = refused = 0
    for unit in console.units(paths):
        read += unit.value is not None
        for finding in check(unit, asked):
            found[finding.issue.severity] += 1
            refused += finding.issue.rule == UNREADABLE
            console.say(shown(finding))
    if style != "json":
        console.say(reports.summary(read, found))
    if not read:
        raise NotUsable("nothing could be read" if refused else "there was nothing to read")
    return FOUND_WRONG if found[Severity.ERROR] else WELL


def handed_forms(paths: Sequence[str]) -> Forms:
    """The forms a person names for responses. Raises NotUsable for a file that holds none."""
    forms = [(path, forms_under([path])) for path in paths]
    empty = next((path for path, found in forms if not found), None)
    if empty is not None:
        raise NotUsable(f"{empty}: holds no Questionnaire")
    return Forms(handed=tuple(form for _, found in forms for form in found))


def export_episode(path: str, form: str, writing: Writing, at: datetime, output: Path | None, console: Console) -> int:
    """Read an episode file, write it as FHIR; nothing is written when it has errors."""
    try:
        data = console.stdin.read() if path == STDIN else Path(path).read_bytes()
        written = export.export(episode_file.load(data), form, writing, at)
    except (NotAnEpisodeFile, UnknownCode) as refused:
        raise NotUsable(f"{path}: {refused}") from refused
    except NotExported as refused:
        for finding in refused.findings:
            console.complain(reports.as_line(finding))
        return FOUND_WRONG
    with written_whole(output, console.stdout) as out:
        out.write(written)
    return WELL


def import_course(paths: Sequence[str], output: Path | None, console: Console) -> int:
    """Read resources, write the episode file; what could not be read is named, and the rest is written."""
    complaints = Complaints(console.complain)
    try:
        episode = receiving.receive(console.units(paths), complaints)
    except NoCourse as none:
        raise NotUsable("there is no course of ours: no CarePlan with an identifier this software wrote") from none
    except CourseUnreadable as unreadable:
        raise NotUsable(f"the course cannot be read: {unreadable}") from unreadable
    with written_whole(output, console.stdout) as out:
        out.write(episode_file.dump(episode))
    return FOUND_WRONG if complaints.number else WELL


def convert(paths: Sequence[str], form: str | None, style: str | None, output: Path | None, console: Console) -> int:
    """Write resources in another form; what could not be read is named, and the rest is written."""
    with written_whole(output, console.stdout) as out:
        counted = conversion.convert(console.units(paths), form, style, out, console.complain)
        if not counted.read:
            raise NotUsable("nothing could be read" if counted.refused else "there was nothing to read")
    return FOUND_WRONG if counted.refused else WELL


class Complaints:
    """Passes sentences on and counts them."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say, self.number = say, 0

    def __call__(self, words: str) -> None:
        self._say(words)
        self.number += 1


def size_of(paths: Iterable[str]) -> int:
    """How many bytes there are to read, as far as files tell."""
    return sum(file.stat().st_size for path in paths if path != STDIN for file in files_of(path) if file.is_file())
