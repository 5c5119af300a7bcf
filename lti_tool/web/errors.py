"""What went wrong, as a page or as JSON: one table from exception family to status, code and sentence.

A page shows a sentence that can be repeated to support, a reason code and a reference; the log has the same reference.
Neither has a stack trace for the reader, a token or a name.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, g, jsonify, make_response, redirect, render_template, request
from sqlalchemy.exc import DataError, OperationalError, ProgrammingError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from connectors.errors import ConnectorError, Unavailable
from lti_tool.log import request_id
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.services.errors import NotFound, Refused
from lti_tool.web.auth import NotAllowed, NotSignedIn
from lti_tool.web.headers import allow_frames
from lti_tool.web.house import house

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Problem:
    """What the reader is told."""

    status: int
    code: str
    sentence: str
    heading: str = "That did not work"


HTTP = {
    400: "The request could not be read. Go back and try again.",
    403: "You may not do this.",
    404: "There is nothing at this address. Check the link, or go back to your course.",
    405: "This address is not meant to be opened like that. Go back and use the link or the button there.",
    413: "What was sent is larger than Cairn takes.",
    429: "Too many attempts. Wait a minute and try again.",
}
GONE = "This launch is over, or it was opened in another browser. Go back to your course and open the link again."
UNSTORABLE = "Something that was sent cannot be kept: it is too long, or no text. Go back, change it and send it again."
DATABASE = "Cairn's database is not ready. Whoever runs Cairn may have to run `cairn db upgrade`."
OURS = "Something went wrong in Cairn, and nothing was changed. Try again; if it stays so, tell support the reference."


def _launch(error: LaunchRefused) -> Problem:
    return Problem(error.status, error.code, error.sentence, "This link did not open")


def _http(error: HTTPException) -> Problem:
    status = error.code or 500
    is_own = error.description is not None and error.description != type(error).description
    sentence = str(error.description) if is_own else HTTP.get(status, OURS)
    return Problem(status, f"http_{status}", sentence)


def _elsewhere(error: ConnectorError) -> Problem:
    return Problem(503 if isinstance(error, Unavailable) else 502, error.code or "other_system", str(error))


TABLE: tuple[tuple[type[Exception], Callable[..., Problem]], ...] = (
    (LaunchRefused, _launch),
    (NotSignedIn, lambda _: Problem(403, "not_signed_in", GONE, "Please come in through your course")),
    (NotAllowed, lambda _: Problem(403, "not_allowed", "Your role does not open this page.")),
    (NotFound, lambda _: Problem(404, "not_found", HTTP[404])),
    (Refused, lambda error: Problem(409, error.code, error.text)),
    (ConnectorError, _elsewhere),
    (HTTPException, _http),
    (DataError, lambda _: Problem(400, "unstorable", UNSTORABLE)),
    (OperationalError, lambda _: Problem(503, "database", DATABASE)),
    (ProgrammingError, lambda _: Problem(503, "database", DATABASE)),
    (Exception, lambda _: Problem(500, "internal", OURS)),
)


def register(app: Flask) -> None:
    """Have every error answered from the table."""
    app.register_error_handler(Exception, answer)
    app.before_request(stay_here)


def stay_here() -> Response | None:
    """A missing slash leads to the same host; the address map would name whatever host the request called us."""
    error = request.routing_exception
    if not isinstance(error, RequestRedirect):
        return None
    path = urlsplit(error.new_url)._replace(scheme="", netloc="").geturl()
    return redirect(f"/{path.lstrip('/')}", error.code)


def answer(error: Exception) -> Response:
    """The page, or JSON for whoever asked for it."""
    if isinstance(error, HTTPException) and error.code is not None and error.code < 400:
        return error.get_response()
    problem = next(tell for family, tell in TABLE if isinstance(error, family))(error)
    reference = request_id()
    _log(error, problem, reference)
    if isinstance(error, LaunchRefused):
        _let_the_lms_show(error)
    if _wants_json():
        return make_response(
            jsonify({"code": problem.code, "message": problem.sentence, "reference": reference}), problem.status
        )
    page = render_template("error.html", problem=problem, reference=reference, heading=problem.heading)
    return make_response(page, problem.status)


def _log(error: Exception, problem: Problem, reference: str) -> None:
    """Refusals are what a registrar would ask about; what we did not foresee needs a person."""
    place = f"{request.method} {request.url_rule or 'no route'}"
    if isinstance(error, LaunchRefused):
        key = error.registration_key or (request.view_args or {}).get("registration_key", "")
        logger.info("launch refused code=%s registration=%s reference=%s", error.code, key[:40], reference)
    elif problem.status >= 500:
        logger.error(
            "%s code=%s error=%s reference=%s", place, problem.code, type(error).__name__, reference,
            exc_info=problem.code == "internal",
        )
    else:
        logger.info("%s code=%s reference=%s", place, problem.code, reference)


def _let_the_lms_show(error: LaunchRefused) -> None:
    """A refused launch must be readable inside the frame it came in; the page has nothing that could be clicked."""
    if "frame_ancestors" in g:
        return
    try:
        origins = house().config.by_key(error.registration_key).origins if error.registration_key else ()
    except Exception:  # the sentence matters more than the frame
        origins = ()
    allow_frames(origins or ("*",))


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
