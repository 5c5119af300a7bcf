"""For monitors: up, and ready or what is missing; neither has data."""

from flask import Flask

from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.models.delivery import WorkerBeat


def test_the_process_is_up(app: Flask) -> None:
    assert app.test_client().get("/healthz").get_json() == {"status": "up"}


def test_a_database_without_its_version_says_what_to_run(app: Flask, sessions: Sessions) -> None:
    """The tables of the tests are made from the models, with no migration written down."""
    with sessions.begin() as session:
        session.add(WorkerBeat(name="one", seen_at=utcnow()))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.get_json() == {"database": "run `cairn db upgrade`", "overdue": 0, "dispatchers": 1}
