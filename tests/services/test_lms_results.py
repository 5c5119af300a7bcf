"""Columns read from the LMS: results become readings, and a column that cannot be read keeps no other waiting."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from connectors.errors import Unavailable
from connectors.http import Answer
from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.models.outcome import CaptureRun
from lti_tool.models.platform import LineItem
from lti_tool.services import lms_results
from lti_tool.services.capture import Column
from tests import factories
from tests.services import delivering


class Lms:
    """An LMS whose columns each show one result; one of them cannot be read."""

    def __init__(self, user: str = "u1", gone: str = "gone") -> None:
        self.user, self.gone = user, gone

    def lms(self, registration_id: int) -> "Lms":
        return self

    def pages(self, url: str, scopes: object, **_: Any) -> Iterator[Answer]:
        if self.gone in url:
            raise Unavailable("lms.example cannot be reached.")
        shown = [{"userId": self.user, "resultScore": 15.5, "resultMaximum": 20}]
        yield Answer(200, {}, json.dumps(shown).encode(), url)


def test_a_result_becomes_a_reading_with_exact_figures() -> None:
    source = lms_results.AgsResults(Lms().lms)  # type: ignore[arg-type]
    (found,) = source.results(Column(registration_id=1, url="https://lms.example/1"))
    assert (found.user_id, found.score, found.maximum) == ("u1", Decimal("15.5"), Decimal(20))


def test_one_column_that_cannot_be_read_keeps_no_other_waiting(
    sessions: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
        context = factories.context(session, factories.registration(session, world.institution))
        items = [
            LineItem(
                institution_id=world.institution.id, context_id=context.id, run_component_id=world.run.components[0].id,
                url=f"https://lms.example/{name}", resource_id=name, label=name, maximum=Decimal(20),
            ) for name in ("gone", "there")
        ]
        session.add_all(items)
        session.flush()
        ids = [item.id for item in items]
    assert lms_results.read_columns(sessions, Lms(), ids, utcnow) == 1  # type: ignore[arg-type]
    with sessions() as session:
        problems = session.scalars(select(CaptureRun.problem).order_by(CaptureRun.id)).all()
    assert problems == ["Unavailable: lms.example cannot be reached.", ""]
    assert "cannot be reached; line_item=" in caplog.text
    assert ".;" not in caplog.text
