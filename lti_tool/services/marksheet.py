"""Writing on a marksheet: pasted or typed, checked line by line, and taken all together or not at all.

Every entry carries what its writer saw, so that two markers never overwrite each other without noticing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from lti_tool.domain.attempts import Status
from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.outcome import Judgement, Outcome
from lti_tool.services import (
    columns,
    follow_up,
    lms_figures,
    marksheet_words,
    outcomes,
    student_numbers,
)
from lti_tool.services.actors import Actor
from lti_tool.services.errors import Refused
from lti_tool.services.marksheet_lines import (
    NOTHING,
    WITHDRAWN,
    Line,
    Sheet,
    enrolments_on,
    judgement_on,
    kind_of,
    numbers_on,
    seen_of,
    sheet,
    standing_on,
)
from lti_tool.services.marksheet_words import JUDGEMENT, Written
from lti_tool.services.outcome_values import LMS, MARKSHEET, NewOutcome
from lti_tool.services.run_components import run_component, take_in_turn
from lti_tool.services.written_marks import UnreadableMark

__all__ = ["Applied", "Checked", "Entry", "Line", "Problem", "Sheet", "apply", "check", "paste", "sheet"]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What somebody writes on one line. No ``text``: the result stays, only the facts about the submission are told."""

    enrolment_key: str
    text: str = ""
    seen: str = NOTHING
    attempt: int | None = None
    submitted_at: datetime | None = None
    extension_hours: int | None = None
    agreed_by: str = ""
    line: int = 0  # where it was pasted


@dataclass(frozen=True, kw_only=True)
class Problem:
    """An entry that cannot be taken: the line or registration, and what to do."""

    line: int
    enrolment_key: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Entries as they would be taken, and those that cannot."""

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What became of a marksheet: registrations with something new, and how many were as they stood."""

    changed: tuple[str, ...]
    unchanged: int
    outcomes: tuple[Outcome, ...] = field(default=(), repr=False)


def paste(session: Session, actor: Actor, run_component_key: str, text: str) -> Checked:
    """Turn pasted lines into entries and check them; each line that will not do is named."""
    part = run_component(session, actor, run_component_key)
    institution = student_numbers.institution_of(session, part.institution_id)
    by_number = {number: person_id for person_id, number in numbers_on(session, part).items()}
    lines = {line.number: line for line in sheet(session, actor, run_component_key).lines if line.number in by_number}
    entries, problems, seen = [], [], set()
    for found in marksheet_words.pasted(text):
        number = student_numbers.normalise(institution, found.number)
        line = lines.get(number)
        if line is None:
            problems.append(
                _problem(
                    found.line, "", "This student number is not on the marksheet. Correct it or leave the line out."
                )
            )
        elif number in seen:
            problems.append(
                _problem(
                    found.line, line.enrolment_key, "This learner stands in an earlier line already. Keep one of them."
                )
            )
        elif not found.text:
            problems.append(_problem(found.line, line.enrolment_key, "There is no mark behind the student number."))
        else:
            entries.append(Entry(enrolment_key=line.enrolment_key, text=found.text, seen=line.seen, line=found.line))
        seen.add(number)
    checked = check(session, actor, run_component_key, entries)
    problems = sorted([*problems, *checked.problems], key=lambda problem: problem.line)
    return Checked(entries=checked.entries, problems=tuple(problems))


def check(session: Session, actor: Actor, run_component_key: str, entries: Iterable[Entry]) -> Checked:
    """Which entries could be taken as they stand, and what is wrong with the others. Nothing is changed."""
    part = run_component(session, actor, run_component_key)
    known = {enrolment.key: enrolment for enrolment in enrolments_on(session, part)}
    maximum, kind = columns.maximum_of(session, part), kind_of(part)
    in_lms = lms_figures.newest(session, part)
    good, problems = [], []
    for entry in entries:
        text = _wrong(entry, known.get(entry.enrolment_key), part, kind, maximum, in_lms)
        if text:
            problems.append(_problem(entry.line, entry.enrolment_key, text))
        else:
            good.append(entry)
    return Checked(entries=tuple(good), problems=tuple(problems))


def apply(
    session: Session, actor: Actor, run_component_key: str, entries: Sequence[Entry], now: datetime
) -> Applied:
    """Take these entries, all or none. Raises :class:`Refused` when one will not do, or was changed meanwhile."""
    part = run_component(session, actor, run_component_key)
    take_in_turn(session, part)
    wrong = check(session, actor, run_component_key, entries).problems
    if wrong:
        raise Refused("entries", f"{len(wrong)} of these lines cannot be taken. The first: {wrong[0].text}")
    known = {enrolment.key: enrolment for enrolment in enrolments_on(session, part)}
    _refuse_overwriting(session, part, entries, known)
    take: Callable[..., bool | Outcome | None] = _judge if kind_of(part) == JUDGEMENT else _mark
    taken = [(known[entry.enrolment_key], take(session, actor, part, known[entry.enrolment_key], entry, now))
             for entry in entries]
    appended = [outcome for _, outcome in taken if isinstance(outcome, Outcome)]
    follow_up.after(session, appended, now)
    follow_up.after_change(session, [enrolment for enrolment, judged in taken if judged is True], now)
    changed = tuple(enrolment.key for enrolment, result in taken if result)
    return Applied(changed=changed, unchanged=len(taken) - len(changed), outcomes=tuple(appended))


def _wrong(
    entry: Entry, enrolment: Enrolment | None, part: RunComponent, kind: str, maximum: Decimal,
    in_lms: Mapping[int, Outcome],
) -> str:
    if enrolment is None:
        return "This registration is not on the marksheet."
    if enrolment.status == WITHDRAWN:
        return "This learner has withdrawn, and gets no further results."
    if entry.extension_hours is not None and entry.extension_hours < 0:
        return "An extension has 0 hours or more."
    if not entry.text:
        return ""
    if marksheet_words.is_as_in_lms(entry.text):
        return _wrong_as_in_lms(part, kind, enrolment.id in in_lms)
    try:
        written = marksheet_words.read(entry.text, kind, maximum)
    except UnreadableMark as error:
        return f"What is written {error}"
    if part.authority == LMS and written.status == Status.MARKED and kind != JUDGEMENT:
        return (f"Marks of {columns.label_of(part)} are made in the LMS. Here you can say what it cannot: "
                f"{', '.join(marksheet_words.STATUSES)}, two markers’ marks, or when it was handed in.")
    return ""


def _wrong_as_in_lms(part: RunComponent, kind: str, is_known: bool) -> str:
    if part.authority != LMS or kind == JUDGEMENT:
        return f"{columns.label_of(part)} is marked in Cairn, so nothing stands in the LMS. Write the mark here."
    if not is_known:
        return "The LMS has given no mark for this attempt. If there is none yet, write pending."
    return ""


def _refuse_overwriting(
    session: Session, part: RunComponent, entries: Sequence[Entry], known: dict[str, Enrolment]
) -> None:
    stale = [known[entry.enrolment_key].registration for entry in entries
             if seen_of(standing_on(session, part, known[entry.enrolment_key])) != entry.seen]
    if stale:
        text = (
            f"Somebody else has changed {len(stale)} of these lines since you opened the marksheet. Look at them again."
        )
        raise Refused("changed", text)


def _mark(
    session: Session, actor: Actor, part: RunComponent, enrolment: Enrolment, entry: Entry, now: datetime
) -> Outcome | None:
    stands = outcomes.standing_now(session, enrolment, part)
    if marksheet_words.is_as_in_lms(entry.text):
        return _undo(session, actor, part, enrolment, stands, now)
    told = _from_text(session, part, entry, now) if entry.text else _restated(stands, now)
    told = replace(
        told, attempt=entry.attempt or told.attempt, submitted_at=entry.submitted_at, agreed_by=entry.agreed_by,
        extension_hours=entry.extension_hours, marked_by=actor.person_id,
    )
    if told.status == Status.CARRIED:
        newest = stands.attempt if stands else 1
        told = replace(told, from_attempt=(entry.attempt - 1) if entry.attempt else newest)
    return outcomes.append(session, enrolment, part, told, now)


def _undo(
    session: Session, actor: Actor, part: RunComponent, enrolment: Enrolment, stands: Outcome | None, now: datetime
) -> Outcome | None:
    """What the LMS said of this attempt stands again; None where it does."""
    said = lms_figures.newest(session, part, [enrolment.id])[enrolment.id]
    if lms_figures.stands(said, stands):
        return None
    return outcomes.append(session, enrolment, part, lms_figures.again(said, actor.person_id), now)


def _from_text(session: Session, part: RunComponent, entry: Entry, now: datetime) -> NewOutcome:
    maximum = columns.maximum_of(session, part)
    written: Written = marksheet_words.read(entry.text, kind_of(part), maximum)
    from_attempt = 1 if written.status == Status.CARRIED else None  # the right one follows with the attempt
    return NewOutcome(
        source=MARKSHEET, status=written.status, read_at=now, raw=written.raw, gate=written.gate,
        out_of=maximum if written.raw is not None or written.markers else None, markers=written.markers,
        from_attempt=from_attempt,
    )


def _restated(stands: Outcome | None, now: datetime) -> NewOutcome:
    """The result as it stands, to be told again with what is known of its submission; without one, still waited for."""
    if stands is None:
        return NewOutcome(source=MARKSHEET, status=Status.PENDING, read_at=now)
    return NewOutcome(
        source=MARKSHEET, status=stands.status, read_at=now, raw=stands.raw, out_of=stands.out_of, gate=stands.gate,
        attempt=stands.attempt, board_number=stands.board_number, from_attempt=stands.from_attempt,
        is_first_sit=stands.is_first_sit, markers=tuple(Decimal(marker) for marker in stands.markers),
    )


def _judge(
    session: Session, actor: Actor, part: RunComponent, enrolment: Enrolment, entry: Entry, now: datetime
) -> bool:
    written = marksheet_words.read(entry.text, JUDGEMENT, Decimal(0)) if entry.text else None
    if written is None or written.met is None or part.component is None:
        return False
    stands = judgement_on(session, part, enrolment)
    said = (written.met, written.agreed, enrolment.run.board_number)
    if stands is not None and (stands.is_met, stands.is_agreed, stands.board_number) == said:
        return False
    session.add(Judgement(
        institution_id=part.institution_id, enrolment_id=enrolment.id, outcome=part.component.code, is_met=written.met,
        is_agreed=written.agreed, board_number=enrolment.run.board_number, marked_by=actor.person_id, judged_at=now,
    ))
    session.flush()
    return True


def _problem(line: int, enrolment_key: str, text: str) -> Problem:
    return Problem(line=line, enrolment_key=enrolment_key, text=text)
