"""The queue as the registry sees it: what waits for whom, ours beside theirs, and how far along everything is."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, joinedload

from connectors import classes
from connectors.contract import AwardRecord
from connectors.errors import ConnectorError, ErrorClass
from connectors.file_fields import disarmed
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.delivery import (
    AGREED,
    CONFIRMED,
    FAILED,
    ON_HOLD,
    READY,
    SENDING,
    SENT,
    SUPERSEDED,
    DeliveryAttempt,
    Destination,
    OutboxMessage,
    WorkerBeat,
)
from lti_tool.seal import SealError
from lti_tool.services import bodies, outbox

STATES = (ON_HOLD, SENDING, READY, SENT, CONFIRMED, FAILED, SUPERSEDED)  # in the order in which staff look
PAGE_SIZE = 50
ALIVE = timedelta(seconds=60)
COLUMNS = (
    "message", "destination", "student", "registration", "name", "run", "occurrence", "period", "component", "attempt",
    "status", "mark", "grade", "reason", "their words", "who acts", "what to do",
)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What is looked at; empty: everything that was not superseded."""

    state: str = ""
    error_class: str = ""
    destination: str = ""  # its key


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One message in words. Personal data: the learner and both figures."""

    key: str
    destination: str
    destination_key: str
    kind: str
    state: str
    standing: str  # the state by what was seen
    version: int
    is_final: bool
    learner: str
    student: str
    run: str
    component: str
    ours: str
    theirs: str
    error_class: str
    label: str  # of the class
    sentence: str
    owner: str
    action: str
    error_text: str
    words: str  # the other side's own
    code: str
    attempts: int
    due_at: datetime
    created_at: datetime
    sent_at: datetime | None
    confirmed_at: datetime | None
    remote_id: str
    batch: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some of the entries, and how many there are."""

    entries: list[Entry]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many messages are where; superseded ones are not counted."""

    states: Mapping[str, int]
    classes: Mapping[str, int]  # of those on hold
    destinations: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # name: states

    @property
    def total(self) -> int:
        return sum(self.states.values())


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far along the outbox is, for a display that looks again and again."""

    waiting: int
    sending: int
    sent: int
    confirmed: int
    on_hold: int
    failed: int
    undecided: int  # of those confirmed: provisional, and the record system has not decided yet
    workers: int  # dispatchers that were alive in the last minute

    @property
    def total(self) -> int:
        return self.waiting + self.sending + self.sent + self.confirmed + self.on_hold + self.failed


def counts(session: Session, institution_id: int) -> Counts:
    """How many messages are where, in all and by destination; and of those on hold, why."""
    rows = session.execute(
        select(Destination.name, OutboxMessage.state, OutboxMessage.error_class, func.count())
        .join(Destination, Destination.id == OutboxMessage.destination_id)
        .where(OutboxMessage.institution_id == institution_id, OutboxMessage.state != SUPERSEDED)
        .group_by(Destination.name, OutboxMessage.state, OutboxMessage.error_class).order_by(Destination.name)
    ).tuples().all()
    states = dict.fromkeys((state for state in STATES if state != SUPERSEDED), 0)
    why: dict[str, int] = {}
    where: dict[str, dict[str, int]] = {}
    for name, state, error_class, count in rows:
        states[state] += count
        here = where.setdefault(name, {})
        here[state] = here.get(state, 0) + count
        if state == ON_HOLD:
            why[error_class] = why.get(error_class, 0) + count
    return Counts(states=states, classes=why, destinations=where)


def progress(session: Session, institution_id: int, now: datetime) -> Progress:
    """The same as a few figures, with the number of dispatchers at work. ``now``: the machine's."""
    states = counts(session, institution_id).states
    return Progress(
        waiting=states[READY], sending=states[SENDING], sent=states[SENT], confirmed=states[CONFIRMED],
        on_hold=states[ON_HOLD], failed=states[FAILED], workers=workers(session, now),
        undecided=_undecided(session, institution_id),
    )


def _undecided(session: Session, institution_id: int) -> int:
    return session.scalar(select(func.count()).select_from(OutboxMessage).where(
        OutboxMessage.institution_id == institution_id, OutboxMessage.state == CONFIRMED,
        OutboxMessage.kind == bodies.RECORD, OutboxMessage.is_final.is_(False), OutboxMessage.theirs_state != AGREED,
    )) or 0


def workers(session: Session, now: datetime) -> int:
    """How many dispatchers are alive. ``now``: the machine's."""
    alive = select(func.count()).select_from(WorkerBeat).where(WorkerBeat.seen_at >= now - ALIVE)
    return session.scalar(alive) or 0


def page(
    session: Session, institution_id: int, wanted: Filter | None = None, *, number: int = 1, size: int = PAGE_SIZE
) -> Page:
    """One page of messages: those that wait for a person first, the oldest of them at the top."""
    found = _wanted(institution_id, wanted or Filter())
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    order = case({state: place for place, state in enumerate(STATES)}, value=OutboxMessage.state)
    rows = session.scalars(
        found.order_by(order, OutboxMessage.due_at, OutboxMessage.id).limit(size).offset((max(1, number) - 1) * size)
        .options(joinedload(OutboxMessage.destination))
    )
    return Page(entries=[entry(session, row) for row in rows], total=total, number=max(1, number), size=size)


def one(session: Session, institution_id: int, message_key: str) -> Entry:
    """One message of an institution. Raises :class:`NotFound`."""
    return entry(session, outbox.by_key(session, institution_id, message_key))


def attempts(session: Session, institution_id: int, message_key: str) -> list[DeliveryAttempt]:
    """Every try, the newest first. Raises :class:`NotFound`."""
    message = outbox.by_key(session, institution_id, message_key)
    mine = select(DeliveryAttempt).where(DeliveryAttempt.message_id == message.id)
    return list(session.scalars(mine.order_by(DeliveryAttempt.number.desc())))


def ticket(session: Session, institution_id: int, message_key: str) -> str:
    """A request that can be sent as it stands to whoever must act."""
    message = outbox.by_key(session, institution_id, message_key)
    shown = entry(session, message)
    return classes.ticket_text(
        _error(message), system=shown.destination, run=shown.run, learners=[shown.student] if shown.student else [],
        reference=message.key, component=shown.component,
    )


def rejected_csv(session: Session, institution_id: int, destination: str = "") -> str:
    """Exactly those that wait for a person, as a file that can be typed from."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    found = _wanted(institution_id, Filter(state=ON_HOLD, destination=destination)).order_by(OutboxMessage.id)
    for message in session.scalars(found.options(joinedload(OutboxMessage.destination))):
        writer.writerow([disarmed(cell) for cell in _cells(session, message)])
    return out.getvalue()


def entry(session: Session, message: OutboxMessage) -> Entry:
    """A message in words; what can no longer be read since the person was erased stays empty."""
    body, error = _body(session, message), _error(message)
    about = _about(message, error)
    is_failing = bool(message.error_class)
    return Entry(
        key=message.key, destination=message.destination.name, destination_key=message.destination.key,
        kind=message.kind, state=message.state, standing=message.standing, version=message.version,
        is_final=message.is_final, **{**_subject(body), **_learner_of_a_score(session, message)},
        theirs=_theirs(message), error_class=message.error_class,
        label=about.label if is_failing else "", sentence=about.sentence if is_failing else "",
        owner=classes.owner_of(error).value if is_failing else "", action=about.action if is_failing else "",
        error_text=message.error_text, words=message.error_words, code=message.error_code, attempts=message.attempts,
        due_at=message.due_at, created_at=message.created_at, sent_at=message.sent_at,
        confirmed_at=message.confirmed_at, remote_id=message.remote_id, batch=message.batch,
    )


def _wanted(institution_id: int, wanted: Filter) -> Select[tuple[OutboxMessage]]:
    found = select(OutboxMessage).where(OutboxMessage.institution_id == institution_id)
    found = found.where(OutboxMessage.state == wanted.state if wanted.state else OutboxMessage.state != SUPERSEDED)
    if wanted.error_class:
        found = found.where(OutboxMessage.error_class == wanted.error_class)
    if wanted.destination:
        found = found.where(OutboxMessage.destination.has(Destination.key == wanted.destination))
    return found


def _body(session: Session, message: OutboxMessage) -> bodies.Body | None:
    try:
        return bodies.open_sealed(session, message.kind, message.key, message.body, bodies.person_of(session, message))
    except SealError:
        return None


def _subject(body: bodies.Body | None) -> dict[str, Any]:
    """Whose it is, where it belongs, and our figure."""
    if isinstance(body, AwardRecord):
        bare = "" if body.status == "marked" else body.status  # a pass without a figure: its word says all
        mark = bare if body.mark is None else f"{body.mark:f}"
        return {
            "learner": body.learner.display_name, "student": body.learner.student_number, "run": body.run.code,
            "component": body.run.component, "ours": f"{mark} {body.grade}".strip(),
        }
    empty = {"learner": "", "student": "", "run": "", "component": "", "ours": ""}
    if body is None or body.figure.value is None:
        return empty
    return {**empty, "ours": f"{body.figure.value:f} of {body.figure.maximum:f}"}


def _learner_of_a_score(session: Session, message: OutboxMessage) -> dict[str, str]:
    """An LMS is told an id of its own only; staff are told whose it is."""
    enrolment = session.get(Enrolment, message.enrolment_id) if message.enrolment_id else None
    if message.kind != bodies.SCORE or enrolment is None:
        return {}
    return {"learner": enrolment.person.display_name, "run": enrolment.run.code}


def _about(message: OutboxMessage, error: ConnectorError) -> classes.Class:
    """What staff are told of an error's class; the classes speak of record systems, so of a score its own text does."""
    about = classes.CLASSES[error.error_class]
    is_own = message.kind == bodies.SCORE and bool(message.error_text)
    return replace(about, sentence=message.error_text, action="") if is_own else about


def _theirs(message: OutboxMessage) -> str:
    mark = "" if message.theirs_mark is None else f"{message.theirs_mark:f}"
    return " ".join(part for part in (mark, message.theirs_grade, message.theirs_state) if part)


def _error(message: OutboxMessage) -> ConnectorError:
    """The error again, as far as it was kept."""
    return ConnectorError(
        message.error_text, code=message.error_code, words=message.error_words,
        error_class=ErrorClass(message.error_class or ErrorClass.RETRY),
    )


def _cells(session: Session, message: OutboxMessage) -> Iterator[str]:
    body, shown = _body(session, message), entry(session, message)
    record = body if isinstance(body, AwardRecord) else None
    yield from (message.key, shown.destination, shown.student)
    yield from (record.learner.registration, shown.learner, shown.run) if record else ("", "", "")
    yield from (record.run.occurrence, record.run.period) if record else ("", "")
    yield from (shown.component, str(record.attempt) if record else "", record.status if record else "")
    yield "" if record is None or record.mark is None else f"{record.mark:f}"
    yield from (record.grade if record else "", shown.error_text, shown.words, shown.owner, shown.action)
