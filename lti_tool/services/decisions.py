"""Decisions: the facts before a board, judged by the pinned regulations, and stored only when the facts changed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.award import Award
from lti_tool.models.board import Decision
from lti_tool.models.catalogue import Enrolment, Run
from lti_tool.models.outcome import Outcome
from lti_tool.services import dossiers, facts, late, outbox, rulebook, standing, verdicts
from lti_tool.services.batches import in_batches
from lti_tool.services.dossiers import Dossier
from lti_tool.services.verdicts import Verdict


def decide(session: Session, enrolment: Enrolment, now: datetime) -> Decision:
    """What the regulations make of the facts now; the present decision, whether new or not.

    Before ratification that is one decision for the run's next board. Afterwards what touches the ratified result is a
    decision for that same board, which changes nothing by itself (I3), and a further sitting is one for the next board.
    """
    return decide_all(session, [enrolment], now)[0]


def decide_all(session: Session, enrolments: Sequence[Enrolment], now: datetime) -> list[Decision]:
    """The same for many, in this order; what their decisions rest on is read at once."""
    return [decision for some in in_batches(enrolments) for decision in _decide_some(session, some, now)]


def _decide_some(session: Session, enrolments: Sequence[Enrolment], now: datetime) -> list[Decision]:
    take_in_turn(session, *enrolments)
    shared = rulebook.shared_by(session, enrolments)
    made = [_decide(session, dossier, now) for dossier in dossiers.of(session, enrolments)]
    session.flush()
    for decision, is_provisional in made:
        if is_provisional and decision.enrolment.regulation_set_id is not None:  # I25: without credit, no record
            outbox.enqueue_provisional(session, decision, now)
    del shared  # until here
    return [decision for decision, _ in made]


def take_in_turn(session: Session, *enrolments: Enrolment) -> None:
    """One learner's result is decided by one at a time: a mark that comes in while a board ratifies is never lost (I3).

    It is seen before, or it is late. SQLite has one writer anyway.
    """
    ids = [enrolment.id for enrolment in enrolments]
    session.execute(
        select(Enrolment.id).where(Enrolment.id.in_(ids)).order_by(Enrolment.id).with_for_update(key_share=True)
    )


def decide_run(session: Session, run: Run, now: datetime) -> list[Decision]:
    """Every learner of a run, in the order of registration."""
    everybody = select(Enrolment).where(Enrolment.run_id == run.id).order_by(Enrolment.id)
    return decide_all(session, session.scalars(everybody).all(), now)


def preview(session: Session, enrolment: Enrolment) -> Verdict:
    """What the regulations would make of the facts now, with nothing stored."""
    [dossier] = dossiers.of(session, [enrolment])
    _, known, board = _placed(dossier)
    is_withdrawn = enrolment.status == "withdrawn"
    return verdicts.reach(session, enrolment, facts.by(known, board), board, is_withdrawn=is_withdrawn)


def present(session: Session, enrolment: Enrolment) -> Decision | None:
    """The newest decision of a learner."""
    mine = select(Decision).where(Decision.enrolment_id == enrolment.id)
    return session.scalars(mine.order_by(Decision.number.desc()).limit(1)).first()


def newest_for(session: Session, enrolment: Enrolment, board_number: int) -> Decision | None:
    """The newest decision of a learner for one board."""
    mine = select(Decision).where(Decision.enrolment_id == enrolment.id, Decision.board_number == board_number)
    return session.scalars(mine.order_by(Decision.number.desc()).limit(1)).first()


def fallen(session: Session, enrolment: Enrolment) -> list[Award]:
    """What earlier boards ratified and the facts as they are now would not have given them either."""
    [dossier] = dossiers.of(session, [enrolment])
    _, known, _ = _placed(dossier)
    newest = {award.decision.board_number: award for award in dossier.awards}
    return [
        award for board, award in newest.items() if award is not dossier.current and verdicts.reach(
            session, enrolment, facts.by(known, board), board,
            is_withdrawn=_had_withdrawn(session, enrolment, award),
        ).digest != award.decision.inputs_digest
    ]


def _decide(session: Session, dossier: Dossier, now: datetime) -> tuple[Decision, bool]:
    """The present decision, not yet written where it is new; and whether it is new and provisional."""
    ratified, known, board = _placed(dossier)
    if dossier.current is None or ratified is None:
        return _provisional(session, dossier, known, board, now)
    _late(session, dossier, dossier.current, facts.by(known, ratified.board), now)
    has_next = any(fact.board > ratified.board for fact in known) or dossier.enrolment.status == "withdrawn"
    if ratified.is_open and has_next:
        return _provisional(session, dossier, known, board, now)
    return dossier.newest or dossier.current.decision, False


def _placed(dossier: Dossier) -> tuple[facts.Ratified | None, list[facts.Fact], int]:
    """What is settled, the facts with their boards, and the board still to come."""
    ratified = facts.Ratified.by(dossier.awards) if dossier.current else None
    board = standing.next_board(dossier.enrolment, dossier.current)
    return ratified, facts.placed(dossier.facts, ratified, board), board


def _provisional(
    session: Session, dossier: Dossier, known: Sequence[facts.Fact], board: int, now: datetime,
) -> tuple[Decision, bool]:
    """The decision for a board still to come; a new one supersedes what was said provisionally before."""
    is_withdrawn = dossier.enrolment.status == "withdrawn"
    verdict = verdicts.reach(session, dossier.enrolment, facts.by(known, board), board, is_withdrawn=is_withdrawn)
    return _store(session, dossier, verdict, now)


def _late(
    session: Session, dossier: Dossier, award: Award, known: Sequence[facts.Fact], now: datetime,
) -> None:
    """What came after ratification and touches it: a decision to look at, a discrepancy that somebody must close."""
    enrolment = dossier.enrolment
    verdict = verdicts.reach(
        session, enrolment, known, award.decision.board_number, is_withdrawn=_had_withdrawn(session, enrolment, award),
    )
    decision, is_new = _store(session, dossier, verdict, now)
    if not is_new:
        return
    if verdict.digest == award.decision.inputs_digest:
        late.close_if_same(session, enrolment, now)
        return
    found = late.note(session, enrolment, ours=late.in_words(award), theirs=late.in_words(decision), now=now)
    newer = set(verdict.evidence) - set(award.decision.evidence)
    if newer and enrolment.run.version.kind != verdicts.BY_OUTCOMES:
        outcome = session.get_one(Outcome, max(newer))
        found.outcome_id, found.run_component_id = outcome.id, outcome.run_component_id
        session.flush()


def _had_withdrawn(session: Session, enrolment: Enrolment, award: Award) -> bool:
    """Whether the learner had left before the board met, as registry said only after it (I22).

    The board, and not whoever amended its result later.
    """
    left_on = enrolment.status_on if enrolment.status == "withdrawn" else None
    return left_on is not None and left_on < standing.of_same_board(session, award)[0].ratification.held_on


def _store(session: Session, dossier: Dossier, verdict: Verdict, now: datetime) -> tuple[Decision, bool]:
    """The decision of a verdict, and whether the facts had changed."""
    last, newest = dossier.decisions.get(verdict.board), dossier.newest
    if last is not None and last.inputs_digest == verdict.digest:
        return last, False
    enrolment = dossier.enrolment
    made = Decision(
        institution_id=enrolment.institution_id, enrolment_id=enrolment.id, enrolment=enrolment,
        number=newest.number + 1 if newest else 1, board_number=verdict.board, inputs_digest=verdict.digest,
        decided_at=now, **verdict.columns,
    )
    dossier.add(made)
    session.add(made)
    return made, True
