"""Which boards somebody may open, which runs wait for one, and who may sit on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Authority, Role
from lti_tool.models.award import Award
from lti_tool.models.board import BoardCase, BoardMember, Decision, ExamBoard
from lti_tool.models.catalogue import AchievementVersion, Enrolment, Run
from lti_tool.models.people import Person, StaffAccount, StaffRole
from lti_tool.services import board_members
from lti_tool.services.actors import Actor
from lti_tool.services.errors import NotFound

EVERY_BOARD = (Role.REGISTRY, Role.SECRETARY, Role.AUDITOR)  # the others open those that they sit on
SEATED = (Role.CHAIR, Role.SECRETARY, Role.EXTERNAL, Role.BOARD_MEMBER)


@dataclass(frozen=True, kw_only=True)
class RunWaiting:
    """A run with results that nobody has ratified, and on how many of its learners."""

    key: str
    code: str
    title: str
    occurrence: str
    period: str
    learners: int
    waiting: int
    is_listed: bool  # on a board that has not decided yet

    @property
    def label(self) -> str:
        return " ".join(part for part in (self.code, self.occurrence, self.period) if part)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody with a board role, the parts that it fits, and the one that it suggests."""

    key: str
    name: str
    roles: tuple[str, ...]

    @property
    def parts(self) -> list[str]:
        return board_members.parts_for(self.roles)

    @property
    def part(self) -> str:
        return "external" if "external" in self.roles else "secretary" if self.roles == ("secretary",) else ""


def seen_by(session: Session, actor: Actor, kind: str = Authority.CAIRN) -> Sequence[ExamBoard]:
    """The boards that somebody may open, newest first."""
    wanted = select(ExamBoard).where(ExamBoard.institution_id == actor.institution_id, ExamBoard.kind == str(kind))
    if not actor.has(*EVERY_BOARD):
        mine = select(BoardMember.board_id).where(BoardMember.person_id == actor.person_id)
        wanted = wanted.where(ExamBoard.id.in_(mine))
    return session.scalars(wanted.order_by(ExamBoard.held_on.desc(), ExamBoard.id.desc())).all()


def every(session: Session, institution_id: int, kind: str) -> Sequence[ExamBoard]:
    """All of a kind, newest first."""
    wanted = select(ExamBoard).where(ExamBoard.institution_id == institution_id, ExamBoard.kind == str(kind))
    return session.scalars(wanted.order_by(ExamBoard.held_on.desc(), ExamBoard.id.desc())).all()


def require_seat(session: Session, actor: Actor, board_key: str) -> None:
    """A board that somebody may not open is not there for them. Raises :class:`NotFound`."""
    if board_key not in {board.key for board in seen_by(session, actor)}:
        raise NotFound("There is no such board.")


def runs_waiting(session: Session, institution_id: int, authority: str, *, listed: bool = False) -> list[RunWaiting]:
    """Runs of this authority with results to ratify; with ``listed`` also those on a board that is open."""
    newest = select(func.max(Decision.board_number)).where(Decision.enrolment_id == Enrolment.id).scalar_subquery()
    settled = (
        select(func.max(Decision.board_number)).join(Award, Award.decision_id == Decision.id)
        .where(Award.enrolment_id == Enrolment.id).scalar_subquery()
    )
    waits = select(Enrolment.run_id, func.count(Enrolment.id)).join(Enrolment.person).where(
        Enrolment.institution_id == institution_id, Enrolment.status != "withdrawn", newest > func.coalesce(settled, 0),
        Enrolment.regulation_set_id.is_not(None), Person.erased_at.is_(None),
    ).group_by(Enrolment.run_id)
    waiting: dict[int, int] = dict(session.execute(waits).tuples().all())
    runs = session.scalars(
        select(Run).join(AchievementVersion, Run.version_id == AchievementVersion.id)
        .where(Run.id.in_(waiting), AchievementVersion.authority == authority).order_by(Run.code, Run.id)
    ).all()
    open_ones = _listed(session, institution_id)
    found = [_waiting(session, run, waiting[run.id], run.id in open_ones) for run in runs]
    return [run for run in found if listed or not run.is_listed]


def candidates(session: Session, institution_id: int) -> list[Candidate]:
    """Everybody who may sit on a board, by name."""
    rows = session.execute(
        select(Person, StaffRole.role).join(StaffAccount, StaffAccount.person_id == Person.id)
        .join(StaffRole, StaffRole.account_id == StaffAccount.id)
        .where(StaffAccount.institution_id == institution_id, StaffAccount.is_active, StaffRole.role.in_(SEATED))
        .order_by(Person.display_name, Person.id, StaffRole.role)
    )
    roles: dict[int, list[str]] = {}
    people: dict[int, Person] = {}
    for person, role in rows:
        people[person.id] = person
        roles.setdefault(person.id, []).append(role)
    return [
        Candidate(key=person.key, name=person.display_name, roles=tuple(dict.fromkeys(roles[person.id])))
        for person in people.values()
    ]


def _listed(session: Session, institution_id: int) -> set[int]:
    return set(session.scalars(
        select(Enrolment.run_id).join(BoardCase, BoardCase.enrolment_id == Enrolment.id)
        .join(ExamBoard, BoardCase.board_id == ExamBoard.id)
        .where(ExamBoard.institution_id == institution_id, ExamBoard.state == "open").distinct()
    ))


def _waiting(session: Session, run: Run, waiting: int, is_listed: bool) -> RunWaiting:
    learners = session.scalar(select(func.count(Enrolment.id)).where(Enrolment.run_id == run.id)) or 0
    return RunWaiting(
        key=run.key, code=run.code, title=run.title, occurrence=run.occurrence, period=run.period, learners=learners,
        waiting=waiting, is_listed=is_listed,
    )
