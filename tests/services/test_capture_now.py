"""Reading a component's columns on a teacher's word, wherever the LMS keeps them now."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select

from connectors.errors import Unavailable
from connectors.http import HttpClient
from lti_tool.db import Sessions, reading
from lti_tool.lti.service import Service, Services
from lti_tool.lti.tool_config import ToolConfig, registered
from lti_tool.models.outcome import CaptureRun
from lti_tool.models.platform import LineItem, Registration
from lti_tool.services import capture_now, registrations
from lti_tool.services.errors import Refused
from tests.platform.forged import ForgedPlatform, running
from tests.services.taking_in import Intake


@pytest.fixture
def lms() -> Iterator[ForgedPlatform]:
    with running() as here:
        here.grants()
        here.routes["GET /items/PORT/results"] = lambda call: (200, [
            {"id": "r1", "userId": "lena", "resultScore": 61.5, "resultMaximum": 100},
        ], {})
        yield here


@pytest.fixture
def http() -> Iterator[HttpClient]:
    client = HttpClient()
    yield client
    client.close()


def furnish(sessions: Sessions, lms: ForgedPlatform, now: datetime, url: str) -> tuple[int, int]:
    """A course with a column, whose address may not be known yet; its number, and that of the component."""
    with sessions.begin() as session:
        intake = Intake(session, now)
        registrations.ensure_keys(session, intake.institution.id, now)
        intake.registration.token_url = lms.token_url
        intake.context.lineitems_url = f"{lms.url}/items"
        intake.context.scopes = ["https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"]
        intake.account("lena", intake.learner().person)
        column = intake.column()
        column.url, column.state = url, "open" if url else "planned"
        return intake.context.id, intake.part().id


def read(sessions: Sessions, http: HttpClient, where: tuple[int, int], now: datetime) -> dict[str, int]:
    services = Services(http, ToolConfig(sessions))

    def lms_of(registration_id: int) -> Service:
        with reading(sessions) as session:
            return services.of(registered(session.get_one(Registration, registration_id)))

    return capture_now.capture_now(sessions, lms_of, *where, lambda: now)


def test_a_known_column_is_read(sessions: Sessions, http: HttpClient, lms: ForgedPlatform, now: datetime) -> None:
    where = furnish(sessions, lms, now, f"{lms.url}/items/PORT")
    totals = read(sessions, http, where, now)
    assert (totals["read"], totals["new"]) == (1, 1)
    assert lms.asked("/items") == [], "its address is known"


def test_an_unknown_address_is_looked_up_by_our_name(
    sessions: Sessions, http: HttpClient, lms: ForgedPlatform, now: datetime
) -> None:
    lms.routes["GET /items"] = lambda call: (200, [
        {"id": f"{lms.url}/items/PORT", "label": "x", "scoreMaximum": 100, "resourceId": "cairn:PORT"},
    ], {})
    where = furnish(sessions, lms, now, "")
    assert read(sessions, http, where, now)["new"] == 1
    with reading(sessions) as session:
        column = session.scalars(select(LineItem)).one()
    assert (column.url, column.state) == (f"{lms.url}/items/PORT", "open")


def test_a_column_that_the_lms_never_made_is_told(
    sessions: Sessions, http: HttpClient, lms: ForgedPlatform, now: datetime
) -> None:
    lms.routes["GET /items"] = lambda call: (200, [], {})
    where = furnish(sessions, lms, now, "")
    with pytest.raises(Refused, match="Open the activity in the LMS once"):
        read(sessions, http, where, now)


def test_a_reading_that_fails_changes_nothing_and_is_written_down(
    sessions: Sessions, http: HttpClient, lms: ForgedPlatform, now: datetime
) -> None:
    lms.routes["GET /items/PORT/results"] = lambda call: (503, {}, {})
    where = furnish(sessions, lms, now, f"{lms.url}/items/PORT")
    with pytest.raises(Unavailable):
        read(sessions, http, where, now)
    with reading(sessions) as session:
        assert session.scalars(select(CaptureRun.problem)).one().startswith("Unavailable")
