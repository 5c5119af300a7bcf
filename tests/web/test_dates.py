"""Dates in words, in the institution's zone."""

from datetime import UTC, date, datetime

from flask import Flask, g

from lti_tool.models.institution import Institution
from lti_tool.web.dates import day, when

NIGHT = datetime(2026, 6, 16, 23, 30, tzinfo=UTC)


def test_an_instant_is_shown_as_the_institution_s_clocks_show_it() -> None:
    with Flask(__name__).app_context():
        g.institution = Institution(code="x", name="X", timezone="Europe/London")
        assert when(NIGHT) == "17 June 2026, 00:30"
        assert day(NIGHT) == "17 June 2026"


def test_without_an_institution_the_zone_is_said() -> None:
    with Flask(__name__).app_context():
        assert when(NIGHT) == "16 June 2026, 23:30 UTC"


def test_a_day_is_a_day_everywhere() -> None:
    with Flask(__name__).app_context():
        assert day(date(2026, 6, 7)) == "7 June 2026"


def test_nothing_is_shown_where_there_is_nothing() -> None:
    assert day(None) == when(None) == ""
