"""Deep linking: what the LMS takes, and our signed answer (Deep Linking 2.0)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from lti_tool.lti import claims as names
from lti_tool.lti import compact, tool_keys
from lti_tool.lti.deep_linking import Column, Item, Settings, respond, settings_from
from lti_tool.lti.keys import read_keys
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.lti.registered import Registered
from lti_tool.seal import Sealer
from tests.platform import recorded
from tests.platform.fixtures import made_key

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
LMS = Registered(
    id=1, key="r1", institution_id=1, issuer="https://lms.example", client_id="client-1", auth_url="", token_url="",
    jwks_url="",
)
BASE = {"deep_link_return_url": "https://lms.example/picked", "accept_types": ["ltiResourceLink"]}
PORTFOLIO = Item(
    url="https://cairn.example/lti/c/KEY", title="Portfolio", custom={"cairn_component": "KEY"},
    column=Column(label="Portfolio", maximum=Decimal("100"), resource_id="KEY", tag="cairn"),
)


def answered(settings: Settings, *items: Item) -> dict[str, Any]:
    """Our answer, checked with the key set that we publish."""
    sealed, public = made_key("ours")
    key = tool_keys.parse("ours", sealed, Sealer([bytes(range(32))]))
    token = compact.read(respond(LMS, "1", settings, items, key=key, now=NOW))
    compact.believe(token, read_keys({"keys": [public]})["ours"])
    return token.claims


def test_the_answer_says_who_for_whom_and_what() -> None:
    answer = answered(settings_from(BASE), PORTFOLIO)
    assert (answer["iss"], answer["aud"]) == ("client-1", "https://lms.example")
    assert (answer[names.MESSAGE_TYPE], answer[names.VERSION]) == ("LtiDeepLinkingResponse", "1.3.0")
    assert answer[names.DEPLOYMENT_ID] == "1"
    assert answer["iat"] <= NOW.timestamp() < answer["exp"]
    assert len(answer["nonce"]) > 20


def test_the_link_comes_with_its_column() -> None:
    [item] = answered(settings_from(BASE), PORTFOLIO)[names.CONTENT_ITEMS]
    assert item == {
        "type": "ltiResourceLink", "title": "Portfolio", "url": "https://cairn.example/lti/c/KEY",
        "custom": {"cairn_component": "KEY"},
        "lineItem": {"label": "Portfolio", "scoreMaximum": 100, "resourceId": "KEY", "tag": "cairn"},
    }


def test_a_maximum_with_a_fraction_is_exact() -> None:
    item = Item(url="https://cairn.example/", title="Quiz", column=Column(
        label="Quiz", maximum=Decimal("12.5"), resource_id="Q",
    ))
    assert answered(settings_from(BASE), item)[names.CONTENT_ITEMS][0]["lineItem"]["scoreMaximum"] == 12.5


@pytest.mark.parametrize("data", ["opaque", "", None, {"a": [1]}])
def test_data_goes_back_as_it_came(data: object) -> None:
    assert answered(settings_from({**BASE, "data": data}))[names.DEEP_LINKING_DATA] == data


def test_data_that_did_not_come_does_not_go_back() -> None:
    assert names.DEEP_LINKING_DATA not in answered(settings_from(BASE))


def test_nothing_picked_is_a_valid_answer() -> None:
    assert answered(settings_from(BASE))[names.CONTENT_ITEMS] == []


@pytest.mark.parametrize("settings, items, columns", [
    pytest.param({"accept_multiple": False}, 1, 1, id="one only"),
    pytest.param({"accept_multiple": "false"}, 1, 1, id="one only, said as a text"),
    pytest.param({"accept_multiple": "true"}, 2, 2, id="several, said as a text"),
    pytest.param({}, 2, 2, id="several where nothing is said"),
    pytest.param({"accept_lineitem": False}, 2, 0, id="no columns"),
    pytest.param({"accept_lineitem": "false"}, 2, 0, id="no columns, said as a text"),
    pytest.param({"accept_types": ["link", "html"]}, 0, 0, id="no links of ours"),
])
def test_what_the_lms_takes_is_obeyed(settings: dict[str, Any], items: int, columns: int) -> None:
    found = answered(settings_from({**BASE, **settings}), PORTFOLIO, PORTFOLIO)[names.CONTENT_ITEMS]
    assert (len(found), len([item for item in found if "lineItem" in item])) == (items, columns)


@pytest.mark.parametrize("settings", [
    pytest.param({}, id="nothing"),
    pytest.param({"accept_types": ["ltiResourceLink"]}, id="no way back"),
    pytest.param({**BASE, "deep_link_return_url": "javascript:alert(1)"}, id="a way back that is none"),
    pytest.param({**BASE, "deep_link_return_url": 7}, id="a way back that is a number"),
    pytest.param({"deep_link_return_url": "https://lms.example/picked"}, id="no types"),
])
def test_settings_without_which_there_is_no_answer(settings: dict[str, Any]) -> None:
    with pytest.raises(LaunchRefused, match="claim_deep_linking"):
        settings_from(settings)


def test_settings_survive_being_kept() -> None:
    settings = settings_from({**BASE, "data": {"a": 1}, "title": "Pick"})
    assert Settings.from_json(settings.as_json()) == settings


def test_moodles_own_settings() -> None:
    found = recorded.launch_claims("moodle-launch-deep-linking")[names.DEEP_LINKING_SETTINGS]
    settings = settings_from(found)
    assert settings.takes_links and settings.accepts_multiple and settings.return_url == found["deep_link_return_url"]
