"""Who sits on a board, who takes part, and who stays out of which learner's decision."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.quorum import Attendance
from lti_tool.domain.ratification import Role
from lti_tool.models.board import BoardCase, BoardMember, Conflict, ExamBoard
from lti_tool.models.people import Person, StaffAccount, StaffRole
from lti_tool.services.errors import NotFound, Refused

CHAIR, INTERNAL, EXTERNAL, SECRETARY = PARTS = ("chair", "internal", "external", "secretary")
FITTING: Mapping[str, frozenset[str]] = {  # who may take which part, or a quorum would count anybody
    CHAIR: frozenset({Role.CHAIR}), INTERNAL: frozenset({Role.CHAIR, Role.BOARD_MEMBER}),
    EXTERNAL: frozenset({Role.EXTERNAL}), SECRETARY: frozenset({Role.SECRETARY}),
}


def parts_for(roles: Collection[str]) -> list[str]:
    """The parts that somebody with these institutional roles may take on a board."""
    return [part for part in PARTS if FITTING[part] & set(roles)]


def seat(session: Session, board: ExamBoard, members: Mapping[str, str]) -> None:
    """Give each person (by key) a part on the board that fits a role of theirs. Exactly one of them chairs."""
    found = session.scalars(select(Person).where(
        Person.institution_id == board.institution_id, Person.key.in_(members), Person.erased_at.is_(None),
    )).all()
    if len(found) != len(members):
        raise NotFound("There is no such person.")
    if set(members.values()) - set(PARTS) or list(members.values()).count(CHAIR) != 1:
        raise Refused("members", "A board has one chair, and its other members are internal, external or secretary.")
    roles = _roles_of(session, found)
    for person in found:
        if members[person.key] not in parts_for(roles[person.id]):
            raise Refused("members", (
                f"Somebody seated as {members[person.key]} does not have the role for that part. "
                "Choose another part; roles are given with cairn staff add."
            ))
        board.members.append(BoardMember(institution_id=board.institution_id, person=person, part=members[person.key]))
    session.flush()


def _roles_of(session: Session, people: Collection[Person]) -> Mapping[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = session.execute(
        select(StaffAccount.person_id, StaffRole.role).join(StaffRole, StaffRole.account_id == StaffAccount.id)
        .where(StaffAccount.person_id.in_([person.id for person in people]), StaffAccount.is_active)
    )
    for person_id, role in rows:
        found[person_id].add(role)
    return found


def chair_of(board: ExamBoard) -> BoardMember:
    """The one who chairs."""
    return next(member for member in board.members if member.part == CHAIR)


def attendance_of(board: ExamBoard) -> Attendance:
    """Members and presence as the quorum counts them: a chair is an internal examiner, a secretary does not count."""
    internal = [member for member in board.members if member.part in (CHAIR, INTERNAL)]
    external = [member for member in board.members if member.part == EXTERNAL]
    return Attendance(
        internal_members=frozenset(str(member.person_id) for member in internal),
        internal_present=frozenset(str(member.person_id) for member in internal if member.is_present),
        external_present=frozenset(str(member.person_id) for member in external if member.is_present),
    )


def conflicts_of(session: Session, board: ExamBoard) -> dict[int, set[int]]:
    """By learner, the members who take no part."""
    found: dict[int, set[int]] = defaultdict(set)
    for conflict in session.scalars(select(Conflict).where(Conflict.board_id == board.id)):
        found[conflict.learner_id].add(conflict.member_id)
    return found


def keep_out(session: Session, board: ExamBoard, member: BoardMember, case: BoardCase) -> bool:
    """Write a conflict down. False: it was known already."""
    learner = case.enrolment.person_id
    if member.person_id in conflicts_of(session, board)[learner]:
        return False
    session.add(Conflict(
        institution_id=board.institution_id, board_id=board.id, member_id=member.person_id, learner_id=learner,
    ))
    session.flush()
    return True
