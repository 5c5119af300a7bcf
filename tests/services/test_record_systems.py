"""Systems with where their messages stand, and what a message leads on to."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from lti_tool.services import record_systems
from lti_tool.services.errors import NotFound
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def home(session: Session, now: datetime) -> University:
    return University(session, now)


def test_each_system_with_its_counts(home: University) -> None:
    run = home.run()
    home.marked(run, "60", "60")
    home.ratify(run)
    found = record_systems.systems(home.session, home.institution.id)
    assert [(each.name, dict(each.counts)) for each in found] == [
        ("records of IL5101", {"ready": 1}),
    ]


def test_an_lms_is_called_by_its_own_name(home: University) -> None:
    registration = factories.registration(home.session, home.institution)
    factories.destination(
        home.session, home.institution, name="lms key", connector="lti_scores", registration_id=registration.id,
    )
    assert [each.name for each in record_systems.systems(home.session, home.institution.id)] == ["Moodle, for scores"]


def test_a_message_leads_to_its_award_and_its_person(home: University) -> None:
    run = home.run()
    lena = home.marked(run, "60", "60")
    award = home.ratify(run)[0]
    final = home.messages(lena)[-1]
    found = record_systems.links(home.session, home.institution.id, final.key)
    assert (found.award_key, found.person_key) == (award.key, lena.person.key)
    away = factories.institution(home.session, "elsewhere")
    with pytest.raises(NotFound):
        record_systems.links(home.session, away.id, final.key)


def test_a_provisional_figure_leads_to_no_award_yet(home: University) -> None:
    lena = home.marked(home.run(authority="record_system"), "60", "60")
    provisional = home.messages(lena)[0]
    found = record_systems.links(home.session, home.institution.id, provisional.key)
    assert (found.award_key, found.person_key) == ("", lena.person.key)
