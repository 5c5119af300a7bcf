"""Plain words on the course's pages."""

from datetime import UTC, datetime
from fractions import Fraction

from flask import Flask, g

from lti_tool.models.institution import Institution
from lti_tool.services.capture import KINDS
from lti_tool.web import course_words


def test_the_parts_of_a_reading_add_up() -> None:
    totals = {"read": len(KINDS), **dict.fromkeys(KINDS, 1)}
    said = course_words.totals_in_words(totals)
    assert said.startswith(f"{len(KINDS)} results: 1 new or changed, ")
    assert said.count("1 ") == len(KINDS), "every kind is told"
    assert course_words.totals_in_words({}) == "0 results."


def test_a_code_without_a_word_is_still_no_code() -> None:
    assert course_words.in_course_words("ags") == "LMS column"
    assert course_words.in_course_words("some_thing") == "Some thing"


def test_reasons_of_a_larger_award_are_sentences() -> None:
    assert course_words.reason_in_words("credit_shortfall_15") == "15 credits are missing."
    assert "IL5102 has been counted" in course_words.reason_in_words("already_counted_IL5102")
    assert course_words.reason_in_words("new_reason") == "New reason."


def test_a_time_field_shows_the_zone_of_the_institution(app: Flask) -> None:
    with app.test_request_context():
        g.institution = Institution(code="x", name="X", timezone="Europe/London")
        assert course_words.local_input(datetime(2026, 5, 9, 12, 0, tzinfo=UTC)) == "2026-05-09T13:00"
        assert course_words.local_input(None) == ""


def test_an_exact_figure_is_written_without_a_fraction() -> None:
    assert course_words.fraction(Fraction(123, 2)) == "61.5"
