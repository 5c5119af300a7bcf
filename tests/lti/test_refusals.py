"""Every reason has a code for the log, a sentence with a remedy for the person, and a status."""

import pytest

from lti_tool.lti.refusals import REASONS, LaunchRefused


@pytest.mark.parametrize("code", sorted(REASONS))
def test_a_reason_says_what_to_do(code: str) -> None:
    refused = LaunchRefused(code, name="something")
    assert 400 <= refused.status < 600
    assert refused.sentence.count(". ") >= 1 and refused.sentence.endswith(".")
    assert "{" not in refused.sentence


def test_the_text_for_the_log_is_the_code_alone() -> None:
    assert str(LaunchRefused("platform_error", name="login_required", registration_key="r")) == (
        "launch refused: platform_error"
    )
