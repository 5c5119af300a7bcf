"""One browser tab of one person: it follows a login to the LMS and carries the answer back, cookies included."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.platform.forged import ForgedPlatform
from tests.platform.payloads import Change, Claims, resource_launch

ADDRESS = "https://cairn.example"
TARGET = f"{ADDRESS}/lti/launch"


class Tab:
    """A cookie jar of its own, unless another tab's browser is given."""

    def __init__(self, app: Flask, platform: ForgedPlatform, browser: FlaskClient | None = None) -> None:
        self.platform = platform
        self.browser = browser or app.test_client()

    def login(self, path: str, target: str = TARGET, **changes: str | None) -> TestResponse:
        """The LMS announces a launch, by POST."""
        form = {
            "iss": self.platform.issuer, "login_hint": "hint", "target_link_uri": target,
            "lti_message_hint": '{"cmid":4}', "client_id": self.platform.client_id, "lti_deployment_id": "1",
        }
        sent = {name: value for name, value in {**form, **changes}.items() if value is not None}
        return self.browser.post(path, data=sent, base_url=ADDRESS)

    def question(self, path: str, target: str = TARGET) -> dict[str, str]:
        """What the LMS is asked, after a login that went well."""
        answer = self.login(path, target)
        assert answer.status_code == 302, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.location).query).items()}

    def post(self, state: str, token: str | None, **more: str) -> TestResponse:
        """The LMS's form comes back through the browser."""
        form = {"state": state, **({"id_token": token} if token is not None else {}), **more}
        return self.browser.post("/lti/launch", data=form, base_url=ADDRESS)

    def launch(
        self, path: str, *changes: Change, target: str = TARGET,
        payload: Callable[[ForgedPlatform, str, str], Claims] = resource_launch, **signing: Any,
    ) -> TestResponse:
        """The whole way, with the claims changed as the test wants."""
        question = self.question(path, target)
        claims = payload(self.platform, question["nonce"], target)
        for change in changes:
            change(claims)
        return self.post(question["state"], self.platform.sign(claims, **signing))

    @staticmethod
    def address(answer: TestResponse) -> str:
        """Where the first page of a launch, with which the launch was answered, is found again."""
        return answer.headers["Content-Location"]

    def open(self, path: str) -> TestResponse:
        return self.browser.get(path, base_url=ADDRESS)
