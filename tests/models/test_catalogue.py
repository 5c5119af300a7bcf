"""The catalogue: codes, versions, components, runs and registrations are each there once."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import (
    Achievement,
    AchievementVersion,
    Component,
    Enrolment,
    RegulationSet,
    Run,
    RunComponent,
)
from tests import factories
from tests.models.conftest import Refuses
from tests.services import delivering


def test_names_are_taken_once(session: Session, world: delivering.World, refuses: Refuses) -> None:
    ours, version, run = world.institution.id, world.version, world.run
    refuses(RegulationSet(institution_id=ours, code="INV-2026.1", name="x", text="", digest=""))
    refuses(Achievement(institution_id=ours, code=version.achievement.code))
    refuses(AchievementVersion(institution_id=ours, achievement_id=version.achievement_id, version=version.version))
    refuses(Component(institution_id=ours, version_id=version.id, code="CRIT", weight=Decimal(1)))
    refuses(Run(institution_id=ours, version_id=version.id, code=run.code, occurrence="A1", period="2026/T2"))
    refuses(RunComponent(
        institution_id=ours, run_id=run.id, component_id=version.components[0].id,
    ))


def test_another_institution_may_have_the_same_names(session: Session, world: delivering.World) -> None:
    theirs = delivering.world(session, code="elsewhere")
    assert theirs.version.achievement.code == world.version.achievement.code


def test_a_registration_stands_once_on_a_run(
    session: Session, world: delivering.World, refuses: Refuses
) -> None:
    enrolment = delivering.learner(session, world)
    other = factories.person(session, world.institution, "Omar")
    refuses(Enrolment(
        institution_id=enrolment.institution_id, run_id=enrolment.run_id, person_id=other.id,
        registration=enrolment.registration,
    ))


@pytest.mark.parametrize("weight", ["33.3", "0", "66.666666666666666667"])
def test_weights_come_back_as_they_were_written(session: Session, world: delivering.World, weight: str) -> None:
    component = world.version.components[0]
    component.weight = Decimal(weight)
    session.flush()
    session.expire(component)
    assert str(component.weight) == weight


def test_components_come_in_their_order(session: Session, world: delivering.World) -> None:
    first, second = world.version.components
    first.position, second.position = 2, 1
    session.flush()
    session.expire(world.version)
    assert [component.code for component in world.version.components] == [second.code, first.code]
