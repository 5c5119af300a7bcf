"""Read models of a course: the instructor's home, and the table of learners. They show; they change nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.attempts import Status
from lti_tool.domain.ratification import Role
from lti_tool.models.board import Decision
from lti_tool.models.catalogue import Enrolment, Run, RunComponent
from lti_tool.models.outcome import CaptureRun, Judgement, Outcome
from lti_tool.models.people import LtiUser, Membership, Person
from lti_tool.models.platform import Context, LineItem, ResourceLink
from lti_tool.services import columns, courses, denials, identity, outcomes, quarantine, standing
from lti_tool.services.errors import NotFound
from lti_tool.services.written_marks import plain

WITHDRAWN, PAUSED = "withdrawn", "paused"
WAITING = frozenset({Status.PENDING, Status.UNAGREED})


@dataclass(frozen=True, kw_only=True)
class ComponentState:
    """One component on the instructor's home."""

    run_component_key: str
    title: str
    authority: str
    is_linked: bool
    unmarked: int
    last_read_at: datetime | None
    problem: str


@dataclass(frozen=True, kw_only=True)
class RunState:
    """One run on the instructor's home: linked n of m, who is on it, what is missing, when the board meets."""

    run_key: str
    title: str
    linked: int
    components: tuple[ComponentState, ...]
    learners: int
    paused: int  # of these, on leave
    withdrawn: int
    unseen: int  # on the micro-credential, and not in this course as far as the LMS shows
    unmarked: int
    board_on: date | None
    board_number: int

    @property
    def of(self) -> int:
        return len(self.components)


@dataclass(frozen=True, kw_only=True)
class Home:
    """The instructor's first screen."""

    course: str
    runs: tuple[RunState, ...]
    degree_students: int
    quarantined: int
    roster_read_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One learner's result on one component. ``text`` is empty where there is no figure (I4)."""

    text: str
    status: str
    attempt: int
    source: str


@dataclass(frozen=True, kw_only=True)
class LearnerRow:
    """One learner of a run. Personal data: name, marks; for those who mark, and the registry."""

    enrolment_key: str
    name: str
    registration: str
    category: str
    status: str
    is_in_lms: bool
    cells: tuple[Cell, ...]
    decision: str
    overall: str
    is_ratified: bool  # what is shown was ratified, and nothing further is to come
    is_late: bool  # the facts are not those that were ratified, and nobody has amended the result
    denial: str  # why ours is not to come: another figure is agreed in the record system, or kept by registry


@dataclass(frozen=True, kw_only=True)
class Table:
    """The learners of a run, by name, with one cell per component."""

    run_key: str
    components: tuple[str, ...]
    rows: tuple[LearnerRow, ...]


def home(session: Session, institution_id: int, context_key: str) -> Home:
    """What an instructor sees first in a course."""
    context = session.scalar(
        select(Context).where(Context.institution_id == institution_id, Context.key == context_key)
    )
    if context is None:
        raise NotFound("course")
    runs = courses.runs_in(session, context.id)
    return Home(
        course=context.title or context.label, runs=tuple(_run_state(session, context, run) for run in runs),
        degree_students=degree_students(session, institution_id, context.id, runs),
        quarantined=len(quarantine.quarantine(session, institution_id, [context.id])),
        roster_read_at=context.roster_read_at,
    )


def degree_students(session: Session, institution_id: int, context_id: int, runs: Sequence[Run]) -> int:
    """Learners of the course who are somebody, and not on the micro-credential: they stay out, and are counted."""
    on_it = select(Enrolment.person_id).where(Enrolment.run_id.in_([run.id for run in runs]))
    users = session.scalars(
        select(LtiUser).join(Membership, Membership.lti_user_id == LtiUser.id).where(
            Membership.context_id == context_id, Membership.role == Role.LEARNER, Membership.is_active.is_(True)
        )
    ).all()
    enrolled = set(session.scalars(on_it))
    riddles = {account.lti_user_key for account in quarantine.quarantine(session, institution_id, [context_id])}
    return sum(
        user.person_id not in enrolled if user.person_id is not None
        else (user.match, user.match_reason) == (identity.NONE, identity.NUMBER_UNKNOWN) and user.key not in riddles
        for user in users
    )


def table(session: Session, institution_id: int, run_key: str) -> Table:
    """Every learner of a run, with what stands on each component and what the rules make of it."""
    run = session.scalar(select(Run).where(Run.institution_id == institution_id, Run.key == run_key))
    if run is None:
        raise NotFound("run")
    parts = _parts(run)
    known = _Known(session, run)
    rows = tuple(_row(enrolment, parts, known) for enrolment in known.enrolments)
    return Table(run_key=run.key, components=tuple(columns.label_of(part) for part in parts), rows=rows)


class _Known:
    """What is known of a run's learners, read in a handful of queries however many they are."""

    def __init__(self, session: Session, run: Run) -> None:
        self.enrolments = list(session.scalars(
            select(Enrolment).join(Person, Enrolment.person_id == Person.id).where(Enrolment.run_id == run.id)
            .order_by(Person.family_name, Person.given_name, Enrolment.id)
        ))
        on_run = [enrolment.id for enrolment in self.enrolments]
        self.marks = {(row.enrolment_id, row.run_component_id): row for row in session.scalars(
            select(Outcome).where(Outcome.enrolment_id.in_(on_run), Outcome.standing == outcomes.COUNTED)
            .order_by(Outcome.id)
        )}
        self.judgements = {(row.enrolment_id, row.outcome): row for row in session.scalars(
            select(Judgement).where(Judgement.enrolment_id.in_(on_run)).order_by(Judgement.id)
        )}
        decisions = session.scalars(
            select(Decision).where(Decision.enrolment_id.in_(on_run)).order_by(Decision.number)
        ).all()
        self.decisions = {row.enrolment_id: row for row in decisions}
        self.ratified = self._ratified(session, {row.id: row for row in decisions})
        newest = {(row.enrolment_id, row.board_number): row for row in decisions}
        self.late = {
            row.enrolment_id for row in self.ratified.values()
            if newest[row.enrolment_id, row.board_number].inputs_digest != row.inputs_digest
        }
        self.decisions |= self.ratified
        self.denials = {
            enrolment_id: denial for enrolment_id, denial in denials.of_all(session, on_run).items()
            if enrolment_id in self.decisions and enrolment_id not in self.ratified
        }
        self.in_lms = set(session.scalars(
            select(LtiUser.person_id).join(Membership, Membership.lti_user_id == LtiUser.id).where(
                Membership.context_id.in_(courses.context_ids_of(session, run.id)), Membership.is_active.is_(True),
                LtiUser.person_id.is_not(None),
            )
        ))

    def _ratified(self, session: Session, decisions: Mapping[int, Decision]) -> dict[int, Decision]:
        """The decision of the award that stands, where nothing further is to come before the next board."""
        versions = standing.histories(session, [enrolment.id for enrolment in self.enrolments])
        found = {
            enrolment_id: decisions[awards[-1].decision_id]
            for enrolment_id, awards in standing.standing_of_all(session, versions).items() if awards
        }
        left = {enrolment.id for enrolment in self.enrolments if enrolment.status == WITHDRAWN}
        return {
            enrolment_id: row for enrolment_id, row in found.items()
            if enrolment_id in left or self.decisions[enrolment_id].board_number <= row.board_number
        }

    def is_unmarked(self, enrolment: Enrolment, part: RunComponent) -> bool:
        """On the run and not on leave, with nothing that stands on this component, or something still waited for."""
        if enrolment.status in (WITHDRAWN, PAUSED) or part.component is None:
            return False
        if part.run.version.kind == "outcomes":
            return (enrolment.id, part.component.code) not in self.judgements
        mark = self.marks.get((enrolment.id, part.id))
        return mark is None or mark.status in WAITING


def _run_state(session: Session, context: Context, run: Run) -> RunState:
    known = _Known(session, run)
    live = [enrolment for enrolment in known.enrolments if enrolment.status != WITHDRAWN]
    states = tuple(_component_state(session, context, part, known) for part in _parts(run))
    return RunState(
        run_key=run.key, title=run.title, linked=sum(state.is_linked for state in states), components=states,
        learners=len(live), paused=sum(enrolment.status == PAUSED for enrolment in live),
        withdrawn=len(known.enrolments) - len(live),
        unseen=sum(enrolment.person_id not in known.in_lms for enrolment in live),
        unmarked=sum(state.unmarked for state in states), board_on=run.board_on, board_number=run.board_number,
    )


def _component_state(session: Session, context: Context, part: RunComponent, known: _Known) -> ComponentState:
    linked = session.scalar(select(ResourceLink.id).where(
        ResourceLink.context_id == context.id, ResourceLink.run_component_id == part.id
    ).limit(1)) or session.scalar(select(LineItem.id).where(
        LineItem.context_id == context.id, LineItem.run_component_id == part.id
    ).limit(1))
    last = session.scalar(
        select(CaptureRun).where(CaptureRun.run_component_id == part.id).order_by(CaptureRun.id.desc()).limit(1)
    )
    return ComponentState(
        run_component_key=part.key,
        title=columns.label_of(part),
        authority=part.authority,
        is_linked=linked is not None,
        unmarked=sum(known.is_unmarked(enrolment, part) for enrolment in known.enrolments),
        last_read_at=last.finished_at if last else None,
        problem=last.problem if last else "",
    )


def _parts(run: Run) -> list[RunComponent]:
    """The components of a run in the order of the descriptor; the overall result is none."""
    parts = [part for part in run.components if part.component is not None]
    return sorted(parts, key=lambda part: part.component.position if part.component else 0)


def _row(enrolment: Enrolment, parts: Sequence[RunComponent], known: _Known) -> LearnerRow:
    decision = known.decisions.get(enrolment.id)
    denial = known.denials.get(enrolment.id, "")
    is_ratified = enrolment.id in known.ratified
    may_show = (is_ratified or enrolment.status != WITHDRAWN) and not denial
    return LearnerRow(
        enrolment_key=enrolment.key, name=enrolment.person.display_name, registration=enrolment.registration,
        category=enrolment.category, status=enrolment.status, is_in_lms=enrolment.person_id in known.in_lms,
        cells=tuple(_cell(enrolment, part, known) for part in parts), decision=decision.kind if decision else "",
        overall=plain(decision.overall) if decision and decision.overall is not None and may_show else "",
        is_ratified=is_ratified, is_late=enrolment.id in known.late, denial=denial,
    )


def _cell(enrolment: Enrolment, part: RunComponent, known: _Known) -> Cell:
    judged = known.judgements.get((enrolment.id, part.component.code if part.component else ""))
    if judged is not None and part.run.version.kind == "outcomes":
        said = "met" if judged.is_met else "not yet"
        return Cell(text=said, status="marked" if judged.is_agreed else "unagreed", attempt=1, source="marksheet")
    mark = known.marks.get((enrolment.id, part.id))
    if mark is None:
        return Cell(text="", status="", attempt=0, source="")
    text = mark.gate or (plain(mark.raw) if mark.raw is not None else "")
    return Cell(text=text, status=mark.status, attempt=mark.attempt, source=mark.source)
