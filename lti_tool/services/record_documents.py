"""A record as it is kept in the outbox: plain JSON, with figures as exact decimal text."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.contract import (
    AchievementReference,
    AwardRecord,
    BoardReference,
    LearnerIdentity,
    RunReference,
    SourceTag,
)


def to_json(record: AwardRecord) -> dict[str, Any]:
    """The record as it is kept in the outbox; figures as exact decimal text."""
    plain: dict[str, Any] = _plain(asdict(record))
    return plain


def from_json(body: Mapping[str, Any]) -> AwardRecord:
    """The record as it was queued."""
    board, achievement = body["board"], body["achievement"]
    return AwardRecord(**{
        **body,
        "learner": LearnerIdentity(**body["learner"]),
        "achievement": AchievementReference(**{**achievement, "credit": Decimal(achievement["credit"])}),
        "run": RunReference(**body["run"]),
        "source": SourceTag(**body["source"]),
        "board": BoardReference(**{**board, "held_on": date.fromisoformat(board["held_on"])}) if board else None,
        "mark": None if body["mark"] is None else Decimal(body["mark"]),
        "credit": Decimal(body["credit"]),
        "scale_max": Decimal(body["scale_max"]),
        "decided_on": date.fromisoformat(body["decided_on"]) if body["decided_on"] else None,
        "changed_at": datetime.fromisoformat(body["changed_at"]) if body["changed_at"] else None,
    })


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value
