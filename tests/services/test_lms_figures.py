"""What the LMS said last of the attempt that stands, to be told again."""

from datetime import timedelta

import pytest

from lti_tool.services import lms_figures, outcomes
from lti_tool.services.outcome_values import IDENTITY, NewOutcome
from tests.services.taking_in import GRADED_AT, Intake, mark


@pytest.fixture
def intake(session, now):
    return Intake(session, now)


def said(status, source="marksheet", **fields):
    return NewOutcome(source=source, status=status, read_at=GRADED_AT, **fields)


ABSENT = said("absent")


@pytest.mark.parametrize("results, newest", [
    pytest.param([], None, id="nothing"),
    pytest.param([ABSENT], None, id="only what was said here"),
    pytest.param([mark("60"), ABSENT], "60", id="a mark below a status"),
    pytest.param([mark("60"), mark("65", source="canvas_csv"), ABSENT], "65", id="the newest of the LMS"),
    pytest.param([mark("60", after=2), mark("50", after=1)], "60", id="an older one does not count"),
    pytest.param([mark("60"), said("absent", attempt=2)], None, id="of an earlier attempt"),
    pytest.param([mark("60"), said("pending", IDENTITY)], None, id="it was another person's"),
])
def test_the_newest_figure_of_the_lms(intake, session, results, newest):
    lena = intake.learner()
    for result in results:
        outcomes.append(session, lena, intake.part(), result, intake.now)
    found = lms_figures.newest(session, intake.part())
    assert {key: str(row.raw) for key, row in found.items()} == ({lena.id: newest} if newest else {})
    assert lms_figures.newest(session, intake.part(), [lena.id]) == found
    assert lms_figures.newest(session, intake.part(), [lena.id + 1]) == {}


def test_told_again_it_is_the_same_and_counts_whatever_its_time(intake, session):
    lena, part = intake.learner(), intake.part()
    first = outcomes.append(session, lena, part, mark("60", after=1), intake.now)
    outcomes.append(session, lena, part, ABSENT, intake.now + timedelta(hours=1))
    assert not lms_figures.stands(first, outcomes.standing_now(session, lena, part))
    again = outcomes.append(session, lena, part, lms_figures.again(first, None), intake.now)
    assert (again.raw, again.source_at, again.standing) == (60, first.source_at, "counted")
    assert lms_figures.stands(first, outcomes.standing_now(session, lena, part))
