"""What each row of a gradebook export would do, worked out before anything is changed."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.attempts import FAILED, PASSED, Status
from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.outcome import Outcome
from lti_tool.models.people import LtiUser
from lti_tool.services import (
    gradebook_accounts,
    held,
    identity,
    outcomes,
    spreadsheet_damage,
    student_numbers,
    written_marks,
)
from lti_tool.services.capture import (
    HELD,
    NO_FIGURE,
    NOT_ON_MC,
    OF_STANDING,
    OLDER,
    UNCHANGED,
    UNCLEAR,
)
from lti_tool.services.errors import Refused
from lti_tool.services.gradebook_files import Gradebook, GradebookColumn
from lti_tool.services.outcome_values import NewOutcome, share
from lti_tool.services.tables import Row, fold
from lti_tool.services.written_marks import UnreadableMark, plain


@dataclass(frozen=True, kw_only=True)
class RowPlan:
    """What one row of the file would do. ``was``: the mark that stands now; ``text``: what is wrong, and the remedy."""

    line: int
    kind: str
    learner: str = ""  # the key of the registration
    mark: str = ""
    was: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A row's plan with what is needed to carry it out; ``reason`` says why nobody knows whose it is.

    A learner's row without a result shows no figure, and is news where the LMS showed one.
    """

    plan: RowPlan
    row: Row | None = None
    result: NewOutcome | None = None
    enrolment: Enrolment | None = None
    reason: str = held.UNKNOWN


def planned_rows(
    session: Session, part: RunComponent, book: Gradebook, column: GradebookColumn, most: Decimal, now: datetime,
    *, newer: Collection[int] = (), should_stand: bool = False,
) -> list[Planned]:
    """What each row of a column would do to a component.

    ``newer``: the registrations for which the file is known to be older than what is here; ``should_stand``: a person
    wants it to stand all the same.
    """
    standing = outcomes.standing_now_of_all(session, part)
    planned = list(_read(session, part, book, column, most, now, standing))
    aged = [_aged(entry, standing, not should_stand) if _owner_id(entry) in newer else entry for entry in planned]
    return _foreseen(session, part, aged, standing)


def _owner_id(entry: Planned) -> int | None:
    return entry.enrolment.id if entry.enrolment is not None else None


def _aged(entry: Planned, standing: Mapping[int, Outcome], is_older: bool) -> Planned:
    """A row of a file that was taken in before; where it says what stands, its age is of no matter."""
    if entry.result is None:
        return replace(entry, enrolment=None) if is_older else entry
    if entry.enrolment is None or _is_same(standing.get(entry.enrolment.id), entry.result):
        return entry
    return replace(entry, result=replace(entry.result, is_older=is_older))


def _kind(foreseen: str | None, stands: Outcome | None, result: NewOutcome) -> str:
    """What a result with this standing does, in the words of a preview; what says what stands is no news."""
    if foreseen is None:
        return OLDER if result.is_older else UNCHANGED
    return UNCHANGED if foreseen == outcomes.COUNTED and _is_same(stands, result) else OF_STANDING[foreseen]


def _foreseen(
    session: Session, part: RunComponent, planned: list[Planned], standing: Mapping[int, Outcome]
) -> list[Planned]:
    """The same rows with what appending would do; nothing else is promised."""
    known = {n: (entry.enrolment, entry.result) for n, entry in enumerate(planned) if entry.enrolment and entry.result}
    found = dict(zip(known, outcomes.foresee(session, part, list(known.values())), strict=True))
    for n, (enrolment, result) in known.items():
        kind = _kind(found[n], standing.get(enrolment.id), result)
        planned[n] = replace(planned[n], plan=replace(planned[n].plan, kind=kind))
    return planned


def _read(
    session: Session, part: RunComponent, book: Gradebook, column: GradebookColumn, most: Decimal, now: datetime,
    standing: Mapping[int, Outcome],
) -> Iterator[Planned]:
    owners = _Owners(session, part, book)
    for row in book.rows:
        hints = book.hints_in(row)
        owner = owners.of(hints)
        plan = _blank(row, owner, standing)
        cell = row.get(fold(column.name))
        damage = owners.damage_to(book.number_in(row)) if owner in (None, held.UNKNOWN) else ""
        if damage:
            yield Planned(plan=replace(plan, kind=UNCLEAR, text=damage))
        elif owner is None:
            yield Planned(plan=replace(plan, kind=NOT_ON_MC))
        elif written_marks.is_figureless(cell):
            learner = _if_news(owner, book.time_of(row), standing)
            yield Planned(plan=replace(plan, kind=NO_FIGURE), enrolment=learner)
        else:
            try:
                result = _result(part, book, row, cell, most, now)
            except UnreadableMark as error:
                yield Planned(plan=replace(plan, kind=UNCLEAR, text=_unclear(cell, error)))
                continue
            account = owners.account_of(hints)
            result = replace(result, lti_user_id=account.id if account else None)
            yield _with_owner(plan, row, result, owner)


def _if_news(owner: Enrolment | str, at: datetime | None, standing: Mapping[int, Outcome]) -> Enrolment | None:
    """The learner of an empty cell, unless the export was made before the LMS showed what stands."""
    if not isinstance(owner, Enrolment):
        return None
    stands = standing.get(owner.id)
    shown_at = stands.source_at if stands is not None else None
    return None if at is not None and shown_at is not None and at < shown_at else owner


def _blank(row: Row, owner: Enrolment | str | None, standing: Mapping[int, Outcome]) -> RowPlan:
    """Whose the row is and what stands for them, whatever it turns out to do."""
    if not isinstance(owner, Enrolment):
        return RowPlan(line=row.line, kind=HELD)
    stands = standing.get(owner.id)
    was = "" if stands is None else stands.gate or (plain(stands.raw) if stands.raw is not None else stands.status)
    return RowPlan(line=row.line, kind=HELD, learner=owner.key, was=was)


def _unclear(cell: str, error: UnreadableMark) -> str:
    if cell.upper() in ("EX", "EXCUSED"):
        return "Excused is no mark. If the learner is exempt, say so on the marksheet."
    return f"What stands here {error} Correct it in the LMS and export again."


def _result(part: RunComponent, book: Gradebook, row: Row, cell: str, most: Decimal, now: datetime) -> NewOutcome:
    mark = written_marks.read(cell, maximum=most)
    is_gate = part.component is not None and part.component.is_gate
    if is_gate and mark not in (0, most):
        raise UnreadableMark(f"is neither 0 nor {plain(most)}, so it says neither fail nor pass.")
    verdict = PASSED if mark else FAILED
    return NewOutcome(
        source=book.source, status=Status.MARKED, read_at=now, source_at=book.time_of(row),
        raw=None if is_gate else mark, out_of=None if is_gate else most, gate=verdict if is_gate else "",
    )


class _Owners:
    """Whose the rows of a file are, known in a handful of queries however many rows there are."""

    def __init__(self, session: Session, part: RunComponent, book: Gradebook) -> None:
        self._institution = student_numbers.institution_of(session, part.institution_id)
        self._accounts = gradebook_accounts.Accounts(session, part.run_id)
        numbers = {student_numbers.normalise(self._institution, book.number_in(row)) for row in book.rows}
        self._people = student_numbers.people_with(session, part.institution_id, numbers - {""})
        self._damage = spreadsheet_damage.Damage(session, part.run_id)
        self._learners: dict[int, list[Enrolment]] = defaultdict(list)
        for enrolment in session.scalars(
            select(Enrolment).where(Enrolment.run_id == part.run_id).order_by(Enrolment.id)
        ):
            self._learners[enrolment.person_id].append(enrolment)

    def account_of(self, hints: Mapping[str, str]) -> LtiUser | None:
        """The LMS account that a row names."""
        return self._accounts.of(hints.get("email", ""))

    def of(self, hints: Mapping[str, str]) -> Enrolment | str | None:
        """The learner of a row, or why nobody knows, or nobody of ours: what a person said of the account comes before
        the ID number that stands in the file."""
        account = self.account_of(hints)
        number = student_numbers.normalise(self._institution, hints.get("number", ""))
        if account is not None and account.match == identity.CONFIRMED:
            person_id = account.person_id
        elif account is not None and (account.match == identity.AMBIGUOUS or self._disagree(account, number)):
            return held.AMBIGUOUS
        elif not number:
            return held.UNKNOWN
        else:
            person_id = self._people.get(number)
        if person_id is None:
            return held.UNKNOWN if account is not None and self._accounts.looks_missing(account) else None
        try:
            return held.the_one(self._learners.get(person_id, ()))
        except Refused:
            return held.AMBIGUOUS

    def damage_to(self, number: str) -> str:
        """What a spreadsheet has done to an ID number that names nobody, with the remedy; empty where it is whole."""
        return self._damage.to(number)

    def _disagree(self, account: LtiUser, number: str) -> bool:
        """Whether the account is one person's, and the number in the file another's (I12)."""
        return account.person_id is not None and number in self._people and self._people[number] != account.person_id


def _with_owner(plan: RowPlan, row: Row, result: NewOutcome, owner: Enrolment | str) -> Planned:
    mark = result.gate or plain(result.raw or Decimal(0))
    if isinstance(owner, str):
        text = (
            "There is no usable ID number here, so nobody knows whose mark this is. It waits until registry says."
            if owner == held.UNKNOWN else
            "It is not clear whose mark this is: account and ID number name two people, or one person has two "
            "registrations on this run. It waits until registry says."
        )
        return Planned(plan=replace(plan, mark=mark, text=text), row=row, result=result, reason=owner)
    return Planned(plan=replace(plan, mark=mark), row=row, result=result, enrolment=owner)


def _is_same(stands: Outcome | None, result: NewOutcome) -> bool:
    if stands is None or stands.gate != result.gate or (stands.raw is None) != (result.raw is None):
        return False
    if stands.raw is None or result.raw is None:
        return stands.status == result.status
    return share(stands.raw, stands.out_of) == share(result.raw, result.out_of)


def without_rivals(planned: list[Planned]) -> list[Planned]:
    """Two rows of one learner with two marks: neither is taken, both are named."""
    marks, lines = defaultdict(set), defaultdict(list)
    for entry in planned:
        if entry.enrolment is not None and entry.result is not None:
            marks[entry.plan.learner].add(entry.plan.mark)
            lines[entry.plan.learner].append(entry.plan.line)
    return [
        entry if len(marks[entry.plan.learner]) < 2 else _rival(entry.plan, lines[entry.plan.learner])
        for entry in planned
    ]


def _rival(plan: RowPlan, lines: list[int]) -> Planned:
    said = " and ".join(str(line) for line in lines)
    text = f"Lines {said} give one learner two marks. Keep one of them."
    return Planned(plan=replace(plan, kind=UNCLEAR, text=text))
