"""The web application: the one place where its parts meet."""

import hashlib
import hmac

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from connectors.http import HttpClient
from lti_tool.clock import business_clock
from lti_tool.db import Sessions, make_engine, make_sessions
from lti_tool.lti.keys import PlatformKeys
from lti_tool.lti.launch import Rules
from lti_tool.lti.service import Services
from lti_tool.lti.state import StateSigner
from lti_tool.lti.tool_config import ToolConfig
from lti_tool.seal import Sealer
from lti_tool.settings import Settings
from lti_tool.web import (
    amendments,
    asking,
    assets,
    audit,
    auth,
    boards,
    component,
    course,
    dates,
    deep_linking,
    desk,
    errors,
    extracts,
    frame,
    headers,
    health,
    learners,
    limits,
    lti,
    marksheets,
    minutes,
    navigation,
    passback,
    people,
    platforms,
    progress,
    queue,
    reconciliation,
    records,
    staff,
    teaching,
    uploads,
    words,
)
from lti_tool.web.house import House
from lti_tool.web.lean import Lean

FOR_EVERYBODY = (lti, health)
FOR_COURSES = (course, asking, component, learners, marksheets, uploads, passback, deep_linking, progress)
FOR_STAFF = (
    staff, desk, boards, amendments, minutes, queue, reconciliation, people, extracts, teaching, records, platforms,
    audit,
)


def create_app(settings: Settings, *, sessions: Sessions | None = None) -> Flask:
    """The application; ``sessions`` for tests that hold a database already."""
    app = Lean("lti_tool", static_folder="web/static", template_folder="web/templates")
    app.config.update(
        MAX_CONTENT_LENGTH=limits.MOST_BYTES, MAX_FORM_MEMORY_SIZE=limits.MOST_FORM_BYTES, TRAP_HTTP_EXCEPTIONS=False,
        **_flash_cookie(settings),
    )
    app.extensions["cairn"] = build_house(settings, sessions)
    for part in (*FOR_EVERYBODY, *FOR_COURSES, *FOR_STAFF):
        app.register_blueprint(part.bp)
    for part in (assets, errors, navigation, frame, dates, words):
        part.register(app)
    app.before_request(limits.apply)
    app.before_request(auth.check_csrf)
    app.after_request(auth.keep_form_cookie)
    app.after_request(headers.secure)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _flash_cookie(settings: Settings) -> dict[str, object]:
    """Flask's own session holds nothing but the sentence for the next page; it must live in the frame of an LMS too."""
    keys = [hmac.new(key, b"cairn flash", hashlib.sha256).digest() for key in settings.secret_keys]
    return {
        "SECRET_KEY": keys[0] if keys else None, "SECRET_KEY_FALLBACKS": keys[1:],
        "SESSION_COOKIE_NAME": "__Host-cairn-flash" if settings.is_https else "cairn-flash",
        "SESSION_COOKIE_SECURE": True, "SESSION_COOKIE_HTTPONLY": True, "SESSION_COOKIE_SAMESITE": "None",
        "SESSION_COOKIE_PARTITIONED": True,
    }


def build_house(settings: Settings, sessions: Sessions | None = None) -> House:
    """What the parts share."""
    sessions = sessions or make_sessions(make_engine(settings.database_url), Sealer(settings.secret_keys))
    http = HttpClient(timeout=(3.0, 10.0), pool=16)
    config = ToolConfig(sessions)
    rules = Rules(
        config=config, signer=StateSigner(settings.secret_keys), keys=PlatformKeys(http),
        public_url=settings.public_url, leeway_seconds=settings.clock_leeway_seconds,
    )
    return House(
        settings=settings, sessions=sessions, clock=business_clock(settings.demo_clock), http=http, config=config,
        rules=rules, services=Services(http, config),
    )
