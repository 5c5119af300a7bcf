"""For load balancers and monitors: is the process up, is it ready to serve. No data, no sign-in."""

from datetime import timedelta

from flask import Blueprint, jsonify
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from lti_tool import schema
from lti_tool.clock import utcnow
from lti_tool.db import reading
from lti_tool.models.delivery import OutboxMessage, WorkerBeat
from lti_tool.web.house import house

bp = Blueprint("health", __name__)

ALIVE_WITHIN = timedelta(minutes=2)


@bp.get("/healthz")
def healthz() -> Response:
    return jsonify(status="up")


@bp.get("/readyz")
def readyz() -> tuple[Response, int]:
    """Database reachable and at this version; how many messages are overdue, and whether anybody drains them."""
    now = utcnow()
    with reading(house().sessions) as session:
        is_current = schema.current(session.get_bind()) == schema.newest()  # type: ignore[arg-type]  # an engine
        overdue = select(func.count()).where(OutboxMessage.state == "ready", OutboxMessage.due_at < now - ALIVE_WITHIN)
        waiting = session.scalar(overdue) or 0
        beats = select(func.count()).where(WorkerBeat.seen_at > now - ALIVE_WITHIN)
        dispatchers = session.scalar(beats) or 0
    database = "current" if is_current else "run `cairn db upgrade`"
    return jsonify(database=database, overdue=waiting, dispatchers=dispatchers), 200 if is_current else 503
