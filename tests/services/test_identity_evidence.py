"""Registry's word on whose account this is needs what it rests on."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.audit import AuditEntry
from lti_tool.models.people import LtiUser, Person
from lti_tool.services import audit, identity_evidence
from lti_tool.services.errors import Refused
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def home(session: Session, now: datetime) -> University:
    return University(session, now)


@pytest.fixture
def account(home: University) -> LtiUser:
    return factories.lti_user(home.session, factories.registration(home.session, home.institution))


@pytest.fixture
def lena(home: University) -> Person:
    return factories.person(home.session, home.institution, "Lena", student_number="S1")


def test_the_evidence_is_sealed_with_the_act(home: University, account: LtiUser, lena: Person) -> None:
    identity_evidence.confirm(home.session, home.actor("dana"), account.key, lena.key, " ID card seen ", home.now)
    assert (account.person_id, account.match) == (lena.id, "confirmed")
    entry = home.session.scalars(select(AuditEntry).where(AuditEntry.action == "identity_evidence")).one()
    assert entry.person_id == lena.id
    assert audit.details_of(home.session, entry) == {"evidence": "ID card seen"}


@pytest.mark.parametrize(("who", "evidence", "code"), [("dana", " ", "evidence"), ("bob", "ID card seen", "role")])
def test_it_is_refused(home: University, account: LtiUser, lena: Person, who: str, evidence: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        identity_evidence.confirm(home.session, home.actor(who), account.key, lena.key, evidence, home.now)
    assert refused.value.code == code
    assert account.person_id is None


def test_somebody_must_be_chosen(home: University, account: LtiUser) -> None:
    with pytest.raises(Refused, match="Choose whose account"):
        identity_evidence.confirm(home.session, home.actor("dana"), account.key, "", "ID card seen", home.now)
