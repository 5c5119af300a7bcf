"""The three addresses that an LMS knows: login initiation, launch, and our key set."""

from datetime import datetime, timedelta

from flask import Blueprint, current_app, g, jsonify, make_response, request
from sqlalchemy.exc import DBAPIError, IntegrityError
from werkzeug.wrappers import Response

from lti_tool.clock import utcnow
from lti_tool.db import reading
from lti_tool.lti import login as logins
from lti_tool.lti.launch import verify
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.lti.state import COOKIE_PATH, LIFETIME, cookie_name
from lti_tool.lti.values import Launch
from lti_tool.services import identity, launches, registrations
from lti_tool.web.auth import LAUNCH_COOKIE, enter
from lti_tool.web.house import House, house
from lti_tool.web.landing import VIEWS, page_for

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
    """The answer: verified, written down in one transaction, and answered with the first page of this launch.

    The cookie of the state stays for its few minutes: who sends the launch again is then told that it was used.
    """
    now, form, here = utcnow(), request.form.to_dict(), house()
    verified = verify(form, request.cookies.get(cookie_name(form.get("state", ""))), here.rules, now)
    lasts = timedelta(minutes=here.settings.launch_minutes)
    recorded = _record(here, verified, now, lasts)
    answer = _first_page(recorded, now)
    answer.headers.add("Set-Cookie", _cookie(LAUNCH_COOKIE, recorded.secret, f"/l/{recorded.key}", lasts))
    return answer


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
    """One transaction, tried twice.

    Two first launches of one course or person may collide, and the second then finds the rows; or the database has
    just been restarted, and the pool then connects anew.
    """
    try:
        return _record_once(here, verified, now, lasts)
    except DBAPIError as error:
        if not (isinstance(error, IntegrityError) or error.connection_invalidated):
            raise
        return _record_once(here, verified, now, lasts)


def _record_once(here: House, verified: Launch, now: datetime, lasts: timedelta) -> launches.Recorded:
    with here.sessions.begin() as session:
        return launches.record_launch(session, verified, now=now, lasts=lasts, match=identity.match_user)


def _first_page(recorded: launches.Recorded, now: datetime) -> Response:
    """The page itself and no redirect to it: one journey less over the network, and one request less here."""
    found = recorded.found
    enter(found, recorded.secret, now)
    page = page_for(
        found.launch.message_type, found.launch.role, in_course=found.launch.context_id is not None,
        is_named=found.launch.lti_user_id is not None,
    )
    g.first_page, g.address = VIEWS[page], f"/l/{recorded.key}/{page}"
    answer = make_response(current_app.view_functions[g.first_page](launch_key=recorded.key))
    answer.headers["Content-Location"] = g.address
    return answer


def _login(registration_key: str | None) -> Response:
    rules, form = house().rules, request.form if request.method == "POST" else request.args
    answer = logins.answer(
        form.to_dict(), registration_key, config=rules.config, signer=rules.signer, public_url=rules.public_url,
        now=utcnow(),
    )
    cookie = _cookie(answer.issued.cookie, answer.issued.secret, COOKIE_PATH, LIFETIME)
    return Response(status=302, headers=[("Location", answer.location), ("Set-Cookie", cookie)])


def _cookie(name: str, value: str, path: str, lasts: timedelta) -> str:
    """Our cookies live inside the frame of an LMS: hence ``SameSite=None``, and a jar of their own for each LMS."""
    return (
        f"{name}={value}; Max-Age={int(lasts.total_seconds())}; Path={path}; "
        "Secure; HttpOnly; SameSite=None; Partitioned"
    )
