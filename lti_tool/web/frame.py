"""Pages inside the frame of an LMS: their addresses, and the one sentence that the next page of the same launch shows.

The sentence travels in a cookie of the launch's own path: two tabs with two launches never show each other's.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import quote, unquote

from flask import Blueprint, Flask, g, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from connectors.errors import ConnectorError
from lti_tool.models.platform import Context
from lti_tool.services.errors import Refused
from lti_tool.web.auth import Visit

SAID_COOKIE = "cairn-said"
TONES = frozenset({"good", "care", "bad"})

View = Callable[..., Any]


def blueprint(name: str, import_name: str) -> Blueprint:
    """A part of the pages behind a launch."""
    bp = Blueprint(name, import_name, url_prefix="/l/<launch_key>")
    bp.after_request(_forget)
    return bp


def visit() -> Visit:
    """The launch behind this request."""
    return cast(Visit, g.visit)


def here(endpoint: str, **values: Any) -> str:
    """An address behind this launch."""
    return url_for(endpoint, launch_key=visit().launch.key, **values)


def context_id() -> int:
    """The course of this launch. Raises :class:`Refused` for a link that stands in none."""
    found = visit().launch.context_id
    if found is None:
        raise Refused("no_course", "This link stands in no course. Open Cairn from a course of the LMS.")
    return found


def course(session: Session) -> Context:
    return session.get_one(Context, context_id())


def say(endpoint: str, text: str, tone: str = "good", **values: Any) -> Response:
    """On to another page of this launch, which shows this sentence once. No personal data in it."""
    response = redirect(here(endpoint, **values), 303)
    key = visit().launch.key
    response.set_cookie(
        SAID_COOKIE, quote(f"{tone} {text}"), max_age=60, path=f"/l/{key}", secure=True, httponly=True, samesite="None",
        partitioned=True,
    )
    return response


def or_say(endpoint: str, *names: str) -> Callable[[View], View]:
    """What is refused, here or by the LMS, is told on the page of ``endpoint``, whose address takes these ``names``."""

    def decorate(view: View) -> View:
        @wraps(view)
        def told(**values: Any) -> Any:
            try:
                return view(**values)
            except (Refused, ConnectorError) as error:
                return say(endpoint, str(error), "bad", **{name: values[name] for name in names})

        return told

    return decorate


def register(app: Flask) -> None:
    """``here``, ``said`` and ``is_at`` in the templates of pages behind a launch."""
    app.context_processor(lambda: {"here": here, "said": _said(), "is_at": _is_at} if "visit" in g else {})


def _is_at(endpoint: str) -> bool:
    """Say whether this is the page; the first one answers the launch itself."""
    return bool((g.get("first_page") or request.endpoint) == endpoint)


def _said() -> tuple[str, str] | None:
    tone, _, text = unquote(request.cookies.get(SAID_COOKIE, "")).partition(" ")
    if not text:
        return None
    g.has_shown = True
    return (tone if tone in TONES else "good", text)


def _forget(response: Response) -> Response:
    if g.get("has_shown"):
        response.delete_cookie(
            SAID_COOKIE, path=f"/l/{visit().launch.key}", secure=True, httponly=True, samesite="None", partitioned=True
        )
    return response
