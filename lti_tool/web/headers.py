"""Security headers of every answer; who may frame a page is said by the launch behind it, and by default nobody."""

from collections.abc import Iterable
from functools import lru_cache

from flask import g
from werkzeug.wrappers import Response

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action {form_action}; frame-ancestors {ancestors}"
)
ALWAYS = (
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),  # our addresses hold launch keys
)


def allow_frames(origins: Iterable[str]) -> None:
    """Let pages of these origins frame the answer to this request."""
    g.frame_ancestors = " ".join(origins)


def allow_form_to(origin: str) -> None:
    """Let a form of this page be sent to another origin: the picked link goes back to the LMS that way."""
    g.form_action = f"'self' {origin}"


def secure(response: Response) -> Response:
    """After every request."""
    policy = _policy(g.get("frame_ancestors") or "'none'", g.get("form_action") or "'self'")
    present = {name.lower() for name, _ in response.headers}
    for name, value in (("Content-Security-Policy", policy), *ALWAYS):
        if name.lower() not in present:
            response.headers.add(name, value)
    return response


@lru_cache(maxsize=1024)
def _policy(ancestors: str, form_action: str) -> str:
    return POLICY.format(ancestors=ancestors, form_action=form_action)
