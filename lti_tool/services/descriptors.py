"""The descriptor of a micro-credential, as a mapping that people write: read strictly, kept as values.

The file has one entry per micro-credential. Marks and weights are quoted decimals, as in regulation files. A key that
is not known is refused by name; what belongs to a presentation (its run, its people) may stand beside and is read
elsewhere.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from lti_tool.domain.errors import RegulationError
from lti_tool.domain.fields import Fields
from lti_tool.domain.figures import text_of
from lti_tool.domain.ratification import Authority
from lti_tool.services.errors import Refused

NO_AUTHORITY = "none"  # of a micro-credential without credit: there is nothing to ratify
KINDS = ("result", "outcomes")
SOURCES = ("lms", "cairn")
KEYS = frozenset(
    ["code", "title", "kind", "credit", "credit_scheme", "level", "hours", "outcomes", "components", "regulations"]
    + ["authority", "feeds", "destination"]
)
BESIDE = frozenset(["run", "board", "instructor", "second_markers", "partner", "eqf", "ects"])
COMPONENT_KEYS = frozenset(["id", "code", "title", "weight", "out_of", "must_reach", "gate", "authority", "due"])
COMPONENT_BESIDE = frozenset(["via", "lms_column", "lms_module"])


@dataclass(frozen=True, kw_only=True)
class ComponentDescriptor:
    """One part of the assessment, as described."""

    code: str
    title: str
    weight: Decimal
    out_of: Decimal | None = None
    must_reach: Decimal | None = None
    is_gate: bool = False
    authority: str = "lms"
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Descriptor:
    """A micro-credential, as described."""

    code: str
    title: str
    components: tuple[ComponentDescriptor, ...]
    kind: str = "result"
    credit: int = 0
    credit_scheme: str = "SCQF"
    level: int | None = None
    hours: int = 0
    outcomes: tuple[tuple[str, str], ...] = ()
    regulations: str = ""
    authority: str = Authority.CAIRN
    feeds: tuple[str, ...] = ()


def read(mapping: object) -> Descriptor:
    """A descriptor from a mapping. Raises :class:`Refused` with a sentence that names the place and the remedy."""
    code = str(mapping.get("code", "")) if isinstance(mapping, dict) else ""
    try:
        return _descriptor(Fields(mapping, f"micro-credential {code}".strip(), KEYS | BESIDE))
    except RegulationError as error:
        raise Refused("descriptor", str(error)) from error


def _descriptor(fields: Fields) -> Descriptor:
    kind = fields.maybe("kind", lambda key: fields.choice(key, KINDS)) or "result"
    known = COMPONENT_KEYS | COMPONENT_BESIDE
    return Descriptor(
        code=fields.text("code").strip(),
        title=fields.text("title").strip(),
        kind=kind,
        credit=fields.maybe("credit", fields.integer) or 0,
        credit_scheme=fields.maybe("credit_scheme", fields.text) or "SCQF",
        level=fields.maybe("level", fields.integer),
        hours=fields.maybe("hours", fields.integer) or 0,
        outcomes=tuple(_outcome(entry) for entry in _each(fields, "outcomes", frozenset({"code", "text"}))),
        components=tuple(_component(entry, kind) for entry in _each(fields, "components", known)),
        regulations=fields.maybe("regulations", fields.text) or "",
        authority=fields.maybe("authority", lambda key: fields.choice(key, [*Authority, NO_AUTHORITY]))
        or Authority.CAIRN,
        feeds=_feeds(fields),
    )


def _each(fields: Fields, key: str, known: frozenset[str]) -> list[Fields]:
    return fields.each(key, known) if fields.mapping.get(key) else []


def _outcome(fields: Fields) -> tuple[str, str]:
    return fields.text("code"), fields.text("text")


def _component(fields: Fields, kind: str) -> ComponentDescriptor:
    code = fields.text("code") if fields.has("code") else fields.text("id")
    is_gate = fields.maybe("gate", fields.flag) or False
    weightless = is_gate or kind == "outcomes"
    return ComponentDescriptor(
        code=code.strip(),
        title=fields.maybe("title", fields.text) or code,
        weight=_decimal(fields, "weight") or Decimal(0) if weightless else _required(fields, "weight"),
        out_of=_decimal(fields, "out_of"),
        must_reach=_decimal(fields, "must_reach"),
        is_gate=is_gate,
        authority=fields.maybe("authority", lambda key: fields.choice(key, SOURCES)) or "lms",
        due_at=fields.maybe("due", fields.instant),
    )


def _required(fields: Fields, key: str) -> Decimal:
    return Decimal(text_of(fields.decimal(key)))


def _decimal(fields: Fields, key: str) -> Decimal | None:
    value = fields.maybe(key, fields.decimal)
    return None if value is None else Decimal(text_of(value))


def _feeds(fields: Fields) -> tuple[str, ...]:
    """Names of destinations: ``feeds: [name]``, or one ``destination: {name: …}`` as the story writes it."""
    if fields.mapping.get("destination"):
        return (fields.within("destination", {"name", "sends", "caps_by"}).text("name"),)
    return fields.texts("feeds") if fields.mapping.get("feeds") else ()
