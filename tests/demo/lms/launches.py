"""Opening the tool: login initiation, the authentication request, the signed message, and deep linking back."""

import json
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request
from lti1p3platform.exceptions import LtiDeepLinkingResponseException, PreflightRequestValidationException
from lti1p3platform.message_launch import LTIAdvantageMessageLaunchAbstract
from lti1p3platform.oidc_login import OIDCLoginAbstract
from werkzeug.wrappers import Response

from tests.demo.lms.model import Link, User
from tests.demo.lms.platform import Refused, ToolRequest
from tests.demo.lms.site import Site, site, who

bp = Blueprint("launches", __name__)
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
OFFERING = "http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
# OpenID Connect as LTI narrows it (Security Framework 1.0 §5.1.1.2): these values and no others.
FIXED = {"scope": "openid", "response_type": "id_token", "response_mode": "form_post", "prompt": "none"}


class Login(OIDCLoginAbstract):  # type: ignore[misc]
    """Sends the browser to the tool's login address."""

    def set_lti_message_hint(self, **kwargs: Any) -> None:
        self._lti_message_hint = kwargs["hint"]

    def get_redirect(self, url: str) -> Response:
        return redirect(url)


class Message(LTIAdvantageMessageLaunchAbstract):  # type: ignore[misc]
    """The launch message of one ticket."""

    def __init__(self, ticket: dict[str, str], ticket_key: str, *args: Any) -> None:
        super().__init__(*args)
        self.ticket, self.ticket_key = ticket, ticket_key

    def get_preflight_response(self) -> dict[str, Any]:
        return request.values.to_dict()

    def prepare_launch(self, preflight_response: dict[str, Any]) -> None:
        here = site()
        user = here.state.users[self.ticket["user"]]
        course = here.state.courses[self.ticket["course"]]
        self.set_user_data(user.id, [MEMBERSHIP + user.role], full_name=user.name, email_address=user.email)
        self.set_launch_context_claim(course.code, [OFFERING], course.title, course.code)
        self.set_launch_presentation_claim("iframe", f"{here.issuer}/courses/{course.code}")
        self.set_extra_claims(dict(_more_claims(here, user, course.sourcedid)))
        self.set_nrps(f"{here.issuer}/services/courses/{course.code}/members")
        lineitems = f"{here.issuer}/services/courses/{course.code}/lineitems"
        if self.ticket["kind"] == "deep_linking":
            self.set_ags(lineitems)
            self._offer_choice(here)
            return
        link = here.state.links[self.ticket["link"]]
        self.set_ags(lineitems, f"{lineitems}/{link.column}" if link.column else None)
        self.set_resource_link_claim(link.id, link.text or None, link.title)
        self.set_custom_parameters_claim(dict(link.custom))
        self.set_launch_url(_target(here, link))

    def _offer_choice(self, here: Site) -> None:
        back = here.tickets.issue(**self.ticket)
        self.set_dl(f"{here.issuer}/deep-linking/{back}", "Add activity", "", {"ltiResourceLink"}, back)
        assert self._deep_linking_launch_data is not None
        settings = self._deep_linking_launch_data[f"{DL}deep_linking_settings"]
        settings.update(accept_lineitem=True, accept_presentation_document_targets=["iframe", "window"])

    def render_launch_form(self, launch_data: dict[str, Any], **kwargs: Any) -> str:
        fields = {name: launch_data[name] for name in ("id_token", "state")}
        return render_template("autopost.html", action=launch_data["launch_url"], fields=fields)


def _more_claims(here: Site, user: User, section: str) -> Iterator[tuple[str, Any]]:
    """Claims that the library has no setter for. Who has no given name gets no such claim."""
    if user.given:
        yield "given_name", user.given
    yield "family_name", user.family
    yield "locale", "en-GB"
    lis = {"course_section_sourcedid": section}
    if user.sourcedid is not None:
        lis["person_sourcedid"] = user.sourcedid
    yield f"{CLAIM}lis", lis
    yield f"{CLAIM}tool_platform", {
        "guid": "inverlea-demo-lms", "name": "University of Inverlea", "product_family_code": "inverlea-demo",
        "version": "1", "url": here.issuer,
    }


def _target(here: Site, link: Link) -> str:
    return link.url or here.state.tool.get("launch_url", "")


def _begin(user: User, course: str, target: str, **what: str) -> Response:
    here = site()
    if not here.state.tool:
        abort(503, "The tool is not registered yet: post its addresses to /_admin/tool.")
    ticket = here.tickets.issue(user=user.id, course=course, **what)
    login = Login(ToolRequest(request), here.platform())
    # Moodle's hint is JSON text as well: quotes and braces that a tool must hand back unchanged
    login.set_lti_message_hint(hint=json.dumps({"cmid": what.get("link", course), "launchid": ticket}))
    login.set_launch_url(target)
    return login.initiate_login(user.id)


@bp.get("/launch/<link_id>")
def launch(link_id: str) -> Response:
    """Start a launch of one activity, as ``?user=`` or as whoever is signed in."""
    here = site()
    link = here.state.links.get(link_id) or abort(404)
    user = who(link.course)
    return _begin(user, link.course, _target(here, link), kind="resource", link=link.id)


@bp.get("/courses/<code>/add/launch")
def choose(code: str) -> Response:
    """Start deep linking: the teacher picks something in the tool."""
    user = who(code)
    if not user.teaches:
        abort(403, "Only a teacher adds activities.")
    return _begin(user, code, site().state.tool.get("launch_url", ""), kind="deep_linking")


@bp.route("/auth", methods=["GET", "POST"])
def auth() -> Any:
    """The OpenID authentication request of the tool; answered with a form that posts itself to the tool."""
    here = site()
    asked = request.values
    wrong = sorted(name for name, value in FIXED.items() if asked.get(name) != value)
    if asked.get("redirect_uri") not in here.redirect_uris():
        wrong.append("redirect_uri")
    if wrong:
        abort(400, f"The authentication request is not one of LTI 1.3: {', '.join(wrong)}.")
    key = _launch_id(asked.get("lti_message_hint", ""))
    ticket = here.tickets.take(key)
    if ticket is None or ticket["user"] != asked.get("login_hint"):
        abort(400, "This launch is unknown, was used before, or is somebody else's. Open the activity again.")
    try:
        return Message(ticket, key, ToolRequest(request), here.platform()).lti_launch()
    except PreflightRequestValidationException:
        abort(400, "The authentication request lacks a nonce, a state or our client id.")


def _launch_id(hint: str) -> str:
    try:
        return str(json.loads(hint)["launchid"])
    except (ValueError, KeyError, TypeError):
        return ""


@bp.post("/deep-linking/<ticket_key>")
def deep_linking(ticket_key: str) -> str:
    """What the teacher picked comes back, signed by the tool: activities with their columns appear in the course."""
    here = site()
    ticket = here.tickets.take(ticket_key) or abort(400, "This choice is unknown or was made before.")
    platform = here.platform()
    platform.set_accepted_deeplinking_types(["ltiResourceLink"])
    try:
        claims = platform.read_tool_token(request.form.get("JWT", ""), here.issuer, once="nonce")
        _check_answer(here, claims, ticket_key)
        items = platform.validate_deeplinking_resp({"JWT": request.form["JWT"]})
    except (Refused, LtiDeepLinkingResponseException) as error:
        current_app.logger.info("deep linking refused: %s", error)
        abort(400, str(error))
    links = [here.state.add_link(ticket["course"], item) for item in items]
    return render_template("added.html", links=links, course=here.state.courses[ticket["course"]])


def _check_answer(here: Site, claims: dict[str, Any], ticket_key: str) -> None:
    if claims.get(f"{CLAIM}deployment_id") != here.deployment_id:
        raise Refused("The answer is for another deployment.")
    if claims.get(f"{DL}data") != ticket_key:
        raise Refused("The answer does not return our data as it was sent.")
