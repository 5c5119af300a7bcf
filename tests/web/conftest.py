"""The application on a populated database, and browsers of those who work there."""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from werkzeug.test import TestResponse

from lti_tool.app import create_app
from lti_tool.db import Sessions
from lti_tool.settings import Settings
from tests.conftest import KEY
from tests.web.university import Desks

Browser = Callable[[str], "Client"]


class Client:
    """A browser of the test client, whose forms carry their token."""

    def __init__(self, inner: FlaskClient, secret: str = "") -> None:
        self.inner, self.secret = inner, secret

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.inner.get(path, **options)

    def post(self, path: str, **fields: Any) -> TestResponse:
        return self.inner.post(path, data={"csrf": self.token, **fields})

    @property
    def token(self) -> str:
        if not self.secret:
            self.inner.get("/staff/sign-in")
            cookie = self.inner.get_cookie("cairn-form", path="/staff")
            self.secret = cookie.value if cookie else ""
        return token_of(self.secret)


def token_of(secret: str, key: bytes = KEY) -> str:
    """The token of the forms of a browser that holds this secret."""
    return hmac.new(hmac.digest(key, b"cairn form", "sha256"), secret.encode(), hashlib.sha256).hexdigest()


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Every test has an application of its own; its templates are compiled once for all."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(sessions: Sessions, compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    made = create_app(Settings(secret_keys=(KEY,), public_url="http://localhost:8400"), sessions=sessions)
    made.jinja_env.bytecode_cache = compiled_templates
    yield made
    made.extensions["cairn"].http.close()


@pytest.fixture
def signed_in(app: Flask, desks: Desks) -> Browser:
    """A browser in which somebody has signed in; with an empty name, nobody has."""

    def open_one(name: str) -> Client:
        inner = app.test_client()
        secret = desks.secrets.get(name, "")
        if secret:
            inner.set_cookie("cairn-staff", secret)
        return Client(inner, secret)

    return open_one


@pytest.fixture
def classroom(app: Flask, sessions: Sessions, now: datetime):
    """A course inside an LMS, with a launch for everybody in it."""
    from tests.web.classroom import furnish

    return furnish(app, sessions, now)


def text(answer: TestResponse) -> str:
    """The page of an answer that must be one."""
    with answer:
        assert answer.status_code == 200, answer.get_data(as_text=True)[-800:]
        return answer.get_data(as_text=True)


def hidden(page: str, name: str) -> list[str]:
    """The values of a form's hidden fields of one name, as the page sends them back."""
    return re.findall(rf'name="{name}" value="([^"]*)"', page)


def told(client: Client, answer: TestResponse) -> str:
    """The page that an act leads to, with the sentence about it."""
    with answer:
        assert answer.status_code == 303, answer.get_data(as_text=True)[-800:]
        return text(client.get(answer.location))
