"""Differences wait for a person, who closes each with a reason."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.audit import AuditEntry
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.delivery import Discrepancy
from lti_tool.services import decisions, discrepancies
from lti_tool.services.actors import Actor
from lti_tool.services.errors import NotFound, Refused
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def home(session: Session, now: datetime) -> University:
    """A mark of Lena's was changed after ratification (I3)."""
    made = University(session, now)
    run = made.run()
    lena = made.marked(run, "60", "60")
    made.ratify(run)
    made.mark(lena, "CRIT", "70", board=1)
    decisions.decide(session, lena, made.later())
    return made


def test_it_is_listed_with_both_sides_until_it_is_closed(home: University) -> None:
    found = discrepancies.listed(home.session, home.institution.id)
    assert [(each.kind, each.learner, each.ours, each.theirs) for each in found] == [
        ("late_score", "Lena", "60 PASS", "63 PASS")
    ]
    discrepancies.close(home.session, home.actor("dana"), found[0].key, "Entered for another learner.", home.now)
    assert discrepancies.listed(home.session, home.institution.id) == []
    closed = discrepancies.listed(home.session, home.institution.id, is_open=False)[0]
    assert (closed.closed_by, closed.resolution) == ("Dana", "Entered for another learner.")
    entry = home.session.scalars(select(AuditEntry).where(AuditEntry.action == "discrepancy.close")).one()
    enrolment = home.session.get_one(Enrolment, home.session.scalars(select(Discrepancy)).one().enrolment_id)
    assert entry.person_id == enrolment.person_id


@pytest.mark.parametrize(("who", "reason", "code"), [
    pytest.param("dana", " ", "reason", id="without a reason"),
    pytest.param("bob", "So.", "role", id="by a teacher"),
    pytest.param("iris", "So.", "role", id="by IT"),
])
def test_it_is_not_closed(home: University, who: str, reason: str, code: str) -> None:
    key = discrepancies.listed(home.session, home.institution.id)[0].key
    with pytest.raises(Refused) as refused:
        discrepancies.close(home.session, home.actor(who), key, reason, home.now)
    assert refused.value.code == code


def test_it_is_closed_once(home: University) -> None:
    key = discrepancies.listed(home.session, home.institution.id)[0].key
    discrepancies.close(home.session, home.actor("dana"), key, "So.", home.now)
    with pytest.raises(Refused, match="closed already"):
        discrepancies.close(home.session, home.actor("erin"), key, "So.", home.now)


def test_another_institution_s_is_not_there(home: University) -> None:
    away = factories.institution(home.session, "elsewhere")
    key = discrepancies.listed(home.session, home.institution.id)[0].key
    stranger = Actor(institution_id=away.id, person_id=home.people["charlie"].id, roles=frozenset({Role.REGISTRY}))
    assert discrepancies.listed(home.session, away.id) == []
    with pytest.raises(NotFound):
        discrepancies.close(home.session, stranger, key, "So.", home.now)
