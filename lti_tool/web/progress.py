"""The learner's page: where am I, what may change, what happens next; and only when asked, what it could count towards.

GET  /l/<launch key>/progress
GET  /l/<launch key>/progress/towards
POST /l/<launch key>/progress/towards
     award=<code of the larger award>, offer-<code>=on for each micro-credential offered,
     counted-<code>=<award that it was spent in already> (optional)
Nothing that is asked for here is kept.
"""

from flask import g, render_template, request
from sqlalchemy.orm import Session

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.models.people import LtiUser, Person
from lti_tool.services import journeys, larger_awards, stacks
from lti_tool.services.errors import Refused
from lti_tool.web.auth import launched
from lti_tool.web.course_words import reason_in_words
from lti_tool.web.frame import blueprint, context_id, course, or_say, visit
from lti_tool.web.house import house
from lti_tool.web.inputs import by_line

bp = blueprint("progress", __name__)


@bp.get("/progress")
@launched(Role.LEARNER)
def story(launch_key: str) -> str:
    context_id()  # a link that stands in no course is refused
    person_id, found = visit().actor.person_id, list[journeys.Journey]()
    if person_id is not None:  # of somebody nobody knows yet there is nothing to read
        with reading(house().sessions) as session:
            found = journeys.of_course(session, course(session), person_id)
    return render_template(
        "learner/story.html", heading="Where you stand", is_known=person_id is not None, journeys=found,
        course=visit().course,
        words=g.institution.words or {}, offers=larger_awards.offered(g.institution) if found else [],
        today=house().clock().date(), has_one_clock=not house().settings.demo_clock,
    )


@bp.get("/progress/towards")
@launched(Role.LEARNER)
def towards(launch_key: str) -> str:
    offers = larger_awards.offered(g.institution)
    with reading(house().sessions) as session:
        titles = larger_awards.titles(session, g.institution.id, offers)
    return render_template(
        "learner/towards.html", heading="What could this count towards?", offers=offers, titles=titles
    )


@bp.post("/progress/towards")
@launched(Role.LEARNER)
@or_say("progress.towards")
def project(launch_key: str) -> str:
    offer = larger_awards.offer(g.institution, request.form.get("award", ""))
    offered = by_line("offer")
    spent = {code: where.strip() for code, where in by_line("counted").items() if where.strip()}
    codes = [code for code in offer.items if code in offered]
    if not codes:
        raise Refused("nothing", "Choose at least one micro-credential that you would offer.")
    with reading(house().sessions) as session:
        me = _me(session)
        if me is None:
            raise Refused("unknown", "The university has not said yet who you are here, so nothing can be added up.")
        found = stacks.project(
            session, g.institution.id, me.key, offer.award, codes=codes, already_counted=spent
        )
    return render_template(
        "learner/towards_result.html", heading=offer.title, offer=offer, found=found, codes=codes,
        reasons=[reason_in_words(reason) for reason in found.reasons],
    )


def _me(session: Session) -> Person | None:
    """The person behind this launch; None while nobody has said who it is."""
    user_id = visit().launch.lti_user_id
    user = session.get(LtiUser, user_id) if user_id is not None else None
    return user.person if user else None
