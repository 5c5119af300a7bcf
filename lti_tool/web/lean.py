"""Flask without what we never use, which every request would pay for."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface


class FlashOnly(SecureCookieSessionInterface):
    """Flask's session holds the sentence for the next page; mostly there is none, and then no key need be derived."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies and app.secret_key:
            return self.session_class()
        return super().open_session(app, request)


class Lean(Flask):
    """No view and no hook of ours is a coroutine, so none is asked whether it is one."""

    session_interface = FlashOnly()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func
