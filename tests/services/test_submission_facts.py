"""Hand-in times and extensions, typed or pasted; the zone is the institution's."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from lti_tool.services import marksheet, submission_facts
from lti_tool.services.marksheet import Checked
from tests.services.taking_in import Intake


@pytest.fixture
def intake(session: Session, now: datetime) -> Intake:
    made = Intake(session, now)
    made.learner()
    return made


def read(intake: Intake, pasted: str = "", **told: tuple[str, str, str]) -> Checked:
    return submission_facts.entries(intake.session, intake.actor("bob"), intake.part().key, told, pasted)


@pytest.mark.parametrize(("line", "at", "hours"), [
    ("1001;2026-05-09 13:00;48", datetime(2026, 5, 9, 12, tzinfo=UTC), 48),
    ("1001\t2026-05-09T13:00:00+01:00\t", datetime(2026, 5, 9, 12, tzinfo=UTC), None),
    ("1001, ,24", None, 24),
    ("1001 2026-01-09T13:00", datetime(2026, 1, 9, 13, tzinfo=UTC), None),
])
def test_a_pasted_line_is_number_time_and_hours(intake: Intake, line: str, at: datetime, hours: int) -> None:
    (entry,) = read(intake, line).entries
    assert (entry.submitted_at, entry.extension_hours) == (at, hours)


@pytest.mark.parametrize(("line", "said"), [
    ("9999;;48", "not on the marksheet"), ("1001;yesterday;", "is no time"), ("1001;;-2", "no number of hours"),
    ("1001;;two", "no number of hours"), ("1001;;99999", "no number of hours"),
])
def test_a_bad_line_is_named(intake: Intake, line: str, said: str) -> None:
    found = read(intake, f"\n{line}")
    assert found.entries == ()
    assert [problem.line for problem in found.problems] == [2]
    assert said in found.problems[0].text


def test_what_stands_already_is_no_change_and_seconds_are_kept(intake: Intake, now: datetime) -> None:
    actor, key = intake.actor("bob"), intake.part().key
    first = read(intake, "1001;2026-05-10T17:00:01+01:00;")
    marksheet.apply(intake.session, actor, key, first.entries, now)
    (line,) = marksheet.sheet(intake.session, actor, key).lines
    told = {line.enrolment_key: ("2026-05-10T17:00", "", line.seen)}
    assert submission_facts.entries(intake.session, actor, key, told, "").entries == ()
    told = {line.enrolment_key: ("2026-05-10T17:00", "48", line.seen)}
    (entry,) = submission_facts.entries(intake.session, actor, key, told, "").entries
    assert (entry.submitted_at, entry.extension_hours) == (datetime(2026, 5, 10, 16, 0, 1, tzinfo=UTC), 48)


def test_a_learner_who_is_not_on_the_sheet_is_refused(intake: Intake) -> None:
    assert "not on the marksheet" in read(intake, unknown=("2026-05-10T17:00", "", "0")).problems[0].text
