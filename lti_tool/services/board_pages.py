"""What a board's pages show beside the pack itself: how the marks spread, who stays out of what, one case in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.figures import text_of
from lti_tool.models.board import BoardCase, BoardMember, ExamBoard, Ratification
from lti_tool.models.people import Person
from lti_tool.services import board_members, boards, cases, courses, packs, rulebook, separation
from lti_tool.services.cases import Reason
from lti_tool.services.errors import NotFound
from lti_tool.services.packs import Pack


@dataclass(frozen=True, kw_only=True)
class Spread:
    """The overall marks of one run, with the scale that they are on."""

    label: str
    marks: Sequence[Decimal]
    maximum: str
    pass_mark: str


@dataclass(frozen=True, kw_only=True)
class CasePage:
    """One case of a board with all that speaks for and against it."""

    row: BoardCase
    reasons: tuple[Reason, ...]
    blockers: tuple[Reason, ...]
    kept_out: tuple[str, ...]
    free: Sequence[BoardMember]  # members without a conflict about this learner


def spreads(session: Session, pack: Pack) -> list[Spread]:
    """One spread for each run with figures; where there are outcomes instead of marks, there is none."""
    found: dict[int, Spread] = {}
    for item in (*pack.plain, *pack.to_discuss, *pack.left_out):
        enrolment, decision = item.case.enrolment, item.case.decision
        regulations = rulebook.regulations_of(session, enrolment)
        if decision.overall is None or regulations is None:
            continue
        run = enrolment.run
        before = found.get(run.id)
        found[run.id] = Spread(
            label=courses.name_of(run),
            marks=(*(before.marks if before else ()), decision.overall),
            maximum=text_of(regulations.scale.maximum), pass_mark=text_of(regulations.pass_mark),
        )
    return list(found.values())


def conflicts(session: Session, pack: Pack) -> list[tuple[str, str]]:
    """Who takes no part in whose decision, by name."""
    names = {member.person_id: member.person.display_name for member in pack.members}
    return [
        (names.get(member, ""), session.get_one(Person, learner).display_name)
        for learner, members in board_members.conflicts_of(session, pack.board).items() for member in sorted(members)
    ]


def case_of(session: Session, institution_id: int, board_key: str, case_key: str) -> CasePage:
    """One case on a board's list. Raises :class:`NotFound`."""
    board = boards.find(session, institution_id, board_key)
    row = next((row for row in board.cases if row.key == case_key), None)
    if row is None:
        raise NotFound("There is no such case on this board.")
    out = board_members.conflicts_of(session, board)[row.enrolment.person_id]
    return CasePage(
        row=row, **_for_and_against(session, board, row),
        kept_out=tuple(member.person.display_name for member in board.members if member.person_id in out),
        free=[member for member in board.members if member.person_id not in out],
    )


def ratification_of(session: Session, board: ExamBoard) -> Ratification | None:
    """The act of a board that has decided."""
    return session.scalar(select(Ratification).where(Ratification.board_id == board.id).order_by(Ratification.id))


def name_of(session: Session, person_id: int | None) -> str:
    """What somebody is called, or once erased the key that is left of them."""
    person = session.get(Person, person_id) if person_id is not None else None
    return "" if person is None else person.display_name or person.key


def _for_and_against(session: Session, board: ExamBoard, row: BoardCase) -> dict[str, tuple[Reason, ...]]:
    if board.state != "open":
        return {"reasons": (), "blockers": ()}
    case = next(case for case in separation.judged(session, board, cases.listed(session, board)) if case.row is row)
    return {"reasons": packs.reasons_to_discuss(session, case), "blockers": case.blockers}
