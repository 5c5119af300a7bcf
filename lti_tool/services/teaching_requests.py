"""A course that asks to teach a run which another course teaches; a teacher there, or registry, says yes or no.

Whoever teaches a run reads and writes all its marks. So what makes a run worth asking for (its code in the name of the
course, a learner on both rosters) opens nothing by itself. A request shows the course and its LMS, and no learner.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.catalogue import AchievementVersion, Enrolment, Run
from lti_tool.models.people import LtiUser, Membership
from lti_tool.models.platform import Context, TeachingRequest
from lti_tool.services import audit, courses, duties
from lti_tool.services.actors import Actor
from lti_tool.services.errors import NotFound, Refused

ASKED, LET_IN, REFUSED, WITHDRAWN = "asked", "let_in", "refused", "withdrawn"
ANSWERS = {LET_IN: (ASKED, REFUSED), REFUSED: (ASKED, LET_IN)}  # and what may be answered so
ASKED_ALREADY = (
    "asked", "This course has asked already. Whoever teaches the run, or registry, can still change the answer.",
)
TEACHERS_ONLY = "Only teachers of a course ask to teach a run, and answer for it."


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A run taught elsewhere that this course may ask for, and how far its request has come (empty: not asked)."""

    key: str
    title: str
    name: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as whoever answers it sees it."""

    key: str
    run: str
    course: str
    platform: str
    state: str
    asked_at: datetime
    answered_at: datetime | None


def state_of(session: Session, context: Context, run: Run) -> str:
    """What was said of this course and this run; empty where nobody asked."""
    found = _request(session, context, run)
    return "" if found is None else found.state


def states_of(session: Session, context: Context) -> dict[int, str]:
    """The same of every run, by run; what was taken back is as if it had not been asked."""
    return dict(session.execute(
        select(TeachingRequest.run_id, TeachingRequest.state).where(
            TeachingRequest.context_id == context.id, TeachingRequest.state != WITHDRAWN
        )
    ).tuples().all())


def shut_out(session: Session, actor: Actor, context: Context, run: Run, now: datetime) -> None:
    """A course that has taught the run, and may not any more: refused, as if it had asked."""
    request = _request(session, context, run)
    if request is None:
        request = TeachingRequest(
            institution_id=run.institution_id, context_id=context.id, run_id=run.id, asked_at=now, created_at=now,
        )
        session.add(request)
    request.state, request.answered_at, request.answered_by = REFUSED, now, actor.person_id
    session.flush()


def name_of_course(context: Context) -> str:
    """What the LMS calls a course."""
    return " · ".join(word for word in (context.label, context.title) if word) or context.context_id


def elsewhere(session: Session, context: Context) -> list[Elsewhere]:
    """Runs that other courses teach and that look as if they were meant here, by name."""
    taught = courses.taught_run_ids(session, context.institution_id) - set(courses.run_ids_in(session, context.id))
    shared = _with_learners_of(session, context)
    states = states_of(session, context)
    runs = session.scalars(
        select(Run).join(AchievementVersion, Run.version_id == AchievementVersion.id).where(
            Run.id.in_(taught), AchievementVersion.state == "published"
        )
    )
    found = [
        Elsewhere(key=run.key, title=run.title, name=courses.name_of(run), state=states.get(run.id, ""))
        for run in runs if run.id in shared or looks_right(context, run)
    ]
    return sorted(found, key=lambda run: run.name)


def ask(session: Session, actor: Actor, context: Context, run_key: str, now: datetime) -> Run:
    """Ask for a run. Raises :class:`NotFound` for one that does not look right here."""
    _require_teacher(actor)
    run = _run(session, context, run_key)
    if run.key not in {one.key for one in elsewhere(session, context)}:
        raise NotFound("run")
    request = _request(session, context, run)
    if request is None:
        request = TeachingRequest(
            institution_id=run.institution_id, context_id=context.id, run_id=run.id, state=WITHDRAWN, asked_at=now,
            created_at=now,
        )
        try:
            with session.begin_nested():
                session.add(request)
        except IntegrityError as error:  # another teacher of the course at the same instant
            raise Refused(*ASKED_ALREADY) from error
    if request.state != WITHDRAWN:
        raise Refused(*ASKED_ALREADY)
    request.state, request.asked_at, request.asked_by = ASKED, now, actor.person_id
    request.answered_at = request.answered_by = None
    _record(session, "ask_to_teach", actor, request, run, now)
    return run


def withdraw(session: Session, actor: Actor, context: Context, run_key: str, now: datetime) -> Run:
    """Take the request back, answered or not, before the course has joined."""
    _require_teacher(actor)
    run = _run(session, context, run_key)
    request = _request(session, context, run)
    if request is None or request.state not in (ASKED, LET_IN):
        raise Refused("not_asked", "There is nothing to take back: this course does not ask for the run.")
    _require_not_joined(session, request)
    request.state = WITHDRAWN
    _record(session, "withdraw_request", actor, request, run, now)
    return run


def for_course(session: Session, context: Context) -> list[Request]:
    """What other courses ask of the runs that this one teaches, until they have joined."""
    taught = courses.in_course(context.id)
    return _listed(session, select(TeachingRequest).where(TeachingRequest.run_id.in_(taught)))


def for_registry(session: Session, institution_id: int) -> list[Request]:
    """The same of every run of the institution."""
    return _listed(session, select(TeachingRequest).where(TeachingRequest.institution_id == institution_id))


def waiting(session: Session, institution_id: int) -> int:
    """How many nobody has answered."""
    return session.scalar(select(func.count(TeachingRequest.id)).where(
        TeachingRequest.institution_id == institution_id, TeachingRequest.state == ASKED
    )) or 0


def answer_in_course(
    session: Session, actor: Actor, context: Context, request_key: str, answer: str, now: datetime
) -> Request:
    """A teacher of a course that teaches the run says yes or no; never the course that asks."""
    _require_teacher(actor)
    request = _by_key(session, context.institution_id, request_key)
    if request.context_id == context.id or request.run_id not in courses.run_ids_in(session, context.id):
        raise NotFound("request")
    return _answer(session, actor, request, answer, now)


def answer_as_registry(session: Session, actor: Actor, request_key: str, answer: str, now: datetime) -> Request:
    """Registry says yes or no for every run of its institution."""
    duties.require_role(actor, "Only registry answers for every run.", Role.REGISTRY)
    return _answer(session, actor, _by_key(session, actor.institution_id, request_key), answer, now)


def looks_right(context: Context, run: Run) -> bool:
    """The course bears the code of the run. A teacher can type that, so it is a hint and nothing else."""
    codes = {run.code.casefold(), run.version.achievement.code.casefold()}
    words = f"{context.label} {context.title}".casefold()
    return any(code in words for code in codes)


def _answer(session: Session, actor: Actor, request: TeachingRequest, answer: str, now: datetime) -> Request:
    if answer not in ANSWERS:
        raise Refused("answer", "Let the course in, or refuse.")
    _require_not_joined(session, request)
    if request.state not in ANSWERS[answer]:
        raise Refused("state", "This request was taken back or answered so already. Look at the page again.")
    request.state, request.answered_at, request.answered_by = answer, now, actor.person_id
    action = "let_course_in" if answer == LET_IN else "refuse_course"
    _record(session, action, actor, request, session.get_one(Run, request.run_id), now)
    return _shown(session, request)


def _require_teacher(actor: Actor) -> None:
    if not actor.has(Role.INSTRUCTOR):
        raise Refused("role", TEACHERS_ONLY)


def _require_not_joined(session: Session, request: TeachingRequest) -> None:
    if request.run_id in courses.run_ids_in(session, request.context_id):
        raise Refused("joined", "This course teaches the run by now, so that there is no request any more.")


def _with_learners_of(session: Session, context: Context) -> set[int]:
    """The runs on which a learner of this course is registered; not those that its teachers study themselves."""
    return set(session.scalars(
        select(Enrolment.run_id).join(LtiUser, LtiUser.person_id == Enrolment.person_id)
        .join(Membership, Membership.lti_user_id == LtiUser.id)
        .where(Membership.context_id == context.id, Membership.role == Role.LEARNER.value).distinct()
    ))


def _run(session: Session, context: Context, key: str) -> Run:
    run = session.scalar(select(Run).where(Run.institution_id == context.institution_id, Run.key == key))
    if run is None:
        raise NotFound("run")
    return run


def _request(session: Session, context: Context, run: Run) -> TeachingRequest | None:
    return session.scalar(select(TeachingRequest).where(
        TeachingRequest.context_id == context.id, TeachingRequest.run_id == run.id
    ))


def _by_key(session: Session, institution_id: int, key: str) -> TeachingRequest:
    found = session.scalar(select(TeachingRequest).where(
        TeachingRequest.institution_id == institution_id, TeachingRequest.key == key
    ).with_for_update())
    if found is None:
        raise NotFound("request")
    return found


def _listed(session: Session, wanted: Select[tuple[TeachingRequest]]) -> list[Request]:
    """Those to be answered first; what was taken back, or has become of use, is no request any more."""
    rows: Sequence[TeachingRequest] = session.scalars(
        wanted.where(TeachingRequest.state != WITHDRAWN).order_by(TeachingRequest.id)
    ).all()
    taught = set(session.execute(courses.taught(rows[0].institution_id)).tuples()) if rows else set()
    open_ones = [row for row in rows if (row.run_id, row.context_id) not in taught]
    return [_shown(session, row) for row in sorted(open_ones, key=lambda row: row.state != ASKED)]


def _shown(session: Session, request: TeachingRequest) -> Request:
    context, run = request.context, session.get_one(Run, request.run_id)
    return Request(
        key=request.key, run=f"{run.title} ({courses.name_of(run)})",
        course=name_of_course(context),
        platform=context.deployment.registration.name, state=request.state, asked_at=request.asked_at,
        answered_at=request.answered_at,
    )


def _record(
    session: Session, action: str, actor: Actor, request: TeachingRequest, run: Run, now: datetime
) -> None:
    session.flush()
    audit.record(
        session, institution_id=run.institution_id, action=action, subject=f"run:{run.key}", now=now,
        actor=actor.person_id, details={"course": session.get_one(Context, request.context_id).key},
    )
