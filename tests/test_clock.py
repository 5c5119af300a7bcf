"""The demo clock moves business time only, and only while its file is there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lti_tool.clock import business_clock, utcnow


def test_without_a_demo_clock_business_time_is_now():
    assert business_clock() is utcnow


def test_the_demo_clock_shows_what_its_file_says_in_utc(tmp_path: Path):
    (tmp_path / "clock").write_text("2026-06-17T14:00:00+01:00\n")
    assert business_clock(str(tmp_path / "clock"))() == datetime(2026, 6, 17, 13, 0, tzinfo=UTC)


def test_a_demo_clock_that_nobody_set_yet_is_the_machines(tmp_path: Path):
    assert abs(business_clock(str(tmp_path / "none"))() - utcnow()) < timedelta(seconds=5)


def test_an_instant_without_its_zone_is_none(tmp_path: Path):
    (tmp_path / "clock").write_text("2026-06-17T14:00:00\n")
    with pytest.raises(ValueError, match="without its zone"):
        business_clock(str(tmp_path / "clock"))()
