"""A minute of a board elsewhere: entered by one, confirmed by another, over one unchanged list."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from lti_tool.domain.ratification import Role
from lti_tool.models.award import Award
from lti_tool.models.board import ExamBoard
from lti_tool.services import decisions, minutes
from lti_tool.services.errors import NotFound, Refused
from tests.services.ratifying import University


@pytest.fixture
def university(session, now):
    return University(session, now)


@pytest.fixture
def run(university):
    return university.run(authority="minuted")


@pytest.fixture
def lena(university, run):
    return university.marked(run, "60", "62")


def enter(university, run, who="dana", **changes):
    listed = minutes.list_for(university.session, university.actor("dana"), [run.key])
    given = {
        "run_keys": [run.key], "reference": "LAND 2026/3", "held_on": date(2026, 5, 28), "seen_digest": listed.digest,
        "now": university.now,
    }
    return minutes.enter(university.session, university.actor(who), **{**given, **changes})


def confirm(university, minute, who="erin", digest=None):
    return minutes.confirm(
        university.session, university.actor(who), minute.key, digest or minute.list_digest, university.now
    )


def test_entering_ratifies_nothing(university, run, lena):
    minute = enter(university, run)
    assert minute.state == "open"
    assert university.session.scalars(select(Award)).all() == []


def test_a_second_person_confirms_and_the_results_stand(university, run, lena):
    [award] = confirm(university, enter(university, run))
    assert (str(award.mark), award.awarded_on, award.ratification.authority) == ("61", date(2026, 5, 28), "minuted")
    assert award.ratification.reference == "LAND 2026/3"
    assert run.board_number == 2
    assert [message.is_final for message in university.messages(lena)] == [True]


def test_I16_who_entered_does_not_confirm(university, run, lena):
    minute = enter(university, run)
    with pytest.raises(Refused) as caught:
        confirm(university, minute, who="dana")
    assert caught.value.code == "four_eyes"


def test_I16_persons_are_compared_and_not_accounts(university, run, lena):
    """Dana as chair is still Dana."""
    minute = enter(university, run)
    with pytest.raises(Refused) as caught:
        minutes.confirm(
            university.session, university.actor("dana", Role.CHAIR), minute.key, minute.list_digest, university.now
        )
    assert caught.value.code == "four_eyes"


def test_I16_nobody_confirms_an_own_result(university, run, lena):
    own = university.learner(run, person=university.people["erin"])
    university.mark(own, "CRIT", "60")
    university.mark(own, "PORT", "60")
    decisions.decide(university.session, own, university.now)
    minute = enter(university, run)
    with pytest.raises(Refused) as caught:
        confirm(university, minute)
    assert caught.value.code == "conflict"


@pytest.mark.parametrize("who", ["bob", "femi", "charlie", "iris"])
def test_who_may_neither_enter_nor_confirm(university, run, lena, who):
    with pytest.raises(Refused) as caught:
        enter(university, run, who)
    assert caught.value.code == "role"
    minute = enter(university, run)
    with pytest.raises(Refused) as caught:
        confirm(university, minute, who=who)
    assert caught.value.code == "role"


def test_a_list_that_changed_before_it_was_entered_is_refused(university, run, lena):
    seen = minutes.list_for(university.session, university.actor("dana"), [run.key]).digest
    university.mark(lena, "PORT", "70")
    with pytest.raises(Refused) as caught:
        enter(university, run, seen_digest=seen)
    assert caught.value.code == "changed_since_seen"


@pytest.mark.parametrize("digest", ["as entered", "as it is now"])
def test_a_list_that_changed_after_it_was_entered_is_refused(university, run, lena, digest):
    university.marked(run, "70", "70", "Moss")
    minute = enter(university, run)
    university.mark(lena, "PORT", "70")
    decisions.decide(university.session, lena, university.now)
    now = minutes.list_of(university.session, university.institution.id, minute.key).digest
    with pytest.raises(Refused) as caught:
        confirm(university, minute, digest=minute.list_digest if digest == "as entered" else now)
    assert caught.value.code == "changed_since_seen"
    assert university.session.scalars(select(Award)).all() == []


def test_what_is_not_decided_yet_stays_for_the_next_board(university, run, lena):
    university.learner(run, "Moss")
    listed = minutes.list_for(university.session, university.actor("dana"), [run.key])
    assert len(listed.ready) == 1
    minute = enter(university, run)
    assert [item.enrolment.person.display_name for item in minutes.list_of(
        university.session, university.institution.id, minute.key).left_out] == ["Moss"]
    assert len(confirm(university, minute)) == 1


def test_an_empty_list_needs_no_minute(university, run):
    university.learner(run, "Moss")
    with pytest.raises(Refused) as caught:
        enter(university, run)
    assert caught.value.code == "nothing_ready"


@pytest.mark.parametrize("changes, code", [
    pytest.param({"reference": " "}, "reference", id="no reference"),
    pytest.param({"held_on": date(2026, 6, 1) + timedelta(days=1)}, "date", id="a board of tomorrow"),
])
def test_a_minute_says_where_it_is_found(university, run, lena, changes, code):
    with pytest.raises(Refused) as caught:
        enter(university, run, **changes)
    assert caught.value.code == code


def test_a_withdrawn_minute_confirms_nothing(university, run, lena):
    minute = enter(university, run)
    minutes.withdraw(university.session, university.actor("dana"), minute.key, reason="wrong date", now=university.now)
    with pytest.raises(Refused):
        confirm(university, minute)


def test_a_minute_is_for_what_boards_elsewhere_decide(university):
    with pytest.raises(Refused, match="another authority"):
        minutes.list_for(university.session, university.actor("dana"), [university.run("IL5102").key])


def test_another_institution_s_minute_does_not_exist(university, run, lena, session, now):
    minute = enter(university, run)
    elsewhere = University(session, now, code="elsewhere")
    with pytest.raises(NotFound):
        confirm(elsewhere, minute)
    assert session.scalars(select(ExamBoard.state)).all() == ["open"]
