"""The names of claims are those that real platforms use."""

import pytest

from lti_tool.lti import claims
from tests.platform import recorded


@pytest.mark.parametrize("name", ["moodle-launch-teacher", "canvas-id-token-resource-link"])
def test_a_resource_launch_has_them(name: str) -> None:
    found = recorded.launch_claims(name)
    for claim in (claims.VERSION, claims.MESSAGE_TYPE, claims.DEPLOYMENT_ID, claims.TARGET_LINK_URI, claims.ROLES,
                  claims.RESOURCE_LINK, claims.CONTEXT, claims.CUSTOM, claims.LAUNCH_PRESENTATION,
                  claims.AGS_ENDPOINT, claims.NRPS_SERVICE):
        assert claim in found
    assert found[claims.MESSAGE_TYPE] == claims.RESOURCE_LAUNCH


def test_a_deep_linking_launch_has_its_settings() -> None:
    found = recorded.launch_claims("moodle-launch-deep-linking")
    assert found[claims.MESSAGE_TYPE] == claims.DEEP_LINKING_LAUNCH
    assert "deep_link_return_url" in found[claims.DEEP_LINKING_SETTINGS]
