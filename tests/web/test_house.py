"""What the web parts share belongs to the application in charge of the request."""

from lti_tool.app import create_app
from lti_tool.db import Sessions
from lti_tool.settings import Settings
from lti_tool.web.house import house
from tests.conftest import KEY


def test_each_application_has_its_own(sessions: Sessions) -> None:
    settings = Settings(public_url="https://cairn.example", secret_keys=(KEY,))
    apps = [create_app(settings, sessions=sessions) for _ in range(2)]
    found = []
    for app in apps:
        with app.test_request_context():
            found.append(house())
    assert found == [app.extensions["cairn"] for app in apps]
    assert found[0] is not found[1]
    for one in found:
        one.http.close()
