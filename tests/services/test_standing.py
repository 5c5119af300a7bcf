"""What stands: the newest version, unless it was revoked."""

import pytest

from lti_tool.models.award import Revocation
from lti_tool.services import standing
from tests.services.ratifying import University


@pytest.fixture
def lena(session, now):
    university = University(session, now)
    run = university.run()
    lena = university.marked(run, "60", "30")
    university.ratify(run)
    university.mark(lena, "PORT", "80", attempt=2)
    university.ratify(run)
    return lena


def test_I2_every_version_is_there_and_the_newest_stands(session, lena):
    assert [award.kind for award in standing.history(session, lena)] == ["RESIT", "PASS"]
    assert standing.current(session, lena).kind == "PASS"


def test_revoked_nothing_stands_and_all_is_there(session, lena, now):
    newest = standing.current(session, lena)
    session.add(Revocation(
        institution_id=lena.institution_id, award_id=newest.id, ratification_id=newest.ratification_id, reason="error",
        revoked_at=now,
    ))
    assert standing.current(session, lena) is None
    assert len(standing.history(session, lena)) == 2
