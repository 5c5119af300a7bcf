"""Security headers: nobody frames a page unless the launch behind it says who."""

import pytest
from flask import Flask
from werkzeug.wrappers import Response

from lti_tool.web import headers


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    app.after_request(headers.secure)

    @app.get("/plain")
    def plain() -> str:
        return "plain"

    @app.get("/framed")
    def framed() -> str:
        headers.allow_frames(["https://lms.example", "https://school.example"])
        headers.allow_form_to("https://lms.example")
        return "framed"

    @app.get("/kept")
    def kept() -> Response:
        return Response("kept", headers={"Cache-Control": "public, max-age=60"})

    return app


def policy(app: Flask, path: str) -> dict[str, str]:
    text = app.test_client().get(path).headers["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in text.split(";"))


def test_by_default_nobody_frames_and_nothing_is_allowed(app: Flask) -> None:
    found = policy(app, "/plain")
    assert (found["frame-ancestors"], found["default-src"], found["base-uri"]) == ("'none'",) * 3
    assert found["form-action"] == "'self'"
    assert "unsafe" not in str(found)


def test_a_launch_names_who_may_frame_it(app: Flask) -> None:
    found = policy(app, "/framed")
    assert found["frame-ancestors"] == "https://lms.example https://school.example"
    assert found["form-action"] == "'self' https://lms.example"


def test_one_request_says_nothing_for_the_next(app: Flask) -> None:
    policy(app, "/framed")
    assert policy(app, "/plain")["frame-ancestors"] == "'none'"


def test_pages_are_not_kept_and_addresses_not_passed_on(app: Flask) -> None:
    found = app.test_client().get("/plain").headers
    assert (found["Cache-Control"], found["Referrer-Policy"], found["X-Content-Type-Options"]) == (
        "no-store", "no-referrer", "nosniff",
    )


def test_what_an_answer_says_itself_stays(app: Flask) -> None:
    assert app.test_client().get("/kept").headers.getlist("Cache-Control") == ["public, max-age=60"]
