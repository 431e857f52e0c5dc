"""JSON to dataclasses. Private to this package.

A class says what it expects with its fields and their types: str, int, float, bool, datetime,
Optional, List, Dict with str keys, Any and other dataclasses of this kind. Names are as in JSON,
but for `node_id`, which is nodeId there, `from_` and `for_`. What is not expected is kept in `extra`, so
that a newer server loses nothing here; what is absent or null takes the field's default, and
without one the answer is a BadAnswer that names the member.

Numbers are taken where text is expected: an id is text to this package, whatever it looks like.
"""

from __future__ import annotations

import dataclasses
import re
import typing
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, Mapping, Type, TypeVar, Union

from .errors import BadAnswer

T = TypeVar("T", bound="Decoded")

_RENAMED = {"node_id": "nodeId", "from_": "from", "for_": "for"}
_hints: Dict[type, Dict[str, Any]] = {}


@dataclasses.dataclass(frozen=True)
class Decoded:
    """The base of all answers."""

    @classmethod
    def from_json(cls: Type[T], value: Any) -> T:
        if not isinstance(value, Mapping):
            raise BadAnswer(f"{cls.__name__}: expected an object, not {value!r:.100}")
        if cls not in _hints:
            _hints[cls] = typing.get_type_hints(cls)
        hints = _hints[cls]
        known: Dict[str, Any] = {}
        names = set()
        for field in dataclasses.fields(cls):
            if field.name == "extra":
                continue
            member = _RENAMED.get(field.name, field.name)
            names.add(member)
            if value.get(member) is not None:
                where = f"{cls.__name__}.{member}"
                known[field.name] = _convert(hints[field.name], value[member], where)
            elif not _has_default(field):
                raise BadAnswer(f"{cls.__name__}: the member {member} is missing")
        if "extra" in hints:
            known["extra"] = {name: item for name, item in value.items() if name not in names}
        return cls(**known)

    def to_json(self) -> Dict[str, Any]:
        """As the server sent it, without what was absent or null; `extra` in its place."""
        said: Dict[str, Any] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name == "extra":
                said.update(value)
            elif value is not None:
                said[_RENAMED.get(field.name, field.name)] = _plain(value)
        return said


def _plain(value: Any) -> Any:
    if isinstance(value, Decoded):
        return value.to_json()
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _has_default(field: Any) -> bool:
    return (
        field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING
    )


def _convert(kind: Any, value: Any, where: str) -> Any:
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if kind is Any:
        return value
    if origin is Union:  # Optional[X]: what is null was taken care of
        return _convert(arguments[0], value, where)
    if origin is list and isinstance(value, list):
        return [_convert(arguments[0], item, where) for item in value]
    if origin in (dict, typing.get_origin(Mapping[str, Any])) and isinstance(value, dict):
        return {name: _convert(arguments[1], item, where) for name, item in value.items()}
    if isinstance(kind, type):
        if issubclass(kind, Decoded):
            return kind.from_json(value)
        converted = _scalar(kind, value)
        if converted is not None:
            return converted
    raise BadAnswer(f"{where}: unexpected {value!r:.100}")


def _scalar(kind: type, value: Any) -> Any:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is str:
        if isinstance(value, str):
            return value
        return str(value) if isinstance(value, int) and is_number else None
    if kind is float and is_number:
        return float(value)
    if kind is int and is_number and value == int(value):
        return int(value)
    if kind is bool and isinstance(value, bool):
        return value
    if kind is datetime and isinstance(value, str):
        return parse_moment(value)
    return None


_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))\Z"
)


def parse_moment(text: str) -> datetime:
    """RFC 3339, in UTC. Digits beyond microseconds are dropped."""
    found = _MOMENT.match(text)
    if not found:
        raise BadAnswer(f"not a moment: {text!r}")
    date, time_of_day, fraction, sign, hours, minutes = found.groups()
    try:
        local = datetime.strptime(f"{date} {time_of_day}", "%Y-%m-%d %H:%M:%S")
    except ValueError as error:
        raise BadAnswer(f"not a moment: {text!r}") from error
    local += timedelta(microseconds=int((fraction or "0")[:6].ljust(6, "0")))
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return (local + (offset if sign == "-" else -offset)).replace(tzinfo=timezone.utc)


def moment_text(moment: datetime) -> str:
    """RFC 3339 in UTC, with microseconds. A moment without a zone is refused: which one is it?"""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone; datetime.now(timezone.utc) has one")
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
