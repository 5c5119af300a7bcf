"""The pack of a board: what is plain, what should be talked about and why, what is left out, and the quorum."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.domain.regulations import Regulations
from lti_tool.models.board import Amendment, BoardCase, BoardMember, Decision, ExamBoard, Ratification
from lti_tool.models.catalogue import AchievementVersion, Enrolment, Run, RunComponent
from lti_tool.models.outcome import HeldResult
from lti_tool.services import amendments, board_members, boards, cases, credits_given, rulebook, separation
from lti_tool.services.cases import Case, Reason

BOUNDARY = Fraction(2, 100)  # of the scale: two marks of a hundred
KINDS = (
    ("RESIT", "fail", "Not passed; another attempt is due."),
    ("FAIL_FINAL", "fail", "Not passed, and no attempt is left."),
    ("NOT_YET", "fail", "Not all outcomes are met yet."),
    ("CREDIT_REFUSED", "credit_refused", "Passed, but too little was submitted for credit."),
    ("DEFERRED", "deferred", "Deferred with good cause; no attempt is used."),
)


@dataclass(frozen=True, kw_only=True)
class PackCase:
    """One case with the reasons to talk about it, or those that keep it back."""

    case: Case
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Pack:
    """What the board sees; ``digest`` is the list to ratify as seen here, ``count`` how many are on it (I28)."""

    board: ExamBoard
    members: Sequence[BoardMember]
    plain: tuple[PackCase, ...]
    to_discuss: tuple[PackCase, ...]
    left_out: tuple[PackCase, ...]
    is_quorate: bool
    quorum: str
    digest: str
    amendments: tuple[Amendment, ...]
    unknown_results: int

    @property
    def count(self) -> int:
        return len(self.plain) + len(self.to_discuss)


def pack(session: Session, institution_id: int, board_key: str) -> Pack:
    """Read a board's pack; nothing is written, and what changed since the list was made is kept back and said."""
    board = boards.find(session, institution_id, board_key)
    found = separation.judged(session, board, cases.listed(session, board))
    ready = [PackCase(case=case, reasons=reasons_to_discuss(session, case)) for case in found if case.is_ready]
    attendance = board_members.attendance_of(board)
    runs = {case.enrolment.run for case in found}
    return Pack(
        board=board, members=board.members,
        plain=tuple(item for item in ready if not item.reasons),
        to_discuss=tuple(item for item in ready if item.reasons),
        left_out=tuple(PackCase(case=case, reasons=case.blockers) for case in found if not case.is_ready),
        is_quorate=attendance.is_quorate, quorum=attendance.in_words, digest=cases.digest_of(found),
        amendments=_reported(session, board, runs), unknown_results=_unknown_results(session, runs),
    )


def reasons_to_discuss(session: Session, case: Case) -> tuple[Reason, ...]:
    """Why a case deserves a thought; none for a plain pass."""
    decision = case.decision
    found = [Reason(code=code, text=text) for kind, code, text in KINDS if kind == decision.kind]
    regulations = rulebook.regulations_of(session, case.enrolment)
    found += _boundary(decision, regulations) if regulations else []
    figures = decision.figures
    if any(figure["penalty"] not in (None, "0") for figure in figures):
        found.append(Reason(code="late", text="A late penalty lowered a mark."))
    if decision.is_capped:
        found.append(Reason(code="capped", text="A cap lowered a mark."))
    if any(figure["status"] == "misconduct_zero" for figure in figures):
        found.append(Reason(code="misconduct", text="A zero was set as a penalty."))
    if decision.credit and credits_given.elsewhere(session, case.enrolment):
        found.append(Reason(code="credit_given_before", text="Credit for this was given before; none will be added."))
    return tuple(found)


def _boundary(decision: Decision, regulations: Regulations) -> list[Reason]:
    """Just below the pass mark or a better grade."""
    if decision.overall is None:
        return []
    overall, near = Fraction(decision.overall), BOUNDARY * regulations.scale.maximum
    steps = regulations.grades.steps if regulations.grades else ()
    words = {regulations.pass_mark: "a pass"} | {step: word for step, word in steps if step > regulations.pass_mark}
    below = [word for step, word in words.items() if 0 < step - overall <= near]
    return [Reason(code="boundary", text=f"Just below {word}.") for word in below]


def _reported(session: Session, board: ExamBoard, runs: Iterable[Run]) -> tuple[Amendment, ...]:
    """Amendments of these micro-credentials that no board has been told of yet."""
    families = {run.version.achievement_id for run in runs}
    own = session.scalar(select(Ratification.ratified_at).where(Ratification.board_id == board.id))
    earlier = (
        select(func.max(Ratification.ratified_at)).join(BoardCase, BoardCase.board_id == Ratification.board_id)
        .join(Enrolment, BoardCase.enrolment_id == Enrolment.id).join(Run, Enrolment.run_id == Run.id)
        .join(AchievementVersion, Run.version_id == AchievementVersion.id)
        .where(AchievementVersion.achievement_id.in_(families), Ratification.board_id != board.id)
    )
    since = session.scalar(earlier if own is None else earlier.where(Ratification.ratified_at < own))
    found = amendments.amendments_since(session, board.institution_id, since, achievement_ids=families)
    return tuple(item for item in found if own is None or (item.decided_at is not None and item.decided_at <= own))


def _unknown_results(session: Session, runs: Iterable[Run]) -> int:
    """Results on these runs that wait for somebody to say whose they are."""
    waiting = select(func.count(HeldResult.id)).join(RunComponent, HeldResult.run_component_id == RunComponent.id)
    return session.scalar(waiting.where(
        RunComponent.run_id.in_([run.id for run in runs]), HeldResult.resolved_at.is_(None),
    )) or 0
