"""The application: its parts meet, and it believes a proxy only as far as it was told to."""

import pytest

from lti_tool.app import create_app
from lti_tool.db import Sessions
from lti_tool.settings import Settings
from lti_tool.web.house import House, house
from tests.conftest import KEY


def settings(**fields: int) -> Settings:
    return Settings(public_url="https://cairn.example", secret_keys=(KEY,), **fields)  # type: ignore[arg-type]


def test_the_parts_share_one_house(sessions: Sessions) -> None:
    app = create_app(settings(), sessions=sessions)
    with app.test_request_context():
        found = house()
    assert isinstance(found, House) and found is app.extensions["cairn"]
    assert found.sessions is sessions and found.rules.public_url == "https://cairn.example"
    found.http.close()


@pytest.mark.parametrize("hops, scheme", [(0, "http"), (1, "https")])
def test_a_proxy_is_believed_as_far_as_the_setting_says(sessions: Sessions, hops: int, scheme: str) -> None:
    from flask import request

    app = create_app(settings(trusted_proxies=hops), sessions=sessions)
    app.add_url_rule("/scheme", view_func=lambda: request.scheme)
    answer = app.test_client().get("/scheme", headers={"X-Forwarded-Proto": "https"})
    assert answer.text == scheme
    app.extensions["cairn"].http.close()
