"""Results of a file whose row fits nobody: shown with their hints and with those who are on the run."""

from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.services import held, nameless
from lti_tool.services.outcome_values import NewOutcome
from tests.services.ratifying import University


@pytest.fixture
def home(session: Session, now: datetime) -> University:
    return University(session, now)


def test_they_wait_with_hints_and_are_given_to_a_learner(home: University) -> None:
    run = home.run()
    lena = home.learner(run, "Lena")
    part = run.components[0]
    result = NewOutcome(status="marked", source="moodle_csv", read_at=home.now, raw=Decimal(60))
    held.hold(home.session, part, result, held.UNKNOWN, home.now, hints={"name": "L. Unknown"}, before="file:3")
    found = nameless.waiting(home.session, home.institution.id)
    assert [(each.component, each.hints, each.learners) for each in found] == [
        ("CRIT", {"name": "L. Unknown"}, ((lena.key, f"Lena ({lena.registration})"),)),
    ]
    held.give(home.session, home.actor("dana", Role.REGISTRY), found[0].key, lena.key, home.now)
    assert nameless.waiting(home.session, home.institution.id) == []
