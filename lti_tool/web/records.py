"""Record systems: whether they are sent to, why not, and whether they answer. Secrets are never shown."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.clock import utcnow
from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.services import destinations, queue, record_systems
from lti_tool.web import pictures
from lti_tool.web.auth import for_staff
from lti_tool.web.back import or_back
from lti_tool.web.house import house

bp = Blueprint("records", __name__, url_prefix="/staff/records")

SEES = (Role.REGISTRY, Role.IT_ADMIN, Role.AUDITOR)
ACTS = (Role.REGISTRY, Role.IT_ADMIN)


@bp.get("/")
@for_staff(*SEES)
def index() -> str:
    with reading(house().sessions) as session:
        found = record_systems.systems(session, g.institution.id)
        return render_template(
            "staff/records.html", heading="Record systems", lms=destinations.LTI_SCORES,
            systems=[(system.row, system.name, pictures.delivery(system.counts)) for system in found],
            progress=queue.progress(session, g.institution.id, utcnow()), may_act=g.desk.actor.has(*ACTS),
        )


@bp.post("/<system_key>/check")
@for_staff(*ACTS)
@or_back("records.index")
def check(system_key: str) -> str:
    """Test the connection; it only reads, so the page answers at once."""
    report = destinations.check(house().sessions, g.institution.id, system_key)
    with reading(house().sessions) as session:
        name = destinations.by_key(session, g.institution.id, system_key).name
    return render_template("staff/check.html", heading=f"Test of {name}", report=report, back=url_for(".index"))


@bp.post("/<system_key>/pause")
@for_staff(*ACTS)
@or_back("records.index")
def pause(system_key: str) -> Response:
    with house().sessions.begin() as session:
        found = destinations.pause(
            session, g.desk.actor, system_key, request.form.get("reason", ""), house().clock()
        )
    flash(f"{found.name} is paused. Nothing is lost: what is for it waits.", "good")
    return redirect(url_for(".index"), 303)


@bp.post("/<system_key>/resumption")
@for_staff(*ACTS)
@or_back("records.index")
def resume(system_key: str) -> Response:
    with house().sessions.begin() as session:
        found = destinations.resume(session, g.desk.actor, system_key, house().clock())
    house().wake()
    flash(f"{found.name} is sent to again.", "good")
    return redirect(url_for(".index"), 303)
