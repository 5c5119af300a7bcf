"""Verifying, without a web around it: leeway, audiences, and who is told what about a refusal.

The gallery of bad launches is in tests/web/test_lti.py, where they arrive as they would from a browser.
"""

from datetime import datetime

import pytest

from lti_tool.clock import utcnow
from lti_tool.lti import claims as names
from lti_tool.lti.launch import LaunchCheck, Rules, verify
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.lti.state import Issued
from lti_tool.lti.values import Launch
from tests.platform.fixtures import Registered
from tests.platform.forged import now
from tests.platform.payloads import Change, resource_launch, set_to
from tests.platform.tab import TARGET


def issued_for(lms: Registered) -> Issued:
    rules: Rules = lms.app.extensions["cairn"].rules
    return rules.signer.issue(lms.key, TARGET, utcnow())


def verified(lms: Registered, *changes: Change, at: datetime | None = None) -> Launch:
    issued = issued_for(lms)
    claims = resource_launch(lms.platform, issued.nonce, TARGET)
    for change in changes:
        change(claims)
    form = {"state": issued.state, "id_token": lms.platform.sign(claims)}
    return verify(form, issued.secret, lms.app.extensions["cairn"].rules, at or utcnow())


def test_a_launch_is_a_plain_value_without_a_token(lms: Registered) -> None:
    launch = verified(lms)
    assert (launch.registration.key, launch.deployment_id, launch.target_link_uri) == (lms.key, "1", TARGET)
    assert "eyJ" not in repr(launch)
    assert "sesskey" not in repr(launch)


@pytest.mark.parametrize("late, opens", [(4, True), (7, False)])
def test_the_leeway_is_the_one_that_was_set(lms: Registered, late: int, opens: bool) -> None:
    change = lambda claims: claims.update(iat=now() - 60, exp=now() - late)  # noqa: E731
    if opens:
        assert verified(lms, change)
    else:
        with pytest.raises(LaunchRefused, match="claim_exp"):
            verified(lms, change)


def test_a_refusal_names_the_registration(lms: Registered) -> None:
    with pytest.raises(LaunchRefused) as refused:
        verified(lms, set_to(names.ROLES, "Instructor"))
    assert refused.value.registration_key == lms.key


def test_nothing_unverified_is_said_of_an_unknown_message(lms: Registered) -> None:
    with pytest.raises(LaunchRefused) as refused:
        verified(lms, set_to(names.MESSAGE_TYPE, "<script>alert(1)</script>"))
    assert "script" not in refused.value.sentence


def test_the_library_has_no_way_to_call_anybody(lms: Registered) -> None:
    check = LaunchCheck({}, None, lms.app.extensions["cairn"].rules, utcnow())
    with pytest.raises(RuntimeError, match="our own client"):
        check._requests_session.get("https://lms.example/jwks")
