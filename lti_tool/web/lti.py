"""The three addresses that an LMS knows: login initiation, launch, and our key set."""

from datetime import datetime, timedelta

from flask import Blueprint, jsonify, request
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from lti_tool.clock import utcnow
from lti_tool.db import reading
from lti_tool.lti import login as logins
from lti_tool.lti.launch import verify
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.lti.state import COOKIE_PATH, LIFETIME, cookie_name
from lti_tool.lti.values import Launch
from lti_tool.services import identity, launches, registrations
from lti_tool.web.auth import LAUNCH_COOKIE
from lti_tool.web.house import House, house
from lti_tool.web.landing import page_for

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
    now, form, here = utcnow(), request.form.to_dict(), house()
    state_cookie = cookie_name(form.get("state", ""))
    verified = verify(form, request.cookies.get(state_cookie), here.rules, now)
    lasts = timedelta(minutes=here.settings.launch_minutes)
    recorded = _record(here, verified, now, lasts)
    here.handover.leave(recorded.found)
    page = page_for(
        verified.message_type, verified.role or "", in_course=verified.course is not None,
        is_named=verified.user is not None,
    )
    return _go(
        f"/l/{recorded.key}/{page}", 303, _cookie(LAUNCH_COOKIE, recorded.secret, f"/l/{recorded.key}", lasts),
        _cookie(state_cookie, "", COOKIE_PATH, timedelta()),
    )


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


def _record(here: House, verified: Launch, now: datetime, lasts: timedelta) -> launches.Recorded:
    """One transaction. Two first launches of one course or person may collide; the second then finds the rows."""
    try:
        return _record_once(here, verified, now, lasts)
    except IntegrityError:
        return _record_once(here, verified, now, lasts)


def _record_once(here: House, verified: Launch, now: datetime, lasts: timedelta) -> launches.Recorded:
    with here.sessions.begin() as session:
        return launches.record_launch(session, verified, now=now, lasts=lasts, match=identity.match_user)


def _login(registration_key: str | None) -> Response:
    rules, form = house().rules, request.form if request.method == "POST" else request.args
    answer = logins.answer(
        form.to_dict(), registration_key, config=rules.config, signer=rules.signer, public_url=rules.public_url,
        now=utcnow(),
    )
    return _go(answer.location, 302, _cookie(answer.issued.cookie, answer.issued.secret, COOKIE_PATH, LIFETIME))


def _go(location: str, status: int, *cookies: str) -> Response:
    return Response(status=status, headers=[("Location", location), *(("Set-Cookie", cookie) for cookie in cookies)])


def _cookie(name: str, value: str, path: str, lasts: timedelta) -> str:
    """Our cookies live inside the frame of an LMS: hence ``SameSite=None``, and a jar of their own for each LMS."""
    return (
        f"{name}={value}; Max-Age={int(lasts.total_seconds())}; Path={path}; "
        "Secure; HttpOnly; SameSite=None; Partitioned"
    )
