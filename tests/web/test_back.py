"""A refusal is told where somebody acted."""

import pytest
from flask import Flask, get_flashed_messages

from lti_tool.services.errors import NotFound, Refused
from lti_tool.web.back import or_back


@pytest.fixture
def small() -> Flask:
    app = Flask(__name__)
    app.secret_key = "test"
    app.add_url_rule("/things/<key>", "thing", lambda key: key)
    return app


def test_the_sentence_is_shown_on_the_page_of_the_thing(small: Flask) -> None:
    @or_back("thing", "key")
    def act(key: str) -> str:
        raise Refused("why", "Not today.")

    with small.test_request_context():
        answer = act(key="k1")
        assert (answer.status_code, answer.location) == (303, "/things/k1")
        assert get_flashed_messages(with_categories=True) == [("bad", "Not today.")]


def test_what_is_not_there_stays_an_error(small: Flask) -> None:
    @or_back("thing", "key")
    def act(key: str) -> str:
        raise NotFound("thing")

    with small.test_request_context(), pytest.raises(NotFound):
        act(key="k1")
