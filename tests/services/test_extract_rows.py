"""Each row of an extract is read, or named by its line with what to do about it."""

import pytest

from lti_tool.services import extract_rows, tables
from lti_tool.services.errors import Refused
from tests import factories

HEAD = "student,registration,run,occurrence,period,component,scale,status,status_on,email"


@pytest.fixture
def university(session):
    made = factories.institution(session)
    made.words = {"student_number_pattern": r"S?(\d{4})"}
    return made


def read(university, *rows, head=HEAD):
    return extract_rows.read(tables.read("\n".join([head, *rows]).encode()), university)


def test_a_row_is_read(university):
    (row,), problems = read(university, "s1001,1001/1,IL5101,A,2025/6 S2,CRIT,PGT,Paused,2026-04-01,lena@example.org")
    assert problems == []
    assert (row.student, row.run, row.run_label) == ("1001", ("IL5101", "A", "2025/6 S2"), "IL5101 A 2025/6 S2")
    assert (row.status, row.status_on.isoformat(), row.line) == ("paused", "2026-04-01", 2)


def test_the_order_and_case_of_columns_do_not_matter(university):
    head = "SCALE;Component;PERIOD;occurrence;Run;registration;Student"
    (row,), _ = read(university, "PGT;;S2;A;IL5101;1001/1;1001", head=head)
    assert (row.run, row.status, row.email) == (("IL5101", "A", "S2"), "registered", "")


@pytest.mark.parametrize("row, says", [
    pytest.param(",1001/1,IL5101,A,S2,,PGT,,,", "student is empty", id="no student"),
    pytest.param("1001,,,A,S2,,PGT,,,", "registration and run is empty", id="no registration, no run"),
    pytest.param("bob,1001/1,IL5101,A,S2,,PGT,,,", "does not look like", id="no student number"),
    pytest.param("1001,1001/1,IL5101,A,S2,,PGT,gone,,", "none of registered, paused, withdrawn", id="unknown status"),
    pytest.param("1001,1001/1,IL5101,A,S2,,PGT,paused,1 April,", "2026-04-01", id="no date"),
    pytest.param(f"1001,{'9' * 61},IL5101,A,S2,,PGT,,,", "registration is too long", id="columns run together"),
    pytest.param("1001,1001/1,IL5101,A,S2", "more or fewer cells", id="cells missing"),
])
def test_a_bad_row_is_named_with_a_remedy(university, row, says):
    rows, (problem,) = read(university, row)
    assert rows == [] and problem.line == 2 and says in problem.text
    assert "1001" not in problem.text


def test_missing_columns_are_named(university):
    with pytest.raises(Refused, match="lacks the column component and scale"):
        read(university, "1", head="student,registration,run,occurrence,period")
