"""Security headers of every answer; who may frame a page is said by the launch behind it, and by default nobody."""

from collections.abc import Iterable

from flask import g
from werkzeug.wrappers import Response

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action {form_action}; frame-ancestors {ancestors}"
)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # our addresses hold launch keys
    "Cross-Origin-Resource-Policy": "same-origin",
}


def allow_frames(origins: Iterable[str]) -> None:
    """Let pages of these origins frame the answer to this request."""
    g.frame_ancestors = " ".join(origins)


def allow_form_to(origin: str) -> None:
    """Let a form of this page be sent to another origin: the picked link goes back to the LMS that way."""
    g.form_action = f"'self' {origin}"


def secure(response: Response) -> Response:
    """After every request."""
    ancestors, form_action = g.get("frame_ancestors") or "'none'", g.get("form_action") or "'self'"
    response.headers.setdefault("Content-Security-Policy", POLICY.format(ancestors=ancestors, form_action=form_action))
    response.headers.setdefault("Cache-Control", "no-store")
    for name, value in ALWAYS.items():
        response.headers.setdefault(name, value)
    return response
