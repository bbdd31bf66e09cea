"""What a library costs before it does anything: time and memory of an import, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.timing import Effort, Ratio, of_pairs

ROOT = Path(__file__).resolve().parents[2]

OURS = "import ipt_fhir.mapping.episode, ipt_fhir.validation.validator"
_EIGHT = "bundle, careplan, condition, goal, observation, patient, questionnaire, questionnaireresponse"
FHIR_RESOURCES = f"from fhir.resources.R4B import {_EIGHT}"
FHIRCLIENT = f"from fhirclient.models import {_EIGHT}"

OURS_FIRST = f"""{OURS}
from ipt_fhir import rawjson
assert ipt_fhir.validation.validator.is_valid(rawjson.parse_object(data))"""
FHIR_RESOURCES_FIRST = f"{FHIR_RESOURCES}\ncareplan.CarePlan.model_validate_json(data)"
FHIRCLIENT_FIRST = f"{FHIRCLIENT}\nimport json\ncareplan.CarePlan(json.loads(data))"

# ru_maxrss would start at the peak of the parent that forked the process (Linux keeps it through exec).
_MEASURE = """
import sys, time
def peak():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
data = sys.stdin.buffer.read()
before = peak()
started = time.process_time()
{statements}
seconds = time.process_time() - started
print(seconds, peak() - before)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Two statements compared: the seconds, and the peak memory (kB) each adds to a bare interpreter."""

    time: Ratio
    memory: Ratio


def compare(ours: str, theirs: str, effort: Effort, data: bytes = b"") -> Cost:
    """Run both in processes of their own, in turns; ``data`` is what they find to read. Needs Linux."""
    _measure(ours, data), _measure(theirs, data)
    rounds = [(_measure(ours, data), _measure(theirs, data)) for _ in range(effort.runs * effort.rounds)]
    time, memory = (of_pairs([(mine[axis], other[axis]) for mine, other in rounds], effort.runs) for axis in (0, 1))
    return Cost(time=time, memory=memory)


def _measure(statements: str, data: bytes) -> Sequence[float]:
    """In a process that may keep bytecode: installed packages have theirs, and ours is to be no worse off."""
    script = _MEASURE.format(statements=statements)
    around = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=around, input=data, capture_output=True, check=True
    )
    return [float(word) for word in done.stdout.split()]
