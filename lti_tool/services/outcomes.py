"""Outcomes: only ever added, each with the standing it had when it came.

The authority of the component says which side makes its marks, ``lms`` or ``cairn``; the other side is compared. What
an LMS cannot say (absent, deferred, exempt, no mark yet, when it was handed in) is said here and counts on either side.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lti_tool.domain.attempts import Status
from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.delivery import Discrepancy
from lti_tool.models.outcome import Outcome
from lti_tool.models.people import LtiUser
from lti_tool.models.platform import ScoreClock
from lti_tool.services import repetitions, sittings
from lti_tool.services.batches import in_batches
from lti_tool.services.outcome_values import IDENTITY, LMS, LMS_SOURCES, MARKSHEET, NewOutcome
from lti_tool.services.repetitions import COUNTED as COUNTED
from lti_tool.services.repetitions import OLDER as OLDER
from lti_tool.services.shown_figures import NO_MARK, in_words, is_ours
from lti_tool.services.written_marks import plain

COMPARED, ECHO = "compared", "echo"


@dataclass(frozen=True, kw_only=True)
class _Added:
    outcome: Outcome
    placed: NewOutcome
    counted: Sequence[Outcome]
    instead_of: Outcome | None = None  # what another source of the LMS had said since


def append(
    session: Session, enrolment: Enrolment, run_component: RunComponent, result: NewOutcome, now: datetime
) -> Outcome | None:
    """Add what a source showed. None when this very delivery is there already, and nothing has changed."""
    return append_all(session, run_component, [(enrolment, result)], now)[0]


def append_all(
    session: Session, run_component: RunComponent, results: Sequence[tuple[Enrolment, NewOutcome]], now: datetime
) -> list[Outcome | None]:
    """The same for many learners of one component, one after the other; what there is of them is read at once."""
    added = _all_added(session, run_component, results)
    new = [each for each in added if each is not None]
    if run_component.authority_fixed_at is None and any(_fixes_authority(each) for each in new):
        run_component.authority_fixed_at = now
    session.add_all(each.outcome for each in new)
    session.flush()
    for each in new:
        if each.outcome.standing == COMPARED:
            _compare(session, each.outcome, each.placed, each.counted, now)
    _open_all(session, run_component, [
        (each.outcome, _said(each.outcome), _said(each.instead_of)) for each in new if each.instead_of is not None
    ], now)
    return [each.outcome if each is not None else None for each in added]


def foresee(
    session: Session, run_component: RunComponent, results: Sequence[tuple[Enrolment, NewOutcome]]
) -> list[str | None]:
    """The standing that each would have if it were appended now, None where it is there already. Changes nothing."""
    return [each.outcome.standing if each else None for each in _all_added(session, run_component, results)]


def is_overtaken(session: Session, enrolment: Enrolment, run_component: RunComponent, result: NewOutcome) -> bool:
    """Whether the LMS was read later than this result was, and what it showed then counted."""
    _, fresh = repetitions.since_taken_back(_rows(session, run_component, [enrolment.id])[enrolment.id])
    return result.side == LMS and any(
        row.source in LMS_SOURCES and row.standing == COUNTED and row.read_at > result.read_at for row in fresh
    )


def note_cleared(
    session: Session, run_component: RunComponent, enrolments: Sequence[Enrolment], now: datetime
) -> None:
    """The LMS shows no figure where it showed one: no outcome (I4), the mark stands, and somebody looks."""
    standing = standing_now_of_all(session, run_component) if enrolments else {}
    found = [standing[one.id] for one in enrolments if one.id in standing and one.status != "withdrawn"]
    gone = [stands for stands in found if _is_of_lms(run_component, stands) and (stands.raw is not None or stands.gate)]
    _open_all(session, run_component, [(stands, _said(stands), NO_MARK) for stands in gone], now)


def _is_of_lms(part: RunComponent, stands: Outcome) -> bool:
    """Whether the LMS showed it. Where it makes the marks, a mark told here only adds facts of the submission to it."""
    return stands.source in LMS_SOURCES or (part.authority == LMS and stands.source == MARKSHEET)


def take_back(session: Session, lti_user: LtiUser, now: datetime) -> list[Outcome]:
    """I12: say of everybody else that they have no mark yet, where what stands was shown by this account of one person.

    The next reading brings the mark to that person, and to the others what accounts of their own show. Nothing is
    deleted, and what is ratified already stays until somebody decides (I3).
    """
    taken = []
    for stands in stand_for_others(session, lti_user, lti_user.person_id):
        nothing = NewOutcome(source=IDENTITY, status=Status.PENDING, read_at=now, attempt=stands.attempt)
        taken.append(append(session, stands.enrolment, stands.run_component, nothing, now))
    return [outcome for outcome in taken if outcome is not None]


def stand_for_others(session: Session, lti_user: LtiUser, person_id: int | None) -> list[Outcome]:
    """What this account showed and stands for anybody but this person."""
    shown = session.execute(
        select(Enrolment, RunComponent).join(Outcome, Outcome.enrolment_id == Enrolment.id)
        .join(RunComponent, Outcome.run_component_id == RunComponent.id)
        .where(Outcome.lti_user_id == lti_user.id, Outcome.standing == COUNTED, Enrolment.person_id != person_id)
        .order_by(Enrolment.id, RunComponent.id)
    ).unique().tuples().all()
    standing = [standing_now(session, enrolment, part) for enrolment, part in dict.fromkeys(shown)]
    return [stands for stands in standing if stands is not None and stands.lti_user_id == lti_user.id]


def facts(session: Session, enrolment: Enrolment) -> list[Outcome]:
    """The outcomes that count for one learner, in the order in which they came."""
    return facts_of_all(session, [enrolment.id])


def facts_of_all(session: Session, enrolment_ids: Sequence[int]) -> list[Outcome]:
    """The same for many at once."""
    return list(session.scalars(
        select(Outcome).where(Outcome.enrolment_id.in_(enrolment_ids), Outcome.standing == COUNTED)
        .order_by(Outcome.id)
    ))


def standing_now(session: Session, enrolment: Enrolment, run_component: RunComponent) -> Outcome | None:
    """The outcome that stands for one learner on one component: the newest that counts."""
    return session.scalar(
        select(Outcome).where(
            Outcome.enrolment_id == enrolment.id, Outcome.run_component_id == run_component.id,
            Outcome.standing == COUNTED,
        ).order_by(Outcome.id.desc()).limit(1)
    )


def standing_now_of_all(session: Session, run_component: RunComponent) -> dict[int, Outcome]:
    """The same for everybody on one component, by registration."""
    return {row.enrolment_id: row for row in session.scalars(
        select(Outcome).where(Outcome.run_component_id == run_component.id, Outcome.standing == COUNTED)
        .order_by(Outcome.id)
    )}


def _all_added(
    session: Session, part: RunComponent, results: Sequence[tuple[Enrolment, NewOutcome]]
) -> list[_Added | None]:
    """The rows of these results, one after the other and not yet written."""
    rows = _rows(session, part, [enrolment.id for enrolment, _ in results])
    return [_added(session, enrolment, part, result, rows[enrolment.id]) for enrolment, result in results]


def _added(
    session: Session, enrolment: Enrolment, part: RunComponent, result: NewOutcome, rows: list[Outcome]
) -> _Added | None:
    """The row of one result, not yet written, with what was there before it; ``rows`` has it from now on."""
    _check_belongs(enrolment, part)
    taken_back, fresh = repetitions.since_taken_back(rows)
    delivery = repetitions.new_delivery(result, fresh, taken_back)
    if delivery is None:
        return None
    counted = [row for row in rows if row.standing == COUNTED]
    placed = sittings.place(session, enrolment, result, counted)
    valid = [row for row in fresh if row.standing == COUNTED]
    placed = replace(placed, lti_user_id=_account(part, placed, valid))
    standing = _standing(session, part, placed, valid)
    outcome = _row(enrolment, part, placed, standing, delivery)
    is_back = result.side == LMS and standing == COUNTED and repetitions.says_the_same(result, fresh, taken_back)
    instead_of = repetitions.contradicted_by(result, fresh) if is_back else None
    rows.append(outcome)
    return _Added(outcome=outcome, placed=placed, counted=counted, instead_of=instead_of)


def _fixes_authority(added: _Added) -> bool:
    return added.outcome.standing == COUNTED and added.placed.has_figure


def _check_belongs(enrolment: Enrolment, run_component: RunComponent) -> None:
    """I12: a result goes to its own learner on its own run, or nowhere."""
    if (enrolment.institution_id, enrolment.run_id) != (run_component.institution_id, run_component.run_id):
        raise ValueError("an outcome belongs to a registration and a component of one run.")


def _rows(session: Session, run_component: RunComponent, enrolment_ids: Sequence[int]) -> dict[int, list[Outcome]]:
    """What there is of each on one component, whatever its standing, in the order in which it came."""
    found: dict[int, list[Outcome]] = {enrolment_id: [] for enrolment_id in enrolment_ids}
    for some in in_batches(list(found)):
        for row in session.scalars(
            select(Outcome).where(Outcome.enrolment_id.in_(some), Outcome.run_component_id == run_component.id)
            .order_by(Outcome.id)
        ):
            found[row.enrolment_id].append(row)
    return found


def _standing(session: Session, part: RunComponent, result: NewOutcome, counted: Sequence[Outcome]) -> str:
    if result.side == LMS and part.authority != LMS:
        return ECHO if _is_echo(session, result) else COMPARED
    if result.side != LMS and part.authority == LMS and result.has_figure and not _restates(result, counted):
        return COMPARED
    return OLDER if _is_older(result, counted) else COUNTED


def _account(part: RunComponent, result: NewOutcome, counted: Sequence[Outcome]) -> int | None:
    """Whose account showed the figure. Where the LMS makes the marks, a row made here only restates what one showed."""
    if result.side == LMS or part.authority != LMS or not result.has_figure:
        return result.lti_user_id
    return next((row.lti_user_id for row in reversed(counted) if row.attempt == result.attempt), None)


def _is_older(result: NewOutcome, counted: Sequence[Outcome]) -> bool:
    """Only times of one clock compare: those of the LMS with each other, never with ours."""
    if result.is_older is not None:
        return result.is_older
    times = [row.source_at for row in counted if row.source_at is not None and row.source in LMS_SOURCES]
    return result.source_at is not None and any(result.source_at < time for time in times)


def _restates(result: NewOutcome, counted: Sequence[Outcome]) -> bool:
    """Whether a row made here carries the very figure of the LMS, so that it only adds facts about the submission."""
    newest = next((row for row in reversed(counted) if row.attempt == result.attempt), None)
    return newest is not None and (newest.raw, newest.out_of, newest.gate) == (result.raw, result.out_of, result.gate)


def _is_echo(session: Session, result: NewOutcome) -> bool:
    """Whether this is the last score that we asked this column to show for this user, rescaled by the LMS or not."""
    last = _last_score(session, result)
    if last is None or last.last_score is None or result.raw is None:
        return False
    return is_ours(result.raw, result.out_of, last.last_score, last.last_maximum)


def _last_score(session: Session, result: NewOutcome) -> ScoreClock | None:
    if result.line_item_id is None:
        return None
    return session.scalar(select(ScoreClock).where(
        ScoreClock.line_item_id == result.line_item_id, ScoreClock.lti_user_id == result.lti_user_id
    ))


def _row(
    enrolment: Enrolment, part: RunComponent, result: NewOutcome, standing: str, delivery: str
) -> Outcome:
    return Outcome(
        institution_id=enrolment.institution_id, enrolment_id=enrolment.id, run_component_id=part.id,
        capture_run_id=result.capture_run_id, lti_user_id=result.lti_user_id,
        board_number=result.board_number, attempt=result.attempt,
        status=result.status, raw=result.raw, out_of=result.out_of, gate=result.gate, submitted_at=result.submitted_at,
        extension_hours=result.extension_hours or 0, due_at=result.due_at, is_first_sit=bool(result.is_first_sit),
        from_attempt=result.from_attempt, markers=[plain(marker) for marker in result.markers],
        agreed_by=result.agreed_by, marked_by=result.marked_by, source=result.source, delivery=delivery,
        standing=standing, source_at=result.source_at, read_at=result.read_at,
    )


def _compare(
    session: Session, outcome: Outcome, result: NewOutcome, counted: Sequence[Outcome], now: datetime
) -> None:
    """Open a discrepancy when the side without authority shows another figure, once for each figure."""
    ours, theirs = counted[-1] if counted else None, _said(outcome)
    if ours is not None and repetitions.is_same_figure(ours, outcome):
        return
    last = None if ours else _last_score(session, result)
    said = _said(ours) if ours else in_words(last.last_score, last.last_maximum) if last else NO_MARK
    _open(session, outcome, ours=said, theirs=theirs, now=now)


def _open(session: Session, outcome: Outcome, *, ours: str, theirs: str, now: datetime) -> None:
    _open_all(session, outcome.run_component, [(outcome, ours, theirs)], now)


def _open_all(
    session: Session, part: RunComponent, differences: Sequence[tuple[Outcome, str, str]], now: datetime
) -> None:
    """Open a discrepancy for each outcome, ours and theirs, unless the newest one of that learner says it.

    One that a person has closed for this very outcome is not opened again by the next reading.
    """
    if not differences:
        return
    about = {outcome.enrolment_id: outcome.id for outcome, _, _ in differences}
    known = {row.enrolment_id: row.theirs for row in session.scalars(
        select(Discrepancy).where(
            Discrepancy.run_component_id == part.id, Discrepancy.kind == "other_side",
            or_(Discrepancy.closed_at.is_(None), Discrepancy.closed_by.is_not(None)),
        ).order_by(Discrepancy.id)
    ) if row.closed_at is None or row.outcome_id == about.get(row.enrolment_id or 0)}
    for outcome, ours, theirs in differences:
        if known.get(outcome.enrolment_id) != theirs:
            session.add(Discrepancy(
                institution_id=outcome.institution_id, kind="other_side", enrolment_id=outcome.enrolment_id,
                run_component_id=part.id, outcome_id=outcome.id, ours=ours, theirs=theirs, opened_at=now,
            ))
        known[outcome.enrolment_id] = theirs
    session.flush()


def _said(outcome: Outcome) -> str:
    return in_words(outcome.raw, outcome.out_of) if outcome.raw is not None else outcome.gate or outcome.status
