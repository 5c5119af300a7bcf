"""Finding a learner in twenty years, and everything that stands written of them."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from lti_tool.services import amendments, decisions, persons
from lti_tool.services.errors import NotFound, Refused
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def home(session: Session, now: datetime) -> University:
    return University(session, now)


def names(home: University, text: str) -> list[str]:
    return [each.name for each in persons.search(home.session, home.institution.id, text)]


def test_by_number_registration_or_part_of_a_name(home: University) -> None:
    run = home.run()
    person = factories.person(home.session, home.institution, "Ngũgĩ wa Thiong'o", student_number="S4711")
    factories.enrolment(home.session, run, person, "S4711/1")
    for sought in ("S4711", "s471", "S4711/1", "thiong", "Ngũ"):
        assert names(home, sought) == ["Ngũgĩ wa Thiong'o"], sought


@pytest.mark.parametrize("text", ["", "x", " x ", "%", "__", "x" * 300])
def test_what_finds_nobody(home: University, text: str) -> None:
    factories.person(home.session, home.institution, "Xenia", student_number="S1")
    assert names(home, text) == []


def test_i12_two_people_with_one_name_stay_two(home: University) -> None:
    for number in ("S1", "S2"):
        factories.person(home.session, home.institution, "Pat Twin", student_number=number)
    found = persons.search(home.session, home.institution.id, "Pat Twin")
    assert [each.numbers for each in found] == [("S1",), ("S2",)]


def test_i2_every_version_of_a_result_is_shown_newest_first(home: University) -> None:
    run = home.run()
    lena = home.marked(run, "60", "60")
    home.ratify(run)
    home.mark(lena, "CRIT", "70", board=1)
    decisions.decide(home.session, lena, home.later())
    before = persons.card(home.session, home.institution.id, lena.person.key)[1].registered[0]
    assert before.may_be_amended
    assert before.differs is not None
    proposed = amendments.propose(
        home.session, home.actor("dana"), lena, reason="Read wrongly", authority_reference="CA 1", now=home.now,
    )
    amendments.approve(home.session, home.actor("alice"), proposed.key, home.now)
    after = persons.card(home.session, home.institution.id, lena.person.key)[1].registered[0]
    shown = [(each.version, each.mark, each.is_standing) for each in after.versions]
    assert shown == [(2, "63", True), (1, "60", False)]
    assert not after.may_be_amended


def test_what_is_not_ratified_is_shown_as_that(home: University) -> None:
    lena = home.marked(home.run(), "60", "60")
    found = persons.card(home.session, home.institution.id, lena.person.key)[1].registered[0]
    assert found.versions == ()
    assert found.present is not None


def test_the_accounts_in_the_lms_belong_to_it(home: University) -> None:
    lena = home.marked(home.run(), "60", "60")
    registration = factories.registration(home.session, home.institution)
    factories.lti_user(home.session, registration, name="Lena L", person_id=lena.person_id, match="confirmed")
    card = persons.card(home.session, home.institution.id, lena.person.key)[1]
    assert [(each.name, each.match) for each in card.accounts] == [("Lena L", "confirmed")]


def test_keys_and_numbers_of_another_institution_find_nobody(home: University) -> None:
    away = factories.institution(home.session, "elsewhere")
    lena = home.marked(home.run(), "60", "60")
    with pytest.raises(NotFound):
        persons.card(home.session, away.id, lena.person.key)
    with pytest.raises(NotFound):
        persons.enrolment_of(home.session, away.id, lena.key)
    with pytest.raises(Refused):
        persons.key_of_number(home.session, away.id, lena.person.identifiers[0].value)
    assert persons.search(home.session, away.id, "Lena") == []


def test_a_number_names_its_person(home: University) -> None:
    person = factories.person(home.session, home.institution, "Lena", student_number="S1")
    assert persons.key_of_number(home.session, home.institution.id, " S1 ") == person.key
    assert persons.key_of_number(home.session, home.institution.id, " ") == ""
