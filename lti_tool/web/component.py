"""One component, for whoever teaches the course: what stands for each learner, and reading the LMS column now.

GET  /l/<launch key>/components/<component key>             the page
POST /l/<launch key>/components/<component key>/capture     (no field)            read the LMS column by AGS
POST /l/<launch key>/components/<component key>/authority   authority=lms|cairn   before the first mark only
"""

from flask import render_template, request
from werkzeug.wrappers import Response

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.services import capture_now, catalogue, component_pages, teaching
from lti_tool.web.auth import launched
from lti_tool.web.course import lms
from lti_tool.web.course_words import totals_in_words
from lti_tool.web.frame import blueprint, context_id, course, or_say, say, visit
from lti_tool.web.house import house

bp = blueprint("component", __name__)

PAGE = "component.show"


@bp.get("/components/<component_key>")
@launched(Role.INSTRUCTOR)
def show(launch_key: str, component_key: str) -> str:
    with reading(house().sessions) as session:
        context = course(session)
        part = teaching.component_in(session, context, component_key)
        page = component_pages.page(session, context, part)
    return render_template("course/component.html", heading=page.title, page=page)


@bp.post("/components/<component_key>/capture")
@launched(Role.INSTRUCTOR)
@or_say(PAGE, "component_key")
def capture(launch_key: str, component_key: str) -> Response:
    with reading(house().sessions) as session:
        part_id = teaching.component_in(session, course(session), component_key).id
    totals = capture_now.capture_now(house().sessions, lms, context_id(), part_id, house().clock)
    house().wake()
    return say(PAGE, f"Column read. {totals_in_words(totals)}", component_key=component_key)


@bp.post("/components/<component_key>/authority")
@launched(Role.INSTRUCTOR)
@or_say(PAGE, "component_key")
def choose_authority(launch_key: str, component_key: str) -> Response:
    with house().sessions.begin() as session:
        part = teaching.component_in(session, course(session), component_key)
        authority = request.form.get("authority", "")
        catalogue.choose_authority(session, visit().actor, part.key, authority, house().clock())
    where = "in the LMS" if authority == "lms" else "in Cairn"
    return say(PAGE, f"Marks are made {where}. From the first mark on, that stands.", component_key=component_key)
