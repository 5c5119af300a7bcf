"""What a message says: a record for a record system, or a score for an LMS; sealed under the learner's key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from connectors.contract import AwardRecord
from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.people import Person
from lti_tool.services import record_documents, vault

RECORD, SCORE = "record", "score"


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreFigure:
    """A figure for a gradebook column. ``value`` None: no figure exists, and one that stands there is to go."""

    value: Decimal | None
    maximum: Decimal
    comment: str = ""  # left out, an LMS drops the tool's earlier comment (AGS 2.0 §3.4)
    submitted_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoreMessage:
    """One score as queued: where it goes, whose it is, and what we had asked the column to show before."""

    line_item_url: str
    user: str  # the LMS's own id
    figure: ScoreFigure
    timestamp: datetime
    previous: Decimal | None = None
    previous_maximum: Decimal | None = None


Body = AwardRecord | ScoreMessage


def seal(session: Session, message: OutboxMessage, body: Body, person: Person | None) -> bytes:
    """The body for the message's row; under the person's key, so that it is unreadable once they are erased."""
    document = record_documents.to_json(body) if isinstance(body, AwardRecord) else _score_to_json(body)
    if person is None:
        return vault.seal_secret(session, document, _place(message.key))
    return vault.seal_for(session, person, document, _place(message.key))


def open_sealed(session: Session, kind: str, key: str, sealed: bytes, person: Person | None) -> Body:
    """The body of a message. Raises :class:`SealError`, and :class:`vault.Erased` when its person was erased."""
    if person is None:
        document = vault.open_secret(session, sealed, _place(key))
    else:
        document = vault.open_for(session, person, sealed, _place(key))
    return _score_from_json(document) if kind == SCORE else record_documents.from_json(document)


def record_of(session: Session, message: OutboxMessage) -> AwardRecord:
    """The record that a message of kind ``record`` carries."""
    body = open_sealed(session, message.kind, message.key, message.body, person_of(session, message))
    if not isinstance(body, AwardRecord):
        raise TypeError(f"message {message.key} carries no record")
    return body


def person_of(session: Session, message: OutboxMessage) -> Person | None:
    """Under whose key a message is sealed."""
    return None if message.person_id is None else session.get_one(Person, message.person_id)


def is_readable(session: Session, message: OutboxMessage) -> bool:
    """Whether its person has not been erased."""
    person = person_of(session, message)
    return person is None or person.erased_at is None


def _place(key: str) -> str:
    return f"outbox_message:{key}"


def _score_to_json(score: ScoreMessage) -> dict[str, Any]:
    figure = score.figure
    return {
        "line_item_url": score.line_item_url, "user": score.user, "timestamp": score.timestamp.isoformat(),
        "value": _text(figure.value), "maximum": _text(figure.maximum), "comment": figure.comment,
        "submitted_at": figure.submitted_at.isoformat() if figure.submitted_at else None,
        "previous": _text(score.previous), "previous_maximum": _text(score.previous_maximum),
    }


def _score_from_json(body: Mapping[str, Any]) -> ScoreMessage:
    submitted = body["submitted_at"]
    return ScoreMessage(
        line_item_url=body["line_item_url"], user=body["user"], timestamp=datetime.fromisoformat(body["timestamp"]),
        figure=ScoreFigure(
            value=_decimal(body["value"]), maximum=Decimal(body["maximum"]), comment=body["comment"],
            submitted_at=datetime.fromisoformat(submitted) if submitted else None,
        ),
        previous=_decimal(body["previous"]), previous_maximum=_decimal(body["previous_maximum"]),
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
