"""Marks that the LMS shows no more are looked at, until it shows what stands (I4); a reading has its own in capture."""

import pytest

from lti_tool.models.outcome import CaptureRun
from lti_tool.services import cleared, outcomes
from tests.services.taking_in import Intake, mark


@pytest.fixture
def intake(session, now):
    """Lena has 60 from the column."""
    found = Intake(session, now)
    found.lena, found.item = found.learner(), found.column()
    found.mine = found.account("lena", found.lena.person)
    run = CaptureRun(institution_id=found.institution.id, run_component_id=found.part().id, source="ags",
                     line_item_id=found.item.id, started_at=now)
    session.add(run)
    session.flush()
    shown = mark("60", capture_run_id=run.id, lti_user_id=found.mine.id)
    outcomes.append(session, found.lena, found.part(), shown, now)
    return found


def gone(intake, *accounts):
    return cleared.gone_from(intake.session, intake.item, intake.part(), accounts)


def test_gone_is_whose_account_is_not_shown(intake):
    assert gone(intake) == [intake.lena]
    assert gone(intake, intake.mine.id) == []


def test_in_a_column_that_we_fill_nothing_is_gone(intake):
    intake.item.is_ours_to_fill = True
    assert gone(intake) == []


def test_where_marks_are_made_here_nothing_is_gone(intake):
    intake.part().authority = "cairn"
    assert gone(intake) == []


@pytest.mark.parametrize("raw, is_back", [("60", True), ("60.00", True), ("61", False)])
def test_only_what_stands_is_back(intake, session, raw, is_back):
    outcomes.note_cleared(session, intake.part(), [intake.lena], intake.now)
    omar = intake.learner("Omar", "1002")
    cleared.close_those_back(session, intake.part(), [(omar, mark("60"))], intake.now)
    assert intake.discrepancies()[0].closed_at is None
    cleared.close_those_back(session, intake.part(), [(intake.lena, mark(raw))], intake.now)
    assert (intake.discrepancies()[0].closed_at is not None) == is_back
