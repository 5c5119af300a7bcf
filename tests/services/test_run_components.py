"""A key opens a component of one's own institution, and nothing else."""

import pytest
from sqlalchemy import update

from lti_tool.models.catalogue import RunComponent
from lti_tool.services.errors import NotFound
from lti_tool.services.run_components import run_component, take_in_turn
from tests.services.taking_in import Intake


def test_only_of_one_s_own_institution(session, now):
    intake, other = Intake(session, now), Intake(session, now, "elsewhere")
    assert run_component(session, intake.actor(), intake.part().key) is intake.part()
    for key in (other.part().key, "nothing"):
        with pytest.raises(NotFound):
            run_component(session, intake.actor(), key)


def test_taking_turns_looks_again(session, now):
    part = Intake(session, now).part()
    session.execute(
        update(RunComponent)
        .where(RunComponent.id == part.id)
        .values(scale="PGT")
        .execution_options(synchronize_session=False)
    )
    take_in_turn(session, part)
    assert part.scale == "PGT"
