"""ID numbers that a spreadsheet has damaged are named with the remedy, and never guessed (I12)."""

import pytest
from sqlalchemy.orm import Session

from lti_tool.services.spreadsheet_damage import REMEDY, Damage
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def damage(session: Session, now: object) -> Damage:
    home = University(session, now)  # type: ignore[arg-type]
    run = home.run()
    person = factories.person(session, home.institution, "Zoe", student_number="0012345")
    factories.enrolment(session, run, person)
    other = factories.person(session, home.institution, "Elsewhere", student_number="0077777")
    factories.enrolment(session, home.run("IL5102"), other)
    return Damage(session, run.id)


@pytest.mark.parametrize("number", ["1.23457E+06", "1,23457E+06", "1.2e+12", "1E+06", "1.23457E6", " 1.23457E+06 "])
def test_a_shortened_number_is_named(damage: Damage, number: str) -> None:
    assert f"shortened the ID number to “{number.strip()}”" in damage.to(number)
    assert damage.to(number).endswith(REMEDY)


def test_a_lost_zero_of_a_learner_of_this_run_is_named(damage: Damage) -> None:
    assert "“12345” is nobody's" in damage.to("12345")


@pytest.mark.parametrize("number", [
    pytest.param("", id="none"), pytest.param("S1001", id="whole"), pytest.param("77777", id="of another run"),
    pytest.param("012345", id="a zero too few is a typing error"), pytest.param("E1234", id="a letter before"),
    pytest.param("12E45X", id="a letter within"),
])
def test_of_other_numbers_nothing_is_said(damage: Damage, number: str) -> None:
    assert damage.to(number) == ""
