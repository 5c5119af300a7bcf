"""A course asks to teach a run that is taught elsewhere, and the course that teaches it answers.

POST /l/<launch key>/asking                  run=<run key>             ask
POST /l/<launch key>/asking/withdrawal       run=<run key>             take it back, before the course has joined
POST /l/<launch key>/asking/<request key>    answer=let_in|refused     of a run that this course teaches
Each goes back to where the launch landed: the course's home, or the picker.
"""

from flask import request
from werkzeug.wrappers import Response

from lti_tool.domain.ratification import Role
from lti_tool.services import courses, teaching_requests
from lti_tool.web.auth import launched
from lti_tool.web.course_words import answered_in_words
from lti_tool.web.frame import blueprint, course, or_say, say, visit
from lti_tool.web.house import house
from lti_tool.web.inputs import required

bp = blueprint("asking", __name__)

BACK = "course.landing"


@bp.post("/asking")
@launched(Role.INSTRUCTOR)
@or_say(BACK)
def ask(launch_key: str) -> Response:
    with house().sessions.begin() as session:
        run = teaching_requests.ask(
            session, visit().actor, course(session), required("run", "Choose the run to ask for."), house().clock()
        )
    name = courses.name_of(run)
    return say(BACK, f"Asked to teach {name} too. Whoever teaches it, or registry, answers; look here again later.")


@bp.post("/asking/withdrawal")
@launched(Role.INSTRUCTOR)
@or_say(BACK)
def withdraw(launch_key: str) -> Response:
    with house().sessions.begin() as session:
        run = teaching_requests.withdraw(
            session, visit().actor, course(session), required("run", "Choose the run."), house().clock()
        )
    return say(BACK, f"Taken back: this course asks for {courses.name_of(run)} no more.")


@bp.post("/asking/<request_key>")
@launched(Role.INSTRUCTOR)
@or_say(BACK)
def answer(launch_key: str, request_key: str) -> Response:
    with house().sessions.begin() as session:
        answered = teaching_requests.answer_in_course(
            session, visit().actor, course(session), request_key, request.form.get("answer", ""), house().clock()
        )
    return say(BACK, answered_in_words(answered))
