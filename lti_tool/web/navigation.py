"""What every page is given: who is signed in, which pages their roles open, and the token of its forms."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, request, url_for

from lti_tool.web.auth import Desk, csrf_token

PLACES = (  # in the order of the bar; who may open one, its view says
    ("desk.home", "Desk"), ("boards.index", "Boards"), ("minutes.index", "Minutes"), ("amendments.index", "Amendments"),
    ("queue.index", "Queue"), ("reconciliation.index", "Reconciliation"), ("people.index", "People"),
    ("extracts.index", "Extracts"), ("teaching.index", "Courses"), ("records.index", "Record systems"),
    ("platforms.index", "LMSs"), ("audit.index", "Audit"),
)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One entry of the bar."""

    url: str
    label: str
    is_here: bool


def pages_for(desk: Desk) -> tuple[Page, ...]:
    """The pages that these roles open."""
    return tuple(
        Page(url=url_for(endpoint), label=label, is_here=endpoint.partition(".")[0] == request.blueprint)
        for endpoint, label in PLACES if is_open_to(desk, endpoint)
    )


def is_open_to(desk: Desk, endpoint: str) -> bool:
    """Whether the view of an endpoint lets this member of staff in; a desk with nobody's role opens nothing."""
    roles = getattr(current_app.view_functions.get(endpoint), "roles", None)
    return roles is not None and (not roles or desk.actor.has(*roles))


def register(app: Flask) -> None:
    """``desk``, ``pages``, ``institution_name``, ``csrf_token`` and ``opens`` in every template."""
    app.jinja_env.globals["csrf_token"] = csrf_token  # a global, since the macros of forms know no context
    app.context_processor(_for_every_page)


def _for_every_page() -> dict[str, Any]:
    desk, institution = g.get("desk"), g.get("institution")
    return {
        "desk": desk, "pages": pages_for(desk) if desk else (),
        "institution_name": institution.name if institution else "",
        "opens": lambda endpoint: desk is not None and is_open_to(desk, endpoint),
    }
