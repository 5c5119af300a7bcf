"""The digest of the facts behind a decision: same facts, same digest, in whatever order the attempts come."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from hashlib import sha256

from lti_tool.domain.attempts import Attempt
from lti_tool.domain.regulations import Regulations
from lti_tool.domain.schemes import Component


def digest_of_inputs(
    *,
    components: Iterable[Component],
    attempts: Iterable[Attempt],
    regulations: Regulations,
    credit: int | None = None,
    board: int | None = None,
    withdrawn: bool = False,
) -> str:
    """SHA-256 in hex over canonical text of the facts and the version of the regulations.

    Records of one attempt at one board keep their order, because there it is a fact: the later replaces the earlier.
    """
    facts = {
        "attempts": [_attempt(attempt) for attempt in sorted(attempts, key=_place)],
        "board": board,
        "components": [_component(component) for component in sorted(components, key=lambda component: component.id)],
        "credit": credit,
        "regulations": regulations.version,
        "withdrawn": withdrawn,
    }
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def _place(attempt: Attempt) -> tuple[str, int, int]:
    return attempt.component, attempt.number, attempt.board


def _component(component: Component) -> list[object]:
    return [
        component.id, _number(component.weight), _number(component.out_of), _number(component.must_reach),
        component.is_gate, _instant(component.due),
    ]  # fmt: skip


def _attempt(attempt: Attempt) -> list[object]:
    return [
        *_place(attempt), str(attempt.status), _number(attempt.raw), attempt.outcome, _instant(attempt.submitted),
        _instant(attempt.due), attempt.extension_hours, attempt.first_sit, attempt.from_attempt,
        [_number(marker) for marker in attempt.markers], attempt.agreed_by,
    ]  # fmt: skip


def _number(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _instant(value: datetime | None) -> list[object] | None:
    """The instant, and the offset it was written in: a weekend is one of that offset."""
    if value is None:
        return None
    offset = value.utcoffset() or timedelta(0)
    return [value.astimezone(UTC).isoformat(), offset // timedelta(seconds=1)]
