"""JSON that comes out of the hospital as it went in: numbers keep their spelling."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NoReturn

JsonObject = dict[str, Any]

_DEEPEST = 64


class NotJson(ValueError):
    """The sender's fault: the text is no JSON, or JSON that two readers would understand differently."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A number as the sender wrote it: ``1.50`` stays ``1.50``."""

    text: str


def parse(data: bytes) -> Any:
    """Read UTF-8 JSON. Raises NotJson, also for a key given twice, NaN, lone surrogates and deep nesting (RFC 8259)."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            parse_float=Spelling,
            parse_int=_whole,
            parse_constant=_refuse_constant,
            object_pairs_hook=_members,
        )
        _check_depth(value)
        write(value).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise NotJson(f"the body is not usable JSON: {type(error).__name__}") from error
    return value


def write(value: Any, *, pretty: bool = False, depth: int = 0) -> str:
    """The JSON text of a value that ``parse`` made; ``pretty`` puts every member on its own line."""
    if isinstance(value, Spelling):
        return value.text
    if isinstance(value, dict):
        colon = ": " if pretty else ":"
        members = [f"{_quoted(key)}{colon}{write(item, pretty=pretty, depth=depth + 1)}" for key, item in value.items()]
        return _joined("{}", members, pretty, depth)
    if isinstance(value, list):
        return _joined("[]", [write(item, pretty=pretty, depth=depth + 1) for item in value], pretty, depth)
    return _quoted(value)


def _joined(brackets: str, parts: list[str], pretty: bool, depth: int) -> str:
    if not pretty or not parts:
        return brackets[0] + ",".join(parts) + brackets[1]
    indent = "\n" + "  " * (depth + 1)
    return brackets[0] + indent + f",{indent}".join(parts) + indent[:-2] + brackets[1]


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _whole(text: str) -> int | Spelling:
    number = int(text)
    return number if str(number) == text else Spelling(text)


def _refuse_constant(name: str) -> NoReturn:
    raise NotJson(name)


def _members(pairs: list[tuple[str, Any]]) -> JsonObject:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJson("a key is given twice")
    return members


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        inner: list[Any] = []
        for item in level:
            inner.extend(item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
        if not inner:
            return
        level = inner
    raise NotJson("nested too deeply")
