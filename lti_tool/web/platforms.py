"""LMSs: every figure that an administrator types into one, and whether it answers us."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.services import platform_checks, registrations
from lti_tool.web.auth import for_staff
from lti_tool.web.back import or_back
from lti_tool.web.house import house

bp = Blueprint("platforms", __name__, url_prefix="/staff/platforms")


@bp.get("/")
@for_staff(Role.IT_ADMIN)
def index() -> str:
    with reading(house().sessions) as session:
        rows = registrations.listed(session, g.institution.id)
        return render_template("staff/platforms.html", heading="LMSs", platforms=rows)


@bp.get("/<platform_key>")
@for_staff(Role.IT_ADMIN)
def show(platform_key: str) -> str:
    with reading(house().sessions) as session:
        found = registrations.find(session, g.institution.id, platform_key)
        figures = registrations.figures(found, house().settings.public_url)
        return render_template(
            "staff/platform.html", heading=found.name, platform=found, figures=figures,
            warning=registrations.FIELD_WARNING,
        )


@bp.post("/<platform_key>/student-field")
@for_staff(Role.IT_ADMIN)
@or_back("platforms.show", "platform_key")
def name_student_field(platform_key: str) -> Response:
    field = request.form.get("field", "").strip()
    with house().sessions.begin() as session:
        registrations.name_student_field(
            session, g.institution.id, platform_key, field, house().clock(), g.desk.actor.person_id
        )
    house().config.forget()
    flash(f"The custom field {field} counts where LIS brings no number." if field else "LIS alone counts.", "good")
    return redirect(url_for(".show", platform_key=platform_key), 303)


@bp.post("/<platform_key>/check")
@for_staff(Role.IT_ADMIN)
def check(platform_key: str) -> str:
    """Ask for its keys and for a token; it changes nothing, so the page answers at once."""
    report = platform_checks.check(house().sessions, house().http, g.institution.id, platform_key)
    return render_template(
        "staff/check.html", heading="Test of the LMS", report=report, back=url_for(".show", platform_key=platform_key)
    )
