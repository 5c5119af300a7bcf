"""Choosing the behaviour of an LMS by the profile of its registration."""

import pytest

from lti_tool.lti.platforms import PROFILES, platform_for
from lti_tool.lti.platforms.canvas import Canvas
from lti_tool.lti.platforms.moodle import Moodle
from lti_tool.lti.platforms.standard import Platform


@pytest.mark.parametrize("profile, kind", [("generic", Platform), ("canvas", Canvas), ("moodle", Moodle)])
def test_a_profile_has_its_behaviour(profile: str, kind: type[Platform]) -> None:
    assert type(platform_for(profile)) is kind


def test_an_unknown_profile_keeps_to_the_standard() -> None:
    assert type(platform_for("blackboard")) is Platform


@pytest.mark.parametrize("name", sorted(set(PROFILES) - {"generic"}))
def test_every_difference_has_a_link_and_a_date(name: str) -> None:
    kind = PROFILES[name]
    for method in ("score_extension", "refusal"):
        if method in vars(kind):
            assert "2026-11" in str(vars(kind)[method].__doc__)
    assert "https://" in str(kind.__doc__)
