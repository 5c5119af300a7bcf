"""The clauses that an explanation quotes, and the findings that quote them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from lti_tool.domain.fields import Fields

#: A finding about a detail quotes the detail's own clause, or else that of the key it belongs to.
BELONGS_TO = {
    "cap_level": "reassessment",
    "counts": "reassessment",
    "min_overall_for_right": "reassessment",
    "must_reach": "must_reach_effect",
    "type": "must_reach_effect",
}
#: Keys of a case that a set may also quote a clause for.
CASE_KEYS = frozenset({"registration", "components", "attempts", "credit", "cap_at", *BELONGS_TO})


@dataclass(frozen=True)
class Clause:
    """Where a rule is written, and its words."""

    ref: str
    text: str


@dataclass(frozen=True)
class Finding:
    """One answer under one clause. ``satisfied`` None: a step of the reckoning, neither met nor missed."""

    key: str
    clause: Clause | None
    satisfied: bool | None
    text: str


class Notebook:
    """Collects the findings of one decision in the order in which they are made."""

    def __init__(self, clauses: Mapping[str, Clause]) -> None:
        self._clauses = clauses
        self._findings: list[Finding] = []

    def note(self, key: str, text: str, satisfied: bool | None = None) -> None:
        clause = self._clauses.get(key) or self._clauses.get(BELONGS_TO.get(key, ""))
        ended = text.replace("….", "…")  # the mark of a cut figure ends its sentence
        self._findings.append(Finding(key=key, clause=clause, satisfied=satisfied, text=ended))

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._findings)


def clauses_from(fields: Fields, keys: Collection[str]) -> Mapping[str, Clause]:
    """Read ``clauses: {key: {ref, text}}``; a clause for a key that no set has is an error."""
    if not fields.has("clauses"):
        return {}
    written = fields.within("clauses", {*keys, *CASE_KEYS})
    entries = {str(key): written.within(str(key), {"ref", "text"}) for key in written.mapping}
    return {key: Clause(ref=entry.text("ref"), text=entry.text("text")) for key, entry in entries.items()}
