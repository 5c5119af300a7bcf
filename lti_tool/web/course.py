"""The course inside the LMS frame: where each role lands, and the instructor's home.

GET  /l/<launch key>/                      by role: home, progress, picker, or who can do what
GET  /l/<launch key>/course                the instructor's home
POST /l/<launch key>/run                   run=<run key>           let this link stand for a run
POST /l/<launch key>/roster                (no field)              read the roster of the course now
POST /l/<launch key>/runs/<run key>/sitting  (no field)            open the next sitting: new marks are resits
"""

from flask import redirect, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.lti.service import Service
from lti_tool.lti.tool_config import registered
from lti_tool.models.platform import Registration, ResourceLink
from lti_tool.services import cohort, courses, linking, roster, sittings, teaching, teaching_requests
from lti_tool.services.launches import ANOTHER_RUN, COPY
from lti_tool.web import course_words
from lti_tool.web.auth import launched
from lti_tool.web.frame import blueprint, context_id, course, or_say, say, visit
from lti_tool.web.house import house
from lti_tool.web.inputs import required
from lti_tool.web.landing import page_for

bp = blueprint("course", __name__)
for filter_ in (course_words.in_course_words, course_words.local_input, course_words.fraction):
    bp.add_app_template_filter(filter_)


@bp.get("/")
@launched()
def landing(launch_key: str) -> Response | str:
    launch = visit().launch
    page = page_for(
        launch.message_type, launch.role, in_course=launch.context_id is not None,
        is_named=launch.lti_user_id is not None,
    )
    if page:
        return redirect(f"/l/{launch_key}/{page}", 303)
    return render_template("course/nothing_here.html", heading="Nothing here for your role", launch=launch)


@bp.get("/course")
@launched(Role.INSTRUCTOR)
def home(launch_key: str) -> str:
    with reading(house().sessions) as session:
        context = course(session)
        found = cohort.home(session, context.institution_id, context.key)
        joining = [] if found.runs else linking.choices(session, context, house().clock().date())
        elsewhere = [] if found.runs else teaching_requests.elsewhere(session, context)
        requests = teaching_requests.for_course(session, context)
        is_stale = _is_stale(session)
        may_open = {run.key for run in linking.with_next_sitting(session, context)}
    return render_template(
        "course/home.html", heading=found.course or "Your course", home=found, choices=joining, may_open=may_open,
        has_roster=bool(context.memberships_url), elsewhere=elsewhere, requests=requests, is_stale=is_stale,
        is_copy=visit().launch.claims.get("link_note") == COPY,
    )


@bp.post("/run")
@launched(Role.INSTRUCTOR)
@or_say("course.home")
def join(launch_key: str) -> Response:
    with house().sessions.begin() as session:
        run = linking.join(
            session, visit().actor, course(session), visit().launch.resource_link_id,
            required("run", "Choose the run that this course teaches."), house().clock(),
            visit().launch.claims.get("component_key", ""),
        )
    return say("course.home", f"This course now teaches {courses.name_of(run)}. Read the roster next.")


@bp.post("/roster")
@launched(Role.INSTRUCTOR)
@or_say("course.home")
def read_roster(launch_key: str) -> Response:
    found = roster.read_roster(house().sessions, roster.LmsRoster(lms), context_id(), house().clock)
    gone = f" {found.gone} have left since the last time." if found.gone else ""
    return say("course.home", f"Roster read: {found.members} people, {found.new} of them new.{gone}")


@bp.post("/runs/<run_key>/sitting")
@launched(Role.INSTRUCTOR)
@or_say("course.home")
def open_sitting(launch_key: str, run_key: str) -> Response:
    with house().sessions.begin() as session:
        run = teaching.run_in(session, course(session), run_key)
        sittings.open_next(session, visit().actor, run.key, house().clock())
    return say("course.home", "The next sitting is open. New marks of those who were to resit are resits from now on.")


def _is_stale(session: Session) -> bool:
    """The link named another run when it was opened, and nobody has said since what it stands for."""
    launch = visit().launch
    if launch.claims.get("link_note") != ANOTHER_RUN or launch.resource_link_id is None:
        return False
    return session.get_one(ResourceLink, launch.resource_link_id).run_component_id is None


def lms(registration_id: int) -> Service:
    """The services of an LMS."""
    with reading(house().sessions) as session:
        return house().services.of(registered(session.get_one(Registration, registration_id)))
