"""Writing launches down: what is new, what changed, and nothing else; each launch once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.db import Sessions
from lti_tool.domain.ratification import Role
from lti_tool.lti import claims as names
from lti_tool.lti.deep_linking import settings_from
from lti_tool.lti.reading import launch_from
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.lti.state import State
from lti_tool.lti.tool_config import registered
from lti_tool.lti.values import CourseClaim, GradesClaim, Launch, LinkClaim, UserClaim
from lti_tool.models.catalogue import RunComponent
from lti_tool.models.institution import Institution
from lti_tool.models.people import LtiUser, Membership
from lti_tool.models.platform import Context, LaunchSession, LineItem, Registration, ResourceLink, TeachingRequest
from lti_tool.services import columns
from lti_tool.services.launch_sessions import opened, secret_hash
from lti_tool.services.launches import ANOTHER_RUN, SEEN_EVERY, Recorded, record_launch
from tests import factories
from tests.platform import recorded

LASTS = timedelta(hours=8)


@pytest.fixture
def lms(session: Session) -> Registration:
    return factories.registration(session, factories.institution(session))


def launch_of(lms: Registration, nonce: str = "n1", **changes: Any) -> Launch:
    base = Launch(
        registration=registered(lms), deployment_id="1", message_type="LtiResourceLinkRequest", nonce=nonce,
        target_link_uri="https://cairn.example/lti/launch", role=Role.LEARNER,
        user=UserClaim(sub="dora", name="Dora", email="dora@inverlea.example", sourcedid="S1"),
        course=CourseClaim(id="c1", label="IL5101", title="Seeing"), link=LinkClaim(id="l1", title="Portfolio"),
        grades=GradesClaim(scopes=("a",), lineitems="https://lms.example/items",
                           lineitem="https://lms.example/items/7"),
        memberships_url="https://lms.example/members", return_url="https://school.example/back?sesskey=1",
    )
    return replace(base, **changes)


def record(session: Session, launch: Launch, now: datetime, **more: Any) -> Recorded:
    return record_launch(session, launch, now=now, lasts=LASTS, **more)


def counts(session: Session) -> list[int | None]:
    return [session.scalar(select(func.count()).select_from(model)) for model in (
        Context, ResourceLink, LtiUser, Membership, LaunchSession,
    )]


def test_a_first_launch_writes_course_link_person_membership_and_session(
    session: Session, lms: Registration, now: datetime
) -> None:
    recorded = record(session, launch_of(lms), now)
    assert counts(session) == [1, 1, 1, 1, 1]
    found = opened(session, recorded.key, recorded.secret, now)
    assert found is not None
    launch, actor = found
    assert (launch.role, launch.expires_at, actor.roles) == ("learner", now + LASTS, {Role.LEARNER})
    context = session.scalars(select(Context)).one()
    assert (context.label, context.lineitems_url, context.memberships_url, context.scopes) == (
        "IL5101", "https://lms.example/items", "https://lms.example/members", ["a"],
    )


def test_a_launch_that_names_the_course_by_its_id_alone_does_not_take_its_title_away(
    session: Session, lms: Registration, now: datetime
) -> None:
    record(session, launch_of(lms), now)
    bare = record(session, launch_of(lms, "n2", course=CourseClaim(id="c1", label="", title="")), now)
    session.expire_all()
    context = session.scalars(select(Context)).one()
    assert (context.label, context.title, bare.found.course) == ("IL5101", "Seeing", "Seeing")


def test_only_the_hash_of_the_secret_is_kept(session: Session, lms: Registration, now: datetime) -> None:
    recorded = record(session, launch_of(lms), now)
    row = session.scalars(select(LaunchSession)).one()
    assert row.secret_hash == secret_hash(recorded.secret)
    assert recorded.secret not in repr(recorded) and recorded.secret not in str(vars(row))


def test_a_second_launch_of_the_same_adds_a_session_only(session: Session, lms: Registration, now: datetime) -> None:
    for nonce in ("n1", "n2"):
        record(session, launch_of(lms, nonce), now)
    assert counts(session) == [1, 1, 1, 1, 2]


def test_a_nonce_opens_one_launch(session: Session, lms: Registration, now: datetime) -> None:
    record(session, launch_of(lms), now)
    with pytest.raises(LaunchRefused, match="replayed"):
        record(session, launch_of(lms), now)


def test_another_registrations_nonce_may_be_equal(session: Session, lms: Registration, now: datetime) -> None:
    other = factories.registration(session, factories.institution(session, "elsewhere"), "https://other.example")
    record(session, launch_of(lms), now)
    record(session, launch_of(other), now)
    assert counts(session)[4] == 2


def test_what_the_lms_now_calls_things_is_taken_over(session: Session, lms: Registration, now: datetime) -> None:
    record(session, launch_of(lms), now)
    later = launch_of(
        lms, "n2", user=UserClaim(sub="dora", name="Dora Abel", email="", sourcedid="S2"),
        course=CourseClaim(id="c1", label="IL5101", title="Seeing more"), link=LinkClaim(id="l1", title="Essay"),
        grades=GradesClaim(), memberships_url="", role=Role.INSTRUCTOR,
    )
    record(session, later, now + timedelta(minutes=1))
    session.expire_all()
    user, context = session.scalars(select(LtiUser)).one(), session.scalars(select(Context)).one()
    assert (user.name, user.email, user.sourcedid) == ("Dora Abel", "dora@inverlea.example", "S2")
    assert (context.title, context.memberships_url) == ("Seeing more", "https://lms.example/members")
    assert session.scalars(select(ResourceLink.title)).one() == "Essay"
    assert session.scalars(select(Membership.role)).one() == "instructor"


@pytest.mark.parametrize("after, expected", [(timedelta(minutes=5), 0), (SEEN_EVERY + timedelta(seconds=1), 1)])
def test_when_somebody_was_seen_is_noted_now_and_then(
    session: Session, lms: Registration, now: datetime, after: timedelta, expected: int
) -> None:
    record(session, launch_of(lms), now)
    record(session, launch_of(lms, "n2"), now + after)
    session.expire_all()
    assert session.scalars(select(LtiUser.seen_at)).one() == now + after * expected


def test_somebody_who_left_and_comes_back_is_active(session: Session, lms: Registration, now: datetime) -> None:
    record(session, launch_of(lms), now)
    session.scalars(select(Membership)).one().is_active = False
    session.flush()
    record(session, launch_of(lms, "n2"), now)
    session.expire_all()
    assert session.scalars(select(Membership.is_active)).one()


def test_an_anonymous_launch_has_no_person(session: Session, lms: Registration, now: datetime) -> None:
    recorded = record(session, launch_of(lms, user=None), now)
    assert counts(session) == [1, 1, 0, 0, 1]
    found = opened(session, recorded.key, recorded.secret, now)
    assert found is not None and found[1].person_id is None


def test_a_launch_outside_any_course(session: Session, lms: Registration, now: datetime) -> None:
    record(session, launch_of(lms, course=None), now)
    assert counts(session) == [0, 0, 1, 0, 1]


def test_no_context_role_gives_no_role(session: Session, lms: Registration, now: datetime) -> None:
    recorded = record(session, launch_of(lms, role=None), now)
    found = opened(session, recorded.key, recorded.secret, now)
    assert found is not None and found[1].roles == frozenset()


@pytest.mark.parametrize("deployment", ["2", ""])
def test_a_deployment_that_is_not_ours_is_refused(
    session: Session, lms: Registration, now: datetime, deployment: str
) -> None:
    with pytest.raises(LaunchRefused, match="deployment_unknown"):
        record(session, launch_of(lms, deployment_id=deployment), now)
    assert counts(session) == [0, 0, 0, 0, 0]


def test_the_deployment_owns_the_institution(session: Session, lms: Registration, now: datetime) -> None:
    """Blackboard has one client id for all its customers."""
    elsewhere = factories.institution(session, "elsewhere")
    lms.deployments[0].institution_id = elsewhere.id
    session.flush()
    record(session, launch_of(lms), now)
    assert session.scalars(select(LaunchSession.institution_id)).one() == elsewhere.id
    assert session.scalars(select(LtiUser.institution_id)).one() == elsewhere.id


def test_what_is_kept_of_the_claims(session: Session, lms: Registration, now: datetime) -> None:
    settings = settings_from({"deep_link_return_url": "https://lms.example/dl", "accept_types": ["link"]})
    record(session, launch_of(lms, deep_linking=settings, locale="en-GB"), now)
    kept = session.scalars(select(LaunchSession)).one().claims
    assert kept["frame_ancestors"] == ["https://lms.example", "https://school.example"]
    assert kept["deep_linking"]["return_url"] == "https://lms.example/dl"
    assert kept["locale"] == "en-GB"
    assert "Dora" not in str(kept)


def component(session: Session, lms: Registration) -> RunComponent:
    institution = factories.institution(session, "with-runs")
    lms.institution_id = lms.deployments[0].institution_id = institution.id
    run = factories.run(session, factories.version(session, institution))
    return run.components[0]


def test_a_link_says_which_component_it_is_for(session: Session, lms: Registration, now: datetime) -> None:
    wanted = component(session, lms)
    record(session, launch_of(lms, component_key=wanted.key), now)
    assert session.scalars(select(ResourceLink.run_component_id)).one() == wanted.id
    column = session.scalars(select(LineItem)).one()
    assert (column.run_component_id, column.url) == (wanted.id, "https://lms.example/items/7")
    assert column.resource_id == columns.resource_id_of(wanted)


def test_a_column_that_moved_is_found_again(session: Session, lms: Registration, now: datetime) -> None:
    """After a course copy, or a change of the school's domain, the column has another address."""
    wanted = component(session, lms)
    record(session, launch_of(lms, component_key=wanted.key), now)
    moved = GradesClaim(lineitems="https://lms.example/items", lineitem="https://school.example/items/9")
    record(session, launch_of(lms, "n2", component_key=wanted.key, grades=moved), now)
    assert [column.url for column in session.scalars(select(LineItem))] == ["https://school.example/items/9"]


def test_a_component_of_another_institution_is_nobodys(session: Session, lms: Registration, now: datetime) -> None:
    foreign = factories.run(session, factories.version(session, factories.institution(session, "foreign")))
    record(session, launch_of(lms, component_key=foreign.components[0].key), now)
    assert session.scalars(select(ResourceLink.run_component_id)).one() is None


def test_a_link_written_by_hand_does_not_open_a_run_of_another_course(
    session: Session, lms: Registration, now: datetime
) -> None:
    """Who teaches one course and learns in another can read the other's key, and write it into a link of his own."""
    wanted = component(session, lms)
    record(session, launch_of(lms, component_key=wanted.key), now)
    sandbox = launch_of(
        lms, "n2", component_key=wanted.key, course=CourseClaim(id="sandbox", label="", title=""),
        link=LinkClaim(id="l2", title="Mine"), role=Role.INSTRUCTOR,
    )
    record(session, sandbox, now)
    assert list(session.scalars(select(ResourceLink.run_component_id).order_by(ResourceLink.id))) == [wanted.id, None]
    assert session.scalar(select(func.count()).select_from(LineItem)) == 1


def copied(wanted: RunComponent) -> dict[str, Any]:
    """A link of a copied course that still says last year's component."""
    return {"component_key": wanted.key, "course": CourseClaim(id="c2", label="IL5101", title="Seeing"),
            "link": LinkClaim(id="l2", title="Portfolio"), "grades": GradesClaim(lineitem="https://lms.example/items/8")}


def bound_in(session: Session, course: str) -> list[int | None]:
    return list(session.scalars(
        select(ResourceLink.run_component_id).join(Context, Context.id == ResourceLink.context_id)
        .where(Context.context_id == course)
    ))


@pytest.mark.parametrize("told", [
    pytest.param(lambda key: {names.TARGET_LINK_URI: f"https://cairn.example/lti/c/{key}"}, id="in its address"),
    pytest.param(lambda key: {names.CUSTOM: {"cairn_component": key}}, id="in its custom field"),
])
def test_a_copied_course_with_a_retaking_learner_stays_apart_from_last_years_run(
    session: Session, lms: Registration, now: datetime, told: Callable[[str], dict[str, Any]]
) -> None:
    """The link still carries last year's key, and somebody on that run is on this roster."""
    wanted = component(session, lms)
    claims = recorded.launch_claims("moodle-launch-student") | told(wanted.key)
    assert launch_from(claims, registered(lms), State(lms.key, "n", b"")).component_key == wanted.key
    record(session, launch_of(lms, component_key=wanted.key), now)
    dora = factories.person(session, session.get_one(Institution, lms.institution_id), "Dora")
    factories.enrolment(session, wanted.run, dora)
    session.scalars(select(LtiUser)).one().person_id = dora.id
    session.flush()
    session.expire_all()
    retaking = record(session, launch_of(lms, "n2", **copied(wanted)), now)
    teaching = record(session, launch_of(
        lms, "n3", role=Role.INSTRUCTOR, user=UserClaim(sub="bob"), **copied(wanted)
    ), now)
    assert bound_in(session, "c2") == [None]
    assert session.scalar(select(func.count()).select_from(LineItem)) == 1, "no mark is read from the new column"
    for opening in (retaking, teaching):
        assert opening.found.launch.claims["link_note"] == ANOTHER_RUN


@pytest.mark.parametrize("over", [{"board_number": 2}, {"board_on": date(2026, 1, 2)}], ids=str)
def test_a_run_that_is_over_is_joined_by_no_link_even_if_nobody_teaches_it(
    session: Session, lms: Registration, now: datetime, over: dict[str, Any]
) -> None:
    wanted = component(session, lms)
    for name, value in over.items():
        setattr(wanted.run, name, value)
    session.flush()
    record(session, launch_of(lms, **copied(wanted)), now)
    assert bound_in(session, "c2") == [None]


def test_a_course_that_teaches_a_run_goes_on_linking_after_its_board(
    session: Session, lms: Registration, now: datetime
) -> None:
    """Links of resits."""
    wanted = component(session, lms)
    record(session, launch_of(lms, component_key=wanted.key), now)
    wanted.run.board_number = 2
    session.flush()
    record(session, launch_of(lms, "n2", component_key=wanted.key, link=LinkClaim(id="resit")), now)
    assert bound_in(session, "c1") == [wanted.id, wanted.id]


def test_a_course_that_was_let_in_is_joined_by_its_link(session: Session, lms: Registration, now: datetime) -> None:
    wanted = component(session, lms)
    record(session, launch_of(lms, component_key=wanted.key), now)
    record(session, launch_of(lms, "n2", **copied(wanted)), now)
    course = session.scalars(select(Context).where(Context.context_id == "c2")).one()
    session.add(TeachingRequest(
        institution_id=course.institution_id, context_id=course.id, run_id=wanted.run_id, state="let_in", asked_at=now,
    ))
    session.flush()
    joined = record(session, launch_of(lms, "n3", **copied(wanted)), now)
    assert bound_in(session, "c2") == [wanted.id]
    assert "link_note" not in joined.found.launch.claims


def test_a_repeat_launch_asks_no_more_than_before(
    session: Session, lms: Registration, now: datetime, statements: list[str]
) -> None:
    wanted = component(session, lms)
    record(session, launch_of(lms, component_key=wanted.key), now)
    statements.clear()
    record(session, launch_of(lms, "n2", component_key=wanted.key), now)
    assert [statement.split()[0] for statement in statements] == ["SELECT", "INSERT"]


@pytest.fixture
def statements(session: Session) -> Iterator[list[str]]:
    found: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        found.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", note)
    yield found
    event.remove(session.get_bind(), "before_cursor_execute", note)


def test_a_number_by_lis_is_not_replaced_by_one_of_a_custom_field(
    session: Session, lms: Registration, now: datetime
) -> None:
    told = [("S2", "custom"), ("S1", "lis"), ("S3", "custom"), ("", "")]
    found = []
    for number, (sourcedid, source) in enumerate(told):
        user = UserClaim(sub="dora", sourcedid=sourcedid, number_from=source)
        record(session, launch_of(lms, f"n{number}", user=user), now)
        found.append(session.execute(select(LtiUser.sourcedid, LtiUser.number_from)).tuples().one())
    assert found == [("S2", "custom"), ("S1", "lis"), ("S1", "lis"), ("S1", "lis")]


def opened_with(session: Session, lms: Registration, now: datetime, key: str, link: str, item: str) -> str:
    """Launch a link of the course with this column; what its teacher is told."""
    grades = GradesClaim(lineitems="https://lms.example/items", lineitem=item)
    nonce = str(session.scalar(select(func.count()).select_from(LaunchSession)))
    recorded = record(session, launch_of(lms, nonce, component_key=key, link=LinkClaim(id=link), grades=grades), now)
    return str(recorded.found.launch.claims.get("link_note", ""))


FIRST, COPIED, MOVED = (f"https://{name}.example/items/{number}" for name, number in (
    ("lms", 7), ("lms", 8), ("school", 9),
))


@pytest.mark.parametrize("is_known", [True, False], ids=["", "a column from before this was noted"])
def test_a_duplicated_activity_leaves_the_column_where_it_is(
    session: Session, lms: Registration, now: datetime, is_known: bool
) -> None:
    key = component(session, lms).key
    assert opened_with(session, lms, now, key, "l1", FIRST) == ""
    column = session.scalars(select(LineItem)).one()
    column.resource_link_id = column.resource_link_id if is_known else ""
    session.flush()
    for _ in range(2):
        assert opened_with(session, lms, now, key, "copy", COPIED) == "copy"
        assert column.url == FIRST
    assert opened_with(session, lms, now, key, "l1", FIRST) == ""
    assert opened_with(session, lms, now, key, "l1", MOVED) == "", "another host"
    assert column.url == MOVED
    assert opened_with(session, lms, now, key, "copy", COPIED) == "copy"
    assert column.url == MOVED
    assert bound_in(session, "c1") == [column.run_component_id] * 2, "the copy stands for the component all the same"


def test_a_copy_takes_over_once_the_first_column_is_gone(session: Session, lms: Registration, now: datetime) -> None:
    key = component(session, lms).key
    opened_with(session, lms, now, key, "l1", FIRST)
    column = session.scalars(select(LineItem)).one()
    column.missed_at = now
    session.flush()
    assert opened_with(session, lms, now, key, "copy", COPIED) == ""
    assert (column.url, column.missed_at, column.resource_link_id) == (COPIED, None, "copy")
    assert opened_with(session, lms, now, key, "copy", MOVED) == "", "it is its own from now on"


def test_a_planned_column_is_whose_that_comes_first_with_one(
    session: Session, lms: Registration, now: datetime
) -> None:
    """A link elsewhere on the page may have been opened before, and has no column."""
    key = component(session, lms).key
    opened_with(session, lms, now, key, "page", "")
    opened_with(session, lms, now, key, "l1", FIRST)
    assert opened_with(session, lms, now, key, "l1", MOVED) == ""
    assert session.scalars(select(LineItem.url)).one() == MOVED


class Matcher:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, session: Session, user: LtiUser, now: datetime) -> None:
        self.asked.append(user.sourcedid)


def test_who_somebody_is_is_asked_when_their_number_may_name_somebody(
    session: Session, lms: Registration, now: datetime
) -> None:
    factories.person(session, session.get_one(Institution, lms.institution_id), "Dora", student_number="S1")
    match = Matcher()
    record(session, launch_of(lms), now, match=match)
    record(session, launch_of(lms, "n2"), now, match=match)
    assert match.asked == ["S1"], "once, and not at every launch"
    record(session, launch_of(lms, "n3", user=UserClaim(sub="dora", sourcedid="S2")), now, match=match)
    assert match.asked == ["S1", "S2"], "another number is news"


def test_whose_number_names_nobody_is_written_down_as_such(session: Session, lms: Registration, now: datetime) -> None:
    match = Matcher()
    record(session, launch_of(lms), now, match=match)
    record(session, launch_of(lms, "n2", user=UserClaim(sub="erik")), now, match=match)
    assert match.asked == []
    found = session.execute(select(LtiUser.sub, LtiUser.match, LtiUser.match_reason).order_by(LtiUser.sub)).all()
    assert [tuple(row) for row in found] == [("dora", "none", "number_unknown"), ("erik", "none", "no_number")]


def test_two_at_once_are_told_by_the_database(
    sessions: Sessions, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sessions.begin() as session:
        lms = factories.registration(session, factories.institution(session))
        record(session, launch_of(lms), now)
    with sessions() as session:
        lms = session.scalars(select(Registration)).one()
        blind = launch_of(lms, "n2", user=UserClaim(sub="erik"))
        monkeypatch.setattr("lti_tool.services.launches.known_of", _blind(blind, lms))
        with pytest.raises(IntegrityError):
            record(session, launch_of(lms, "n3"), now)
        session.rollback()


def _blind(launch: Launch, lms: Registration) -> Any:
    """What a launch sees that looked before another one wrote: the deployment and nothing else."""
    from lti_tool.services.launch_facts import known_of

    return lambda db, _: known_of(db, replace(launch, course=CourseClaim(id="none"), link=None))
