"""What waits for whom: one count for each pile of work, so that a desk says at a glance what is to be done."""

from collections.abc import Callable, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.models.board import Amendment, ExamBoard
from lti_tool.models.delivery import (
    FAILED,
    ON_HOLD,
    READY,
    SUPERSEDED,
    Destination,
    Discrepancy,
    OutboxMessage,
    ReconciliationRun,
)
from lti_tool.models.outcome import HeldResult
from lti_tool.models.platform import Deployment, Registration
from lti_tool.services import board_lists, quarantine
from lti_tool.services import teaching_requests as requests
from lti_tool.services.actors import Actor

Count = Callable[[Session, Actor], int]


def boards(session: Session, actor: Actor) -> int:
    """Boards to be decided that this person may open."""
    return sum(board.state == "open" for board in board_lists.seen_by(session, actor))


def boards_to_convene(session: Session, actor: Actor) -> int:
    """Runs with results that wait for a board here and stand on no open one."""
    return len(board_lists.runs_waiting(session, actor.institution_id, "cairn"))


def minutes_to_enter(session: Session, actor: Actor) -> int:
    return len(board_lists.runs_waiting(session, actor.institution_id, "minuted"))


def minutes_to_confirm(session: Session, actor: Actor) -> int:
    """Entered by somebody else, so that this person may be the second."""
    return _number(session, select(func.count(ExamBoard.id)).where(
        ExamBoard.institution_id == actor.institution_id, ExamBoard.kind == "minuted", ExamBoard.state == "open",
        ExamBoard.entered_by.is_distinct_from(actor.person_id),
    ))


def amendments(session: Session, actor: Actor) -> int:
    """Proposed by somebody else."""
    return _number(session, select(func.count(Amendment.id)).where(
        Amendment.institution_id == actor.institution_id, Amendment.state == "proposed",
        Amendment.proposed_by.is_distinct_from(actor.person_id),
    ))


def on_hold(session: Session, actor: Actor) -> int:
    return _messages(session, actor, OutboxMessage.state == ON_HOLD)


def on_the_way(session: Session, actor: Actor) -> int:
    return _messages(session, actor, OutboxMessage.state.not_in((ON_HOLD, FAILED, SUPERSEDED, "confirmed")))


def waiting_to_be_sent(session: Session, actor: Actor) -> int:
    return _messages(session, actor, OutboxMessage.state == READY)


def unknown_people(session: Session, actor: Actor) -> int:
    return len(quarantine.quarantine(session, actor.institution_id))


def teaching_requests(session: Session, actor: Actor) -> int:
    """Courses that wait to be let in to a run taught elsewhere."""
    return requests.waiting(session, actor.institution_id)


def nameless_results(session: Session, actor: Actor) -> int:
    """Results that came with no account, so that only a person can say whose they are."""
    return _number(session, select(func.count(HeldResult.id)).where(
        HeldResult.institution_id == actor.institution_id, HeldResult.resolved_at.is_(None),
        HeldResult.lti_user_id.is_(None),
    ))


def discrepancies(session: Session, actor: Actor) -> int:
    return _number(session, select(func.count(Discrepancy.id)).where(
        Discrepancy.institution_id == actor.institution_id, Discrepancy.closed_at.is_(None),
    ))


def unsigned(session: Session, actor: Actor) -> int:
    """Reconciliations that nobody stands for yet."""
    return _number(session, select(func.count(ReconciliationRun.id)).where(
        ReconciliationRun.institution_id == actor.institution_id, ReconciliationRun.finished_at.is_not(None),
        ReconciliationRun.signed_at.is_(None),
    ))


def paused(session: Session, actor: Actor) -> int:
    return _number(session, select(func.count(Destination.id)).where(
        Destination.institution_id == actor.institution_id, Destination.is_paused.is_(True),
    ))


def platforms_without_deployment(session: Session, actor: Actor) -> int:
    """LMSs from which no launch can come yet."""
    return _number(session, select(func.count(Registration.id)).where(
        Registration.institution_id == actor.institution_id,
        ~select(Deployment.id).where(Deployment.registration_id == Registration.id).exists(),
    ))


COUNTS: Mapping[str, Count] = {
    function.__name__: function for function in (
        boards, boards_to_convene, minutes_to_enter, minutes_to_confirm, amendments, on_hold, on_the_way,
        waiting_to_be_sent, unknown_people, nameless_results, discrepancies, unsigned, paused,
        platforms_without_deployment, teaching_requests,
    )
}


def counts(session: Session, actor: Actor, names: tuple[str, ...]) -> dict[str, int]:
    """The counts of these piles, each asked for once."""
    return {name: COUNTS[name](session, actor) for name in dict.fromkeys(names)}


def _messages(session: Session, actor: Actor, *which: object) -> int:
    return _number(session, select(func.count(OutboxMessage.id)).where(
        OutboxMessage.institution_id == actor.institution_id, *which,  # type: ignore[arg-type]
    ))


def _number(session: Session, query: object) -> int:
    return session.scalar(query) or 0  # type: ignore[call-overload]


