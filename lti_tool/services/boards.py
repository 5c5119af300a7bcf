"""A board here: convened, attended, and ratifying exactly the list that its chair has seen."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Authority, Role
from lti_tool.models.award import Award
from lti_tool.models.board import ExamBoard, Ratification
from lti_tool.services import audit, board_members, cases, separation
from lti_tool.services.actors import Actor
from lti_tool.services.duties import person_of, require_role
from lti_tool.services.errors import NotFound, Refused

OFFICERS = (Role.SECRETARY, Role.CHAIR, Role.REGISTRY)
CONVENE = "Only the board's secretary, its chair or registry do this."


def convene(
    session: Session, actor: Actor, *, title: str, reference: str, held_on: date, run_keys: Sequence[str],
    members: Mapping[str, str], now: datetime,
) -> ExamBoard:
    """Call a board for some runs and put its cases on the list; ``members``: person key → part."""
    by = require_role(actor, CONVENE, *OFFICERS)
    runs = cases.runs_for(session, actor.institution_id, run_keys, Authority.CAIRN)
    if not reference.strip():
        raise Refused("reference", "A board needs a reference, such as INV-DATA 2026/2: the record is found by it.")
    board = ExamBoard(
        institution_id=actor.institution_id, kind=str(Authority.CAIRN), title=title, reference=reference.strip(),
        held_on=held_on, entered_by=by, created_at=now,
    )
    session.add(board)
    session.flush()
    board_members.seat(session, board, members)
    cases.put_on(session, board, runs, now)
    _note(session, actor, board, "board.convene", now, cases=len(board.cases), members=len(board.members))
    return board


def update_list(session: Session, actor: Actor, board_key: str, now: datetime) -> ExamBoard:
    """Take up what changed since the list was made; whoever has seen the old one must look again."""
    require_role(actor, CONVENE, *OFFICERS)
    board = find_open(session, actor.institution_id, board_key)
    cases.put_on(session, board, {row.enrolment.run for row in board.cases}, now)
    _note(session, actor, board, "board.list", now, cases=len(board.cases))
    return board


def attend(session: Session, actor: Actor, board_key: str, present: Collection[str], now: datetime) -> ExamBoard:
    """Write down who takes part, by person key; a board may also decide without sitting together."""
    require_role(actor, CONVENE, *OFFICERS)
    board = find_open(session, actor.institution_id, board_key)
    strangers = set(present) - {member.person.key for member in board.members}
    if strangers:
        raise Refused("member", "Only members of the board attend it; convene it with them.")
    for member in board.members:
        member.is_present = member.person.key in present
    session.flush()
    _note(session, actor, board, "board.attendance", now, present=sum(member.is_present for member in board.members))
    return board


def declare_conflict(
    session: Session, actor: Actor, board_key: str, *, member_key: str, case_key: str, now: datetime,
) -> None:
    """A member takes no part in one learner's decision (I17); said by the member or by an officer of the board."""
    board = find_open(session, actor.institution_id, board_key)
    member = next((member for member in board.members if member.person.key == member_key), None)
    case = next((row for row in board.cases if row.key == case_key), None)
    if member is None or case is None:
        raise NotFound("There is no such member or case on this board.")
    if person_of(actor) != member.person_id:
        require_role(actor, "A conflict is declared by the member or by an officer of the board.", *OFFICERS)
    if board_members.keep_out(session, board, member, case):
        _note(session, actor, board, "board.conflict", now, person=case.enrolment.person_id, member=member.person.key)


def put_away(session: Session, actor: Actor, board_key: str, *, reason: str, now: datetime) -> ExamBoard:
    """A board that will not meet so: its chair is not there, it was convened wrongly. Its runs are free for another."""
    require_role(actor, CONVENE, *OFFICERS)
    board = find_open(session, actor.institution_id, board_key)
    if not reason.strip():
        raise Refused("reason", "Say why this board is put away.")
    board.state, board.note = "refused", reason.strip()
    session.flush()
    _note(session, actor, board, "board.put_away", now, reason=reason.strip())
    return board


def ratify(session: Session, actor: Actor, board_key: str, seen_digest: str, now: datetime) -> list[Award]:
    """Ratify the list that the chair has seen: awards, audit and messages in one transaction, or nothing at all."""
    by = require_role(actor, "Only the chair ratifies; sign in as the chair of this board.", Role.CHAIR)
    board = find_open(session, actor.institution_id, board_key)
    _require_board(board, by)
    cases.decide_again(session, board, now)
    listed = separation.judged(session, board, cases.listed(session, board))
    digest = cases.digest_of(listed)
    if digest != seen_digest:
        raise Refused("changed_since_seen", "Something changed since you saw this list; look at it again.")
    ratification = Ratification(
        institution_id=board.institution_id, authority=board.kind, board_id=board.id, reference=board.reference,
        held_on=board.held_on, list_digest=digest, by_person_id=by, ratified_at=now,
    )
    session.add(ratification)
    session.flush()
    granted = cases.conclude(session, board, listed, ratification, now)
    _note(session, actor, board, "board.ratify", now, awards=len(granted), list=digest)
    return granted


def _require_board(board: ExamBoard, by: int) -> None:
    """Its own chair, present, and a quorum."""
    chair, attendance = board_members.chair_of(board), board_members.attendance_of(board)
    if chair.person_id != by:
        raise Refused("role", "Another person chairs this board; only its chair ratifies.")
    if not chair.is_present:
        raise Refused("quorum", "The chair is not recorded as present.")
    if not attendance.is_quorate:
        raise Refused("quorum", attendance.in_words)


def find(session: Session, institution_id: int, board_key: str, kind: str = Authority.CAIRN) -> ExamBoard:
    """A board of this institution. Raises :class:`NotFound`."""
    wanted = select(ExamBoard).where(
        ExamBoard.institution_id == institution_id, ExamBoard.key == board_key, ExamBoard.kind == str(kind),
    )
    board = session.scalars(wanted).first()
    if board is None:
        raise NotFound("There is no such board.")
    return board


def find_open(session: Session, institution_id: int, board_key: str, kind: str = Authority.CAIRN) -> ExamBoard:
    """A board that has not decided yet, locked until the transaction ends, so that two clicks do not both count."""
    board = find(session, institution_id, board_key, kind)
    session.refresh(board, ["state"], with_for_update=True)
    if board.state == "refused":
        raise Refused("put_away", "This was put away, and decides nothing any more.")
    if board.state != "open":
        raise Refused("ratified", "This board has decided; what it ratified is changed by an amendment only.")
    return board


def _note(
    session: Session, actor: Actor, board: ExamBoard, action: str, now: datetime, *, person: int | None = None,
    **details: str | int,
) -> None:
    audit.record(
        session, institution_id=board.institution_id, action=action, subject=f"board:{board.key}", now=now,
        actor=actor.person_id, person=person, details={"reference": board.reference, **details},
    )
