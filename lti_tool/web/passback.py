"""What went back into the LMS columns, per learner, with whoever must act.

GET  /l/<launch key>/passback
POST /l/<launch key>/passback/<message key>/retry   (no field)   a score on hold is sent again
"""

from flask import render_template
from werkzeug.wrappers import Response

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.services import column_states
from lti_tool.web.auth import launched
from lti_tool.web.frame import blueprint, course, or_say, say, visit
from lti_tool.web.house import house

bp = blueprint("passback", __name__)


@bp.get("/passback")
@launched(Role.INSTRUCTOR)
def show(launch_key: str) -> str:
    with reading(house().sessions) as session:
        columns = column_states.of_course(session, course(session))
    return render_template("course/passback.html", heading="Sent back to the LMS", columns=columns)


@bp.post("/passback/<message_key>/retry")
@launched(Role.INSTRUCTOR)
@or_say("passback.show")
def retry(launch_key: str, message_key: str) -> Response:
    with house().sessions.begin() as session:
        column_states.send_again(session, visit().actor, course(session), message_key, house().clock())
    house().wake()
    return say("passback.show", "The score is on its way again. Reload this page in a moment.")
