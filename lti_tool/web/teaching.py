"""Courses that teach a run, and those that ask to: registry answers, and parts one that should not."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.services import parting, teaching_requests
from lti_tool.web.auth import for_staff
from lti_tool.web.back import or_back
from lti_tool.web.course_words import answered_in_words
from lti_tool.web.house import house

bp = Blueprint("teaching", __name__, url_prefix="/staff/teaching")


@bp.get("/")
@for_staff(Role.REGISTRY)
def index() -> str:
    with reading(house().sessions) as session:
        found = teaching_requests.for_registry(session, g.institution.id)
        teaching = parting.listed(session, g.institution.id)
    return render_template("staff/teaching.html", heading="Courses that teach", requests=found, teaching=teaching)


@bp.post("/parting")
@for_staff(Role.REGISTRY)
@or_back("teaching.index")
def part() -> Response:
    form = request.form
    with house().sessions.begin() as session:
        parted = parting.part(
            session, g.desk.actor, form.get("course", ""), form.get("run", ""), form.get("reason", ""), house().clock()
        )
    flash(f"Parted: {parted.course} teaches {parted.run} no more.", "good")
    return redirect(url_for(".index"), 303)


@bp.post("/<request_key>")
@for_staff(Role.REGISTRY)
@or_back("teaching.index")
def answer(request_key: str) -> Response:
    with house().sessions.begin() as session:
        answered = teaching_requests.answer_as_registry(
            session, g.desk.actor, request_key, request.form.get("answer", ""), house().clock()
        )
    flash(answered_in_words(answered), "good")
    return redirect(url_for(".index"), 303)
