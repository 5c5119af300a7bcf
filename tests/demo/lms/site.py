"""The running LMS as its pages see it: who is here, the one tool registration, the faults that are switched on."""

import threading
from dataclasses import dataclass, field
from typing import Any, cast

from flask import abort, current_app, request
from lti1p3platform.registration import Registration

from tests.demo.lms.model import State, User
from tests.demo.lms.platform import Platform, Tickets, set_tool

COOKIE = "inverlea_lms"


@dataclass(kw_only=True)
class Faults:
    """What the services do wrong on purpose: all of them down, or ``count`` answers of ``status``, or slowly."""

    down: bool = False
    status: int = 503
    count: int = 0
    latency: float = 0.0

    def next_status(self) -> int | None:
        if self.down:
            return self.status
        if self.count > 0:
            self.count -= 1
            return self.status
        return None


@dataclass(kw_only=True)
class Site:
    """One demo LMS."""

    issuer: str
    client_id: str
    deployment_id: str
    state: State
    registration: Registration
    page_size: int = 10
    tickets: Tickets = field(default_factory=Tickets)
    used: set[str] = field(default_factory=set)
    faults: Faults = field(default_factory=Faults)
    signed_in: dict[str, str] = field(default_factory=dict)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def token_url(self) -> str:
        return f"{self.issuer}/services/token"

    def platform(self) -> Platform:
        return Platform(registration=self.registration, used=self.used)

    def redirect_uris(self) -> set[str]:
        return {self.state.tool["launch_url"]} if self.state.tool else set()

    def set_tool(self, tool: dict[str, str]) -> None:
        self.state.tool = tool
        set_tool(self.registration, tool)

    def figures(self) -> dict[str, str]:
        """What an administrator types into the tool."""
        return {
            "issuer": self.issuer, "client_id": self.client_id, "deployment_id": self.deployment_id,
            "auth_url": f"{self.issuer}/auth", "token_url": self.token_url,
            "jwks_url": f"{self.issuer}/services/jwks",
        }

    def me(self) -> User | None:
        """Whoever is signed in, in this browser."""
        return self.state.users.get(self.signed_in.get(request.cookies.get(COOKIE, ""), ""))


def site() -> Site:
    return cast(Site, current_app.extensions["lms"])


def who(course: str) -> User:
    """Who acts: ``?user=`` (this LMS has no passwords), else whoever is signed in; a member of the course only."""
    here = site()
    user = here.state.users.get(request.args.get("user", "")) or here.me()
    if user is None:
        abort(401, "Nobody is signed in. Choose a person first.")
    if course not in user.courses:
        abort(403, "This person is not in this course.")
    return user


def read_faults(body: dict[str, Any]) -> Faults:
    """The switches as posted; an empty object puts everything right again."""
    unknown = sorted(set(body) - set(Faults.__dataclass_fields__))
    if unknown:
        abort(400, f"Unknown switch: {', '.join(unknown)}. There are down, status, count and latency.")
    return Faults(**body)
