"""Nothing personal and no token gets through the log, whatever a careless line says."""

import logging

import pytest
from flask import Flask, g

from lti_tool.log import Redacting, about, request_id


@pytest.fixture
def app():
    made = Flask("bare")
    made.add_url_rule("/l/<launch_key>/course", "course", lambda launch_key: "")
    made.add_url_rule("/staff/", "desk", lambda: "")
    return made


def logged(text: str) -> str:
    record = logging.LogRecord("cairn", logging.INFO, __file__, 1, text, None, None)
    return Redacting("%(message)s").format(record)


@pytest.mark.parametrize("text, left", [
    ("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI0In0.c2ln came", "token [token] came"),
    ("Authorization: Bearer abc123", "Authorization: Bearer [token]"),
    ("mail to ola.w@inverlea.example failed", "mail to [address] failed"),
    ("GET https://lms.example/a?user_id=4&x=1 failed", "GET https://lms.example/a?[query] failed"),
])
def test_it_is_cut_out(text, left):
    assert logged(text) == left


def test_ids_of_the_moment_are_added():
    with about(destination=3), about(message="m1"):
        assert logged("sending") == "sending destination=3 message=m1"
    assert logged("idle") == "idle"


def test_within_a_request_its_id_and_its_launch_are_added(app):
    with app.test_request_context("/l/k1/course"):
        assert logged("opened") == f"opened request={request_id()} launch=k1"
    with app.test_request_context("/staff/"):
        assert logged("opened") == f"opened request={request_id()}"
    assert logged("idle") == "idle"


def test_a_request_that_logs_nothing_gets_no_id(app):
    with app.test_request_context("/l/k1/course"):
        assert "request_id" not in g


def test_a_line_stays_one_line(app):
    with app.test_request_context("/l/k1%0A2026-01-01 INFO all is well/course"):
        assert logged("a\r\nb").startswith("a??b request=")
        assert "\n" not in logged("a\r\nb")


def test_of_an_error_place_and_kind_are_told_and_not_its_words():
    name = "Lena Learner"
    try:
        try:
            raise KeyError(name)
        except KeyError as error:
            raise ValueError(f"no mark of {name}") from error
    except ValueError as error:
        told = (type(error), error, error.__traceback__)
    record = logging.LogRecord("cairn", logging.ERROR, __file__, 1, "failed", None, told)
    text = Redacting("%(message)s").format(record)
    assert "ValueError" in text and "KeyError" in text and "test_log.py" in text
    assert "Learner" not in text
