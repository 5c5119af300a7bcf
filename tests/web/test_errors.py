"""What went wrong, as a page or as JSON: a sentence, a reason and a reference; never a trace, a token or a name."""

import re
from collections.abc import Callable

import pytest
from flask import Flask, abort
from sqlalchemy.exc import DataError, OperationalError

from connectors.errors import Misconfigured, Unavailable, Uncertain
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.services.errors import NotFound, Refused
from lti_tool.web.auth import NotAllowed, NotSignedIn
from tests.platform.fixtures import app, settings
from tests.platform.tab import ADDRESS

__all__ = ["app", "settings"]

SECRET = "eyJhbGciOi.Bob.B0000001"


def raising(error: Exception) -> Callable[[], str]:
    def view() -> str:
        raise error

    return view


CASES = [
    pytest.param(LaunchRefused("claim_exp"), 400, "claim_exp", id="a refused launch"),
    pytest.param(LaunchRefused("replayed"), 403, "replayed", id="a replayed launch"),
    pytest.param(LaunchRefused("keys_unreachable"), 503, "keys_unreachable", id="an LMS that is away"),
    pytest.param(NotSignedIn(), 403, "not_signed_in", id="no launch and no staff"),
    pytest.param(NotAllowed(), 403, "not_allowed", id="a role that this is not for"),
    pytest.param(NotFound(SECRET), 404, "not_found", id="nothing here"),
    pytest.param(Refused("quorum", "Three members must be present."), 409, "quorum", id="the rules say no"),
    pytest.param(Unavailable("lms.example is not available for the moment."), 503, "other_system", id="try later"),
    pytest.param(Misconfigured("lms.example does not accept our credentials.", code="scope"), 502, "scope",
                 id="an administrator's matter"),
    pytest.param(Uncertain("lms.example did not answer in time."), 502, "other_system", id="nobody knows"),
    pytest.param(OperationalError("SELECT 1", {}, Exception(SECRET)), 503, "database", id="a database that is away"),
    pytest.param(DataError("INSERT", {}, Exception(SECRET)), 400, "unstorable", id="what no column takes"),
    pytest.param(RuntimeError(SECRET), 500, "internal", id="a bug"),
]


@pytest.mark.parametrize("error, status, code", CASES)
def test_an_error_is_a_page(app: Flask, error: Exception, status: int, code: str) -> None:
    app.add_url_rule("/broken", view_func=raising(error))
    answer = app.test_client().get("/broken", base_url=ADDRESS)
    assert answer.status_code == status
    assert f"<code>{code}</code>" in answer.text
    assert re.search(r"reference <code>[0-9a-f]{8}</code>", answer.text)
    assert SECRET not in answer.text and "Traceback" not in answer.text


@pytest.mark.parametrize("error, status, code", CASES)
def test_or_json_for_whoever_asks_for_it(app: Flask, error: Exception, status: int, code: str) -> None:
    app.add_url_rule("/broken", view_func=raising(error))
    answer = app.test_client().get("/broken", base_url=ADDRESS, headers={"Accept": "application/json"})
    assert answer.status_code == status
    assert answer.json is not None and answer.json["code"] == code
    assert set(answer.json) == {"code", "message", "reference"}
    assert SECRET not in answer.text


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 429])
def test_http_errors_have_a_sentence_of_ours(app: Flask, status: int) -> None:
    def view() -> str:
        abort(status)

    app.add_url_rule("/broken", view_func=view)
    answer = app.test_client().get("/broken", base_url=ADDRESS)
    assert answer.status_code == status
    assert f"http_{status}" in answer.text


def test_a_sentence_given_with_an_http_error_is_shown(app: Flask) -> None:
    def view() -> str:
        abort(400, "This form is too old.")

    app.add_url_rule("/broken", view_func=view)
    assert "This form is too old." in app.test_client().get("/broken", base_url=ADDRESS).text


def test_the_log_has_the_same_reference_and_nothing_else_of_it(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "lti_tool")
    app.add_url_rule("/broken", view_func=raising(Refused("quorum", "Bob must be present.")))
    answer = app.test_client().get("/broken?token=secret", base_url=ADDRESS)
    reference = re.search(r"reference <code>([0-9a-f]{8})", answer.text)
    assert reference and f"code=quorum reference={reference[1]}" in caplog.text
    assert "secret" not in caplog.text and "Bob" not in caplog.text


def test_a_bug_is_an_error_in_the_log_with_its_trace(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    app.add_url_rule("/broken", view_func=raising(RuntimeError("boom")))
    app.test_client().get("/broken", base_url=ADDRESS)
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.exc_info is not None and "error=RuntimeError" in record.getMessage()


def test_a_refusal_of_an_unknown_lms_can_be_read_in_any_frame(app: Flask) -> None:
    answer = app.test_client().post("/lti/launch", data={"state": "made-up"}, base_url=ADDRESS)
    assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors *")
    assert "<form" not in answer.text


def test_a_redirect_of_the_address_map_stays_here_whatever_host_was_called(app: Flask) -> None:
    answer = app.test_client().get("/staff?a=1", base_url="https://evil.example")
    assert (answer.status_code, answer.location) == (308, "/staff/?a=1")
    assert "evil.example" not in answer.text


@pytest.mark.parametrize("path", ["//evil.example/staff", "/%2Fevil.example/staff"])
def test_nor_does_a_path_that_looks_like_a_host_lead_away(app: Flask, path: str) -> None:
    answer = app.test_client().get(path, base_url=ADDRESS)
    assert "//evil" not in answer.headers.get("Location", "")
