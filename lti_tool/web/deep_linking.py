"""Deep linking: the teacher picks what a link stands for, is told what its column would be, and it is added.

GET  /l/<launch key>/pick[?run=<run key>]   the runs, and the components of one
POST /l/<launch key>/pick                   component=<component key>, release=when_ratified|at_once (where it is asked)
POST /l/<launch key>/pick/cancel            (no field)
Both answer with a page whose one form takes the field ``JWT`` back to the LMS; it sends itself where scripts run.
"""

from collections.abc import Sequence

from flask import render_template, request
from werkzeug.wrappers import Response

from lti_tool.clock import utcnow
from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.lti.claims import DEEP_LINKING_LAUNCH
from lti_tool.lti.deep_linking import Column, Item, Settings, respond
from lti_tool.lti.reading import CUSTOM_COMPONENT, TARGET_PATH
from lti_tool.lti.registered import origin_of
from lti_tool.lti.tool_config import registered
from lti_tool.models.platform import Deployment
from lti_tool.services import linking, teaching_requests
from lti_tool.services.columns import WHEN_RATIFIED
from lti_tool.services.errors import Refused
from lti_tool.services.linking import Picked
from lti_tool.web.auth import launched
from lti_tool.web.frame import blueprint, course, or_say, visit
from lti_tool.web.headers import allow_form_to
from lti_tool.web.house import house
from lti_tool.web.inputs import required

bp = blueprint("deep_linking", __name__)


@bp.get("/pick")
@launched(Role.INSTRUCTOR)
def picker(launch_key: str) -> str:
    settings, run_key = _settings(), request.args.get("run", "")
    with reading(house().sessions) as session:
        context = course(session)
        runs = linking.choices(session, context, house().clock().date())
        elsewhere = teaching_requests.elsewhere(session, context)
        here = [run.key for run in runs if run.is_here]
        wanted = run_key or (here[0] if len(here) == 1 else runs[0].key if len(runs) == 1 else "")
        run = linking.chosen_run(session, context, wanted) if wanted else None
        parts = linking.parts(session, context, run) if run else []
    return render_template(
        "course/pick.html", heading="Add from Cairn", runs=runs, run=run, parts=parts, settings=settings,
        elsewhere=elsewhere,
    )


@bp.post("/pick")
@launched(Role.INSTRUCTOR)
@or_say("deep_linking.picker")
def pick(launch_key: str) -> Response | str:
    settings = _settings()
    with house().sessions.begin() as session:
        picked = linking.pick(
            session, visit().actor, course(session), required("component", "Choose what the link stands for."),
            request.form.get("release") or WHEN_RATIFIED, house().clock(),
        )
    return _answer(settings, [_item(picked)], picked.title)


@bp.post("/pick/cancel")
@launched(Role.INSTRUCTOR)
def cancel(launch_key: str) -> str:
    return _answer(_settings(), [], "")


def _settings() -> Settings:
    """What the LMS takes back. Only a launch that asked has it."""
    launch = visit().launch
    if launch.message_type != DEEP_LINKING_LAUNCH:
        raise Refused("not_asked", "To add a link, start from “Add activity” in the LMS.")
    return Settings.from_json(launch.claims["deep_linking"])


def _item(picked: Picked) -> Item:
    planned = picked.column
    column = None
    if planned is not None:
        column = Column(label=planned.label, maximum=planned.maximum, resource_id=planned.resource_id)
    return Item(
        url=f"{house().settings.public_url}{TARGET_PATH}{picked.key}", title=picked.title,
        custom={CUSTOM_COMPONENT: picked.key},
        column=column,
    )


def _answer(settings: Settings, items: Sequence[Item], title: str) -> str:
    """The page that carries the signed answer back."""
    launch = visit().launch
    with reading(house().sessions) as session:
        deployment = session.get_one(Deployment, launch.deployment_id)
        platform, deployment_id = registered(deployment.registration), deployment.deployment_id
    key = house().config.signing_key(platform.institution_id)
    token = respond(platform, deployment_id, settings, items, key=key, now=utcnow())
    allow_form_to(origin_of(settings.return_url))
    return render_template(
        "course/picked.html", heading="Back to your course", token=token, return_url=settings.return_url, title=title,
    )
