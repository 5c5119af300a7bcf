"""One student number, however an LMS writes it; and none where there is none."""

import pytest

from lti_tool.services import student_numbers
from lti_tool.services.errors import NotFound, Refused
from tests import factories

LEADING = r"S?(\d{7})(?:/\d+)?"


@pytest.mark.parametrize("pattern, text, number", [
    pytest.param("", " s1234567 ", "S1234567", id="case and blanks"),
    pytest.param("", "12 34 567", "1234567", id="blanks inside"),
    pytest.param("", "$Person.sourcedId", "", id="an LMS that knows no value"),
    pytest.param("", "", "", id="nothing"),
    pytest.param("", "9" * 101, "", id="too long to be one"),
    pytest.param(LEADING, "s1234567", "1234567", id="leading letter"),
    pytest.param(LEADING, "1234567/2", "1234567", id="second registration of one student"),
    pytest.param(LEADING, "0034567", "0034567", id="leading zeros stay"),
    pytest.param(LEADING, "bob.smith", "", id="a login is no number"),
    pytest.param(r"\d{7}", "1234567", "1234567", id="a pattern without group"),
])
def test_a_number_has_one_form(session, pattern, text, number):
    university = factories.institution(session)
    university.words = {"student_number_pattern": pattern}
    assert student_numbers.normalise(university, text) == number


def test_a_pattern_that_cannot_be_read_is_named(session):
    university = factories.institution(session)
    university.words = {"student_number_pattern": "("}
    with pytest.raises(Refused, match="pattern of student numbers"):
        student_numbers.normalise(university, "1")


def test_many_numbers_are_looked_up_together(session, monkeypatch):
    monkeypatch.setattr(student_numbers, "AT_ONCE", 2)
    here, there = factories.institution(session), factories.institution(session, "elsewhere")
    people = {number: factories.person(session, here, "Alice", number).id for number in ("1", "2", "3")}
    factories.person(session, there, "Alan", "4")
    assert student_numbers.people_with(session, here.id, {"1", "2", "3", "4", "5"}) == people


def test_a_number_names_one_person_of_one_institution(session):
    here, there = factories.institution(session), factories.institution(session, "elsewhere")
    alice = factories.person(session, here, "Alice", "1001")
    factories.person(session, there, "Alan", "1001")
    assert student_numbers.person_with(session, here.id, "1001") is alice
    assert student_numbers.person_with(session, here.id, "1002") is None


def test_no_institution_is_not_found(session):
    with pytest.raises(NotFound):
        student_numbers.institution_of(session, 99)
