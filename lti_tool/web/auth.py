"""Who is behind a request: a launch by its key and cookie, or a signed-in member of staff; and CSRF for both.

A launch key in a URL opens nothing without the cookie that was set with it, whose path is that launch's own: two tabs
with two launches never mix. Staff have a cookie of their own, which no launch can make, and on https no other host.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from lti_tool.clock import utcnow
from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.models.institution import Institution
from lti_tool.models.people import StaffAccount
from lti_tool.services import launch_sessions, staff
from lti_tool.services.actors import Actor
from lti_tool.services.launch_sessions import Found, OpenLaunch
from lti_tool.web import headers

LAUNCH_COOKIE = "cairn-launch"
STAFF_COOKIE = "cairn-staff"
FORM_COOKIE = "cairn-form"
WITHOUT_TOKEN = {"lti.login", "lti.login_plain", "lti.launch"}  # called by the LMS; they have checks of their own

P = ParamSpec("P")
R = TypeVar("R")
View = Callable[..., Any]


class NotSignedIn(Exception):
    """No launch, or no member of staff, is behind this request."""


class NotAllowed(Exception):
    """Somebody is, but without the role that this page is for."""


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A launch as its pages need it: plain values, read once per request."""

    launch: OpenLaunch
    institution: Institution
    actor: Actor
    course: str = ""

    @property
    def role(self) -> str:
        return self.launch.role


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A signed-in member of staff."""

    account: StaffAccount
    institution: Institution
    actor: Actor
    name: str


def launched(*roles: Role) -> Callable[[View], View]:
    """Only for a launch whose key is in the URL, with its cookie, in one of these course roles (none: any role)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(launch_key: str, *args: Any, **kwargs: Any) -> Any:
            visit = g.get("visit") or _visit(launch_key)
            if visit is None:
                raise NotSignedIn()
            g.visit, g.institution = visit, visit.institution
            if roles and not visit.actor.has(*roles):
                raise NotAllowed()
            return view(*args, launch_key=launch_key, **kwargs)

        return checked

    return decorate


def for_staff(*roles: Role) -> Callable[[View], View]:
    """Only for signed-in staff with one of these institutional roles (none: any of them)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(*args: Any, **kwargs: Any) -> Any:
            desk = _desk()
            if desk is None:
                return redirect(url_for("staff.sign_in"), 303)
            if roles and not desk.actor.has(*roles):
                raise NotAllowed()
            g.desk, g.institution = desk, desk.institution
            return view(*args, **kwargs)

        checked.roles = roles  # type: ignore[attr-defined]  # read by the navigation
        return checked

    return decorate


def enter(found: Found, secret: str, now: datetime) -> None:
    """Let the request that has just opened a launch show its first page."""
    headers.allow_frames(found.frames)
    g.visit, g.institution, g.launch_secret = _as_visit(found, secret, now), found.institution, secret


def own_cookie(name: str) -> str:
    """What the cookie is called: on https by a name that no neighbour in our domain can set (RFC 6265bis §4.1.3.2).

    Not for a launch's cookies, whose path is the launch's: this name needs the path ``/``.
    """
    return f"__Host-{name}" if current_app.extensions["cairn"].settings.is_https else name


def csrf_token() -> str:
    """The token of this browser's forms: made of a cookie's secret and our key, so that nothing has to be stored."""
    return _tokens_of(_form_secret())[0]


def check_csrf() -> None:
    """Before every request that may change something: refuse it without the token of its own cookie."""
    if request.method in {"GET", "HEAD", "OPTIONS"} or request.endpoint in WITHOUT_TOKEN:
        return
    given = (request.form.get("csrf", "") or request.headers.get("X-Csrf-Token", "")).encode()  # texts may not compare
    secret = _held_secret()
    if not secret or not any(hmac.compare_digest(token.encode(), given) for token in _tokens_of(secret)):
        abort(400, "This form is too old, or was not ours. Go back, reload the page and send it again.")


def keep_form_cookie(response: Response) -> Response:
    """After a page whose form needed a secret of its own."""
    secret = g.get("new_form_secret")
    if secret:
        name = own_cookie(FORM_COOKIE)
        path = "/staff" if name == FORM_COOKIE else "/"
        response.set_cookie(name, secret, max_age=3600, secure=True, httponly=True, samesite="Lax", path=path)
    return response


def _visit(launch_key: str) -> Visit | None:
    with reading(_sessions()) as session:
        found = launch_sessions.find(session, launch_key)
    if found is None:
        return None
    headers.allow_frames(found.frames)  # a launch that is over must be able to say so inside its frame
    return _as_visit(found, request.cookies.get(LAUNCH_COOKIE, ""), utcnow())


def _as_visit(found: Found, secret: str, now: datetime) -> Visit | None:
    actor = found.actor(secret, now)
    if actor is None:
        return None
    return Visit(launch=found.launch, institution=found.institution, actor=actor, course=found.course)


def _desk() -> Desk | None:
    secret = request.cookies.get(own_cookie(STAFF_COOKIE), "")
    if not secret:
        return None
    with reading(_sessions()) as session:
        found = staff.actor_of(session, secret, utcnow())
        if found is None:
            return None
        actor, account = found
        institution = session.get_one(Institution, account.institution_id)
        return Desk(account=account, institution=institution, actor=actor, name=account.person.display_name)


def _form_secret() -> str:
    held = _held_secret()
    if held:
        return held
    if not g.get("new_form_secret"):
        g.new_form_secret = secrets.token_urlsafe(24)
    return str(g.new_form_secret)


def _held_secret() -> str:
    """The one secret that can vouch for a form: a launch's on its own pages, elsewhere the staff's or the form's own.

    The form's own counts for those alone who hold no staff cookie: a neighbour in our domain can set it.
    """
    if "launch_secret" in g:  # the cookie is only on its way
        return str(g.launch_secret)
    if request.path.startswith("/l/"):
        return request.cookies.get(LAUNCH_COOKIE, "")
    return request.cookies.get(own_cookie(STAFF_COOKIE), "") or request.cookies.get(own_cookie(FORM_COOKIE), "")


def _tokens_of(secret: str) -> list[str]:
    """By our newest key first; who knows the secret alone, or has set it, makes none of them."""
    keys = [hmac.digest(key, b"cairn form", "sha256") for key in current_app.extensions["cairn"].settings.secret_keys]
    return [hmac.new(key, secret.encode(), hashlib.sha256).hexdigest() for key in keys]


def _sessions() -> Any:
    return current_app.extensions["cairn"].sessions
