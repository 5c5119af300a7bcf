"""Outcomes: the same reading twice is one row; figures are exact, and no figure is not zero."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lti_tool.models.outcome import HeldResult, Outcome
from tests.models.conftest import Refuses
from tests.services import delivering


@pytest.fixture
def fields(session: Session, world: delivering.World) -> dict[str, Any]:
    return {
        "institution_id": world.institution.id, "enrolment_id": delivering.learner(session, world).id,
        "run_component_id": world.run.components[0].id, "status": "marked", "source": "ags", "standing": "counted",
        "delivery": "d" * 64, "read_at": delivering.RATIFIED,
    }


def test_the_same_reading_is_kept_once(session: Session, fields: dict[str, Any], refuses: Refuses) -> None:
    session.add(Outcome(**fields, raw=Decimal("61.5")))
    session.flush()
    refuses(Outcome(**fields, raw=Decimal("61.5")))
    session.add(Outcome(**{**fields, "delivery": "e" * 64}, raw=Decimal(63)))
    session.flush()


@pytest.mark.parametrize("raw", [None, Decimal(0), Decimal("0.10"), Decimal("66.666666666666666667")])
def test_a_figure_comes_back_as_it_was_read(session: Session, fields: dict[str, Any], raw: Decimal | None) -> None:
    made = Outcome(**fields, raw=raw)
    session.add(made)
    session.flush()
    session.expire(made)
    assert made.raw == raw
    assert (made.raw is None) == (raw is None), "absent and zero stay two things"


def test_the_same_result_of_nobody_is_held_once(
    session: Session, fields: dict[str, Any], refuses: Refuses
) -> None:
    def held() -> HeldResult:
        return HeldResult(
            institution_id=fields["institution_id"], run_component_id=fields["run_component_id"], delivery="d",
            reason="unknown", body=b"sealed", held_at=delivering.RATIFIED,
        )

    session.add(held())
    session.flush()
    refuses(held())
