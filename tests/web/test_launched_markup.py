"""Whatever an LMS calls people, courses and links in a launch is text on the page that the launch opens."""

from typing import Any

import pytest

from lti_tool.lti import claims as names
from tests.platform.fixtures import Registered, app, lms, platform, settings
from tests.platform.forged import ForgedPlatform
from tests.platform.payloads import INSTRUCTOR, LEARNER, Claims, deep_linking_launch, resource_launch
from tests.web.test_stored_markup import MARKUP, Page

__all__ = ["app", "lms", "platform", "settings"]


def worded(payload: Any, roles: list[str]) -> Any:
    """The claims of a launch in which the LMS calls everything so."""

    def claims(platform: ForgedPlatform, nonce: str, target: str) -> Claims:
        made = payload(platform, nonce, target)
        made |= dict.fromkeys(("name", "given_name", "family_name", "email"), MARKUP)
        made[names.CONTEXT] |= {"label": MARKUP, "title": MARKUP}
        made[names.ROLES] = roles
        made[names.LIS] |= {"person_sourcedid": MARKUP}
        if names.RESOURCE_LINK in made:
            made[names.RESOURCE_LINK] |= {"title": MARKUP, "description": MARKUP}
        return made

    return claims


@pytest.mark.parametrize(("payload", "roles"), [
    pytest.param(resource_launch, [INSTRUCTOR], id="instructor"),
    pytest.param(resource_launch, [LEARNER], id="learner"),
    pytest.param(resource_launch, [MARKUP], id="a role that is markup"),
    pytest.param(deep_linking_launch, [INSTRUCTOR], id="picker"),
])
def test_a_launch_s_first_page_shows_its_words_as_text(lms: Registered, payload: Any, roles: list[str]) -> None:
    tab = lms.tab()
    answer = tab.launch(lms.login_path, payload=worded(payload, roles))
    assert answer.status_code == 200, answer.text[-500:]
    assert Page(answer.text).faults == []
