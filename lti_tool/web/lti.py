"""The three addresses that an LMS knows: login initiation, launch, and our key set."""

from datetime import timedelta

from flask import Blueprint, jsonify, redirect, request
from werkzeug.wrappers import Response

from lti_tool.clock import utcnow
from lti_tool.db import reading
from lti_tool.lti import login as logins
from lti_tool.lti.launch import verify
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.lti.state import COOKIE_PATH, LIFETIME, cookie_name
from lti_tool.services import launches, registrations
from lti_tool.web.auth import LAUNCH_COOKIE
from lti_tool.web.house import house

JWKS_SECONDS = 3600

bp = Blueprint("lti", __name__, url_prefix="/lti")


@bp.route("/login/<registration_key>", methods=["GET", "POST"])
def login(registration_key: str) -> Response:
    """A registered LMS announces a launch; the browser goes to it with a question and comes back with the answer."""
    return _login(registration_key)


@bp.route("/login", methods=["GET", "POST"])
def login_plain() -> Response:
    """The same for an LMS that knows one address only, while issuer and client id name one registration."""
    return _login(None)


@bp.post("/launch")
def launch() -> Response:
    """The answer: verified, written down in one transaction, and on to the page of this launch."""
    now, rules, settings = utcnow(), house().rules, house().settings
    state = cookie_name(request.form.get("state", ""))
    verified = verify(request.form, request.cookies.get(state), rules, now)
    lasts = timedelta(minutes=settings.launch_minutes)
    with house().sessions.begin() as session:
        recorded = launches.record_launch(session, verified, now=now, lasts=lasts)
    response = redirect(f"/l/{recorded.key}/", 303)
    _set(response, LAUNCH_COOKIE, recorded.secret, f"/l/{recorded.key}", lasts)
    _set(response, state, "", COOKIE_PATH, timedelta())
    return response


@bp.get("/launch")
@bp.get("/c/<component_key>")
def opened_directly(component_key: str = "") -> Response:
    """Somebody typed or bookmarked an address that only an LMS opens."""
    raise LaunchRefused("launch_opened_directly")


@bp.get("/jwks")
def jwks() -> Response:
    """Our public keys, for every LMS of every institution."""
    with reading(house().sessions) as session:
        response = jsonify({"keys": registrations.published_keys(session, utcnow())})
    response.headers["Cache-Control"] = f"public, max-age={JWKS_SECONDS}"
    return response


def _login(registration_key: str | None) -> Response:
    rules = house().rules
    answer = logins.answer(
        request.values, registration_key, config=rules.config, signer=rules.signer, public_url=rules.public_url,
        now=utcnow(),
    )
    response = redirect(answer.location, 302)
    _set(response, answer.issued.cookie, answer.issued.secret, COOKIE_PATH, LIFETIME)
    return response


def _set(response: Response, name: str, value: str, path: str, lasts: timedelta) -> None:
    """Our cookies live inside the frame of an LMS: hence ``SameSite=None``, and a jar of their own for each LMS."""
    response.set_cookie(
        name, value, max_age=lasts, path=path, secure=True, httponly=True, samesite="None", partitioned=True,
    )
