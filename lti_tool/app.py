"""The web application: the one place where its parts meet."""

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
from lti_tool.web import errors, headers, lti
from lti_tool.web.house import House

MOST_BYTES = 2 * 1024 * 1024  # uploads say for themselves if they need more
MOST_FORM_BYTES = 256 * 1024


def create_app(settings: Settings, *, sessions: Sessions | None = None) -> Flask:
    """The application; ``sessions`` for tests that hold a database already."""
    app = Flask("lti_tool", static_folder="web/static", template_folder="web/templates")
    app.config.update(
        MAX_CONTENT_LENGTH=MOST_BYTES, MAX_FORM_MEMORY_SIZE=MOST_FORM_BYTES, TRAP_HTTP_EXCEPTIONS=False,
    )
    app.extensions["cairn"] = build_house(settings, sessions)
    app.register_blueprint(lti.bp)
    errors.register(app)
    app.after_request(headers.secure)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


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
