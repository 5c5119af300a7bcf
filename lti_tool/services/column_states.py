"""What went back into the columns of a course: per learner what was sent, what the column shows, and who must act."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.clock import utcnow
from lti_tool.models.delivery import ON_HOLD, READY, OutboxMessage
from lti_tool.models.people import LtiUser
from lti_tool.models.platform import Context, LineItem
from lti_tool.services import audit, bodies, columns, queue
from lti_tool.services.actors import Actor
from lti_tool.services.errors import NotFound, Refused
from lti_tool.services.queue import Entry


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The newest score of one learner in one column. Personal data: name and figure, for whoever teaches."""

    message_key: str
    name: str
    figure: str
    state: str
    standing: str
    queued_at: datetime
    sent_at: datetime | None
    trouble: Entry | None
    may_be_sent_again: bool


@dataclass(frozen=True, kw_only=True)
class ColumnState:
    """One column that Cairn fills, and what is in it."""

    title: str
    is_made: bool
    release: str
    rows: tuple[Sent, ...]


def of_course(session: Session, context: Context) -> list[ColumnState]:
    """The columns of a course that are ours to fill."""
    found = session.scalars(
        select(LineItem).where(
            LineItem.context_id == context.id, LineItem.is_ours_to_fill.is_(True),
            LineItem.run_component_id.is_not(None),
        ).order_by(LineItem.id)
    )
    return [
        ColumnState(
            title=column.label, is_made=column.url != "" and column.state == "open",
            release="as soon as there is a figure" if column.release == columns.AT_ONCE else "once it is ratified",
            rows=tuple(_rows(session, column)),
        ) for column in found
    ]


def send_again(session: Session, actor: Actor, context: Context, message_key: str, now: datetime) -> None:
    """A teacher has put right in the LMS what kept a score out, and lets it be sent again.

    Only scores of the course's own columns; what goes to a record system is registry's.
    """
    message = session.scalar(
        select(OutboxMessage).join(LineItem, OutboxMessage.line_item_id == LineItem.id).where(
            OutboxMessage.key == message_key, OutboxMessage.kind == bodies.SCORE, LineItem.context_id == context.id,
            LineItem.run_component_id.is_not(None),
        ).with_for_update(of=OutboxMessage)
    )
    if message is None:
        raise NotFound("message")
    if message.state != ON_HOLD:
        raise Refused("state", "This score is on its way already. Look again in a moment.")
    message.state, message.due_at, message.tries = READY, utcnow(), 0
    audit.record(
        session, institution_id=message.institution_id, action="outbox.retry", subject=f"message:{message.key}",
        now=now, actor=actor.person_id, person=message.person_id, details={"version": message.version},
    )


def _rows(session: Session, column: LineItem) -> list[Sent]:
    newest: dict[int, OutboxMessage] = {}
    messages = session.scalars(
        select(OutboxMessage).where(OutboxMessage.line_item_id == column.id).order_by(OutboxMessage.version)
    )
    for message in messages:
        newest[message.lti_user_id or 0] = message
    names = dict(session.execute(select(LtiUser.id, LtiUser.name).where(LtiUser.id.in_(newest))).tuples().all())
    rows = [_sent(session, message, names.get(user_id, "")) for user_id, message in newest.items()]
    return sorted(rows, key=lambda row: (row.state != ON_HOLD, row.name))


def _sent(session: Session, message: OutboxMessage, name: str) -> Sent:
    row = queue.entry(session, message)
    is_in_trouble = bool(row.error_class) and message.state in (ON_HOLD, READY)
    return Sent(
        message_key=message.key, name=name or row.learner, figure=row.ours, state=row.state, standing=row.standing,
        queued_at=row.created_at, sent_at=row.sent_at, trouble=row if is_in_trouble else None,
        may_be_sent_again=row.state == ON_HOLD,
    )
