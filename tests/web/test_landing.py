"""Where a launch lands: by its kind and role, and only where there is something to show."""

import pytest
from flask import url_for

from lti_tool.lti.claims import DEEP_LINKING_LAUNCH, RESOURCE_LAUNCH
from lti_tool.web.landing import VIEWS, page_for
from lti_tool.web.lean import Lean


@pytest.mark.parametrize("kind, role, in_course, is_named, page", [
    pytest.param(DEEP_LINKING_LAUNCH, "instructor", True, True, "pick", id="something is to be picked"),
    pytest.param(RESOURCE_LAUNCH, "instructor", True, True, "course", id="an instructor"),
    pytest.param(RESOURCE_LAUNCH, "instructor", False, True, "", id="an instructor outside any course"),
    pytest.param(RESOURCE_LAUNCH, "learner", True, True, "progress", id="a learner"),
    pytest.param(RESOURCE_LAUNCH, "learner", False, True, "", id="a learner outside any course"),
    pytest.param(DEEP_LINKING_LAUNCH, "instructor", False, True, "", id="nowhere to pick for"),
    pytest.param(RESOURCE_LAUNCH, "learner", True, False, "", id="a learner without a name"),
    pytest.param(RESOURCE_LAUNCH, "", True, True, "", id="nobody with a right"),
])
def test_the_page_of_a_launch(kind: str, role: str, in_course: bool, is_named: bool, page: str) -> None:
    assert page_for(kind, role, in_course=in_course, is_named=is_named) == page


def test_every_page_has_its_view_at_its_address(app: Lean) -> None:
    with app.test_request_context():
        for page, view in VIEWS.items():
            assert url_for(view, launch_key="k") == f"/l/k/{page}"
