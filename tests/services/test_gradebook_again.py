"""Whether a file was taken in before, and for whom newer marks came since."""

from datetime import timedelta

import pytest

from lti_tool.models.outcome import CaptureRun
from lti_tool.services import gradebook_again, outcomes
from tests.services.taking_in import Intake, mark


@pytest.fixture
def intake(session, now):
    return Intake(session, now)


def take(intake, digest, *results):
    run = CaptureRun(
        institution_id=intake.institution.id, run_component_id=intake.part().id, source="ags" if not digest else "csv",
        file_digest=digest, started_at=intake.now,
    )
    intake.session.add(run)
    intake.session.flush()
    intake.now += timedelta(hours=1)
    for enrolment, raw in results:
        result = mark(raw, source="canvas_csv" if digest else "ags", capture_run_id=run.id)
        outcomes.append(intake.session, enrolment, intake.part(), result, intake.now)
    return run


def test_newer_is_what_another_reading_has_brought_since(intake, session):
    lena, omar = intake.learner("Lena", "1001"), intake.learner("Omar", "1002")
    nobody = gradebook_again.Before()
    assert gradebook_again.taken_before(session, intake.part(), "one") == nobody
    take(intake, None, (omar, "50"))
    first = take(intake, "one", (lena, "75"))
    known = gradebook_again.taken_before(session, intake.part(), "one")
    assert (known.at, known.newer) == (first.started_at, frozenset())
    take(intake, None, (lena, "60"))
    assert gradebook_again.taken_before(session, intake.part(), "one").newer == {lena.id}
    assert gradebook_again.taken_before(session, intake.part(), "other") == nobody
    assert gradebook_again.taken_before(session, intake.part("CRIT"), "one") == nobody
    take(intake, "one", (lena, "80"))
    assert gradebook_again.taken_before(session, intake.part(), "one").newer == frozenset()
