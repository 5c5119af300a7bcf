"""What a column shows: whose it is, and whether it can be taken as it stands (I4, I12)."""

from decimal import Decimal

import pytest

from lti_tool.models.people import LtiUser
from lti_tool.services import held, identity, readings
from tests import factories
from tests.services.taking_in import Intake, reading


@pytest.fixture
def intake(session, now):
    return Intake(session, now)


def owner_of(intake, account):
    return readings.owners_of(intake.session, intake.part(), intake.context.id, [account])[account.id]


def test_an_account_that_nobody_has_shown_yet_is_made(session, intake, now):
    known = intake.account("user-1")
    found = readings.users_of(
        session, intake.institution.id, intake.registration.id, [reading("user-1", "1"), reading("user-2", "1")], now
    )
    assert found["user-1"] is known and found["user-2"].match == "none"
    assert session.query(LtiUser).count() == 2


@pytest.mark.parametrize("fields, owner", [
    pytest.param({}, held.UNKNOWN, id="nobody knows"),
    pytest.param({"match": "ambiguous"}, held.AMBIGUOUS, id="between two"),
    pytest.param({"match_reason": identity.NUMBER_UNKNOWN}, None, id="a degree student"),
    pytest.param({"role": "instructor"}, None, id="a teacher's trial"),
])
def test_an_account_without_a_person(intake, fields, owner):
    assert owner_of(intake, intake.account("user-1", **fields)) == owner


def test_a_learner_a_degree_student_and_two_registrations(session, intake):
    lena = intake.learner()
    assert owner_of(intake, intake.account("user-1", lena.person)) is lena
    della = factories.person(session, intake.institution, "Della")
    assert owner_of(intake, intake.account("user-2", della)) is None
    factories.enrolment(session, intake.run, lena.person, "1001/2")
    assert owner_of(intake, intake.account("user-3", lena.person)) == held.AMBIGUOUS


def test_two_accounts_of_one_learner_with_two_figures_are_rivals(intake):
    lena = intake.learner()
    users = {sub: intake.account(sub, lena.person) for sub in ("a", "b", "c")}
    owners = readings.owners_of(intake.session, intake.part(), intake.context.id, users.values())
    equal = [reading("a", "6", maximum="10"), reading("b", "60"), reading("c", None)]
    assert readings.rivals(equal, users, owners) == frozenset()
    assert readings.rivals([*equal, reading("c", "61")], users, owners) == frozenset({lena.id})


@pytest.mark.parametrize("score, maximum, is_clear", [
    ("60", "100", True), ("0", "100", True), ("100", "100", True), ("101", "100", False), ("-1", "100", False),
    ("60", None, False), ("0", "0", False), ("60", "-1", False),
])
def test_a_score_that_can_be_a_mark(intake, score, maximum, is_clear):
    taken, clear = take(intake, reading("a", score, maximum=maximum))
    assert clear is is_clear and taken.raw == Decimal(score)


@pytest.mark.parametrize("score", ["NaN", "Infinity"])
def test_what_is_no_number_is_no_outcome(intake, score):
    assert take(intake, reading("a", score)) == (None, False)


@pytest.mark.parametrize("score, gate, is_clear", [("1", "pass", True), ("0", "fail", True), ("0.5", "", False)])
def test_a_gate_is_full_marks_or_none(intake, score, gate, is_clear):
    intake.part().component.is_gate = True
    taken, clear = take(intake, reading("a", score, maximum="1"))
    assert (taken.gate, clear) == (gate, is_clear)


def take(intake, entry):
    return readings.as_outcome(
        entry, intake.part(), source="ags", now=intake.now, capture_run_id=1, line_item_id=1, lti_user_id=1
    )
