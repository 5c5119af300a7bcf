"""Strict reading of mappings that people write: every key known, every number exact, every error naming its place."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from typing import TypeVar

from lti_tool.domain.errors import RegulationError
from lti_tool.domain.figures import parse_decimal

Value = TypeVar("Value")

#: Text that may stand anywhere and decides nothing.
TEXT_KEYS = frozenset({"title", "source", "by_hand", "note", "name", "reason"})


class Fields:
    """One mapping of a file, read key by key.

    Its place in the file goes into every error. A key is known when it is in ``known``, or is text that may stand
    anywhere.
    """

    def __init__(self, value: object, where: str, known: Collection[str]) -> None:
        if not isinstance(value, Mapping):
            raise RegulationError(f"expected keys with values, found {_kind(value)}.", where=where)
        self.mapping: Mapping[object, object] = value
        self.where = where
        for key, entry in value.items():
            if key not in known and key not in TEXT_KEYS:
                known_here = ", ".join(sorted(known))
                raise RegulationError(f"unknown key {key!r}. Known here: {known_here}.", key=str(key), where=where)
            if key in TEXT_KEYS and key not in known and not isinstance(entry, str):
                raise self.error(str(key), f"must be text, found {_kind(entry)}; write it in quotes.")

    def error(self, key: str, text: str) -> RegulationError:
        """An error about one key of this mapping."""
        return RegulationError(f"{key} {text}", key=key, where=self.where)

    def has(self, key: str) -> bool:
        """Whether the key is written, be it as null."""
        return key in self.mapping

    def raw(self, key: str) -> object:
        """The value as parsed; the key must be there."""
        if key not in self.mapping:
            raise self.error(key, "is missing.")
        return self.mapping[key]

    def maybe(self, key: str, read: Callable[[str], Value]) -> Value | None:
        """Read an optional key; null means left out."""
        return None if self.mapping.get(key) is None else read(key)

    def text(self, key: str) -> str:
        value = self.raw(key)
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f"must be text, found {_kind(value)}; write it in quotes.")
        return value

    def decimal(self, key: str) -> Fraction:
        return parse_decimal(self.raw(key), key=key, where=self.where)

    def integer(self, key: str, *, least: int = 0, most: int = 1_000_000) -> int:
        value = self.raw(key)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error(key, f"must be a whole number without quotes, found {_kind(value)}.")
        if not least <= value <= most:
            raise self.error(key, f"is {value}; it must lie between {least} and {most}.")
        return value

    def flag(self, key: str) -> bool:
        value = self.raw(key)
        if not isinstance(value, bool):
            raise self.error(key, f"must be true or false, found {_kind(value)}.")
        return value

    def choice(self, key: str, options: Iterable[str]) -> str:
        value, names = self.raw(key), [str(option) for option in options]
        if not isinstance(value, str) or value not in names:
            raise self.error(key, f"is {value!r}; it must be one of {', '.join(names)}.")
        return value

    def instant(self, key: str) -> datetime:
        """An instant with its UTC offset; one without is nobody's deadline."""
        try:
            value = datetime.fromisoformat(self.text(key))
        except ValueError as error:
            raise self.error(key, "must be an instant such as 2026-03-02T12:00:00+00:00.") from error
        if value.tzinfo is None:
            raise self.error(key, "has no UTC offset; write one, such as +00:00.")
        return self._believable(key, value)

    def day(self, key: str) -> date:
        try:
            value = date.fromisoformat(self.text(key))
        except ValueError as error:
            raise self.error(key, "must be a date such as 2026-06-12.") from error
        return self._believable(key, value)

    def within(self, key: str, known: Collection[str]) -> "Fields":
        """The mapping under a key."""
        return Fields(self.raw(key), f"{self.where}, {key}", known)

    def each(self, key: str, known: Collection[str]) -> list["Fields"]:
        """The mappings in the list under a key."""
        return [Fields(entry, f"{self.where}, {key}[{n}]", known) for n, entry in enumerate(self.entries(key))]

    def entries(self, key: str) -> Sequence[object]:
        value = self.raw(key)
        if not isinstance(value, list | tuple):
            raise self.error(key, f"must be a list, found {_kind(value)}.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        entries = self.entries(key)
        for entry in entries:
            if not isinstance(entry, str):
                raise self.error(key, f"must list text, found {_kind(entry)}; write it in quotes.")
        return tuple(str(entry) for entry in entries)

    def _believable(self, key: str, value: "Day") -> "Day":
        if not 1900 <= value.year <= 2999:
            raise self.error(key, f"lies in the year {value.year}; that cannot be meant.")
        return value


Day = TypeVar("Day", date, datetime)


def _kind(value: object) -> str:
    names = {str: "text", bool: "true or false", int: "a number", float: "a number with a binary point", list: "a list"}
    return "nothing" if value is None else names.get(type(value), type(value).__name__)
