"""One learner as the teacher sees them: the derivation line by line, and every result that ever came.

GET /l/<launch key>/runs/<run key>/learners       everybody on a run
GET /l/<launch key>/learners/<registration key>
"""

from flask import render_template

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.services import cohort, derivations, teaching
from lti_tool.web.auth import launched
from lti_tool.web.frame import blueprint, course
from lti_tool.web.house import house

bp = blueprint("learners", __name__)


@bp.get("/runs/<run_key>/learners")
@launched(Role.INSTRUCTOR)
def table(launch_key: str, run_key: str) -> str:
    with reading(house().sessions) as session:
        run = teaching.run_in(session, course(session), run_key)
        found = cohort.table(session, run.institution_id, run.key)
        title = run.title
    return render_template("course/learners.html", heading="Learners", table=found, run_title=title)


@bp.get("/learners/<enrolment_key>")
@launched(Role.INSTRUCTOR)
def show(launch_key: str, enrolment_key: str) -> str:
    with reading(house().sessions) as session:
        enrolment = teaching.enrolment_in(session, course(session), enrolment_key)
        found = derivations.of(session, enrolment)
    return render_template("course/learner.html", heading=found.name, found=found, run_key=enrolment.run.key)
