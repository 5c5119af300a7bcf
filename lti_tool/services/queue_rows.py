"""One message as registry sees it: ours beside theirs, what went wrong in a plain sentence, and who must act."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from connectors.classes import CLASSES, owner_of, ticket_text
from connectors.contract import AwardRecord
from connectors.errors import ConnectorError, ErrorClass
from lti_tool.models.delivery import ON_HOLD, READY, OutboxMessage
from lti_tool.seal import SealError
from lti_tool.services import bodies
from lti_tool.services.bodies import ScoreMessage

ERASED = "(erased)"


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why a message has not got through: the class that staff see, its owner, and a request ready to send."""

    label: str
    sentence: str
    action: str
    owner: str
    met: str
    words: str
    code: str
    ticket: str


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One message. Personal data: name, number and mark, for registry's screen."""

    key: str
    state: str
    destination: str
    learner: str
    person_key: str
    student_number: str
    registration: str
    run: str
    component: str
    attempt: int
    ours: str
    theirs: str
    theirs_state: str
    is_final: bool
    is_score: bool
    version: int
    tries: int
    remote_id: str
    batch: str
    note: str  # why a person closed it
    award_key: str
    due_at: datetime
    created_at: datetime
    sent_at: datetime | None
    confirmed_at: datetime | None
    trouble: Trouble | None

    @property
    def may_be_sent_again(self) -> bool:
        return self.state in (ON_HOLD, READY)


def row_of(session: Session, message: OutboxMessage, award_key: str = "") -> QueueRow:
    """The row of a message; one whose person was erased can no longer be read, and says so."""
    person = bodies.person_of(session, message)
    record, score = _opened(session, message)
    run = _run(record) if record else ""
    return QueueRow(
        key=message.key, state=message.state, destination=message.destination.name,
        learner=(person.display_name if person else "") or ERASED, person_key=person.key if person else "",
        student_number=record.learner.student_number if record else "",
        registration=record.learner.registration if record else "", run=run,
        component=record.run.component if record else "", attempt=record.attempt if record else 1,
        ours=_record_figure(record) if record else _score_figure(score) if score else ERASED,
        theirs=_theirs(message), theirs_state=message.theirs_state, is_final=message.is_final,
        is_score=message.kind == bodies.SCORE, version=message.version, tries=message.tries,
        remote_id=message.remote_id, batch=message.batch,
        note=message.error_text if message.state == "failed" else "", award_key=award_key, due_at=message.due_at,
        created_at=message.created_at, sent_at=message.sent_at, confirmed_at=message.confirmed_at,
        trouble=_trouble(message, record, run),
    )


def record_of(session: Session, message: OutboxMessage) -> AwardRecord | None:
    """The record that it carries; None for a score, or once its person is erased."""
    return _opened(session, message)[0]


def _opened(session: Session, message: OutboxMessage) -> tuple[AwardRecord | None, ScoreMessage | None]:
    try:
        body = bodies.open_sealed(session, message.kind, message.key, message.body, bodies.person_of(session, message))
    except SealError:
        return None, None
    return (body, None) if isinstance(body, AwardRecord) else (None, body)


def _run(record: AwardRecord) -> str:
    return " ".join(part for part in (record.run.code, record.run.occurrence, record.run.period) if part)


def _record_figure(record: AwardRecord) -> str:
    mark = record.status.replace("_", " ") if record.mark is None else f"{record.mark:f}"
    credit = f"{record.credit:f} credits" if record.credit else ""
    return ", ".join(part for part in (" ".join(part for part in (mark, record.grade) if part), credit) if part)


def _score_figure(score: ScoreMessage) -> str:
    figure = score.figure
    return "no figure" if figure.value is None else f"{figure.value:f} of {figure.maximum:f}"


def _theirs(message: OutboxMessage) -> str:
    mark = "" if message.theirs_mark is None else f"{message.theirs_mark:f}"
    return " ".join(part for part in (mark, message.theirs_grade) if part)


def _trouble(message: OutboxMessage, record: AwardRecord | None, run: str) -> Trouble | None:
    if not message.error_class or message.state not in (ON_HOLD, READY):
        return None
    error = ConnectorError(
        message.error_text, code=message.error_code, words=message.error_words,
        error_class=ErrorClass(message.error_class),
    )
    about = CLASSES[error.error_class]
    learners = [record.learner.student_number or record.learner.registration] if record else []
    ticket = ticket_text(
        error, system=message.destination.name, run=run, learners=learners, reference=message.key,
        component=record.run.component if record else "",
    )
    return Trouble(
        label=about.label, sentence=about.sentence, action=about.action, owner=str(owner_of(error)),
        met=message.error_text, words=message.error_words, code=message.error_code, ticket=ticket,
    )
