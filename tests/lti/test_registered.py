"""A registration as a value: whom our assertions address, and whose pages may frame us."""

from dataclasses import replace

import pytest

from lti_tool.lti.registered import Registered, origin_of

CANVAS = Registered(
    id=1, key="r1", institution_id=1, issuer="https://canvas.instructure.com", client_id="1",
    auth_url="https://sso.canvaslms.com/api/lti/authorize_redirect?x=1", token_url="https://sso.canvaslms.com/token",
    jwks_url="https://sso.canvaslms.com/jwks",
)


def test_our_assertions_address_the_token_url_unless_the_lms_names_another() -> None:
    assert CANVAS.audience == "https://sso.canvaslms.com/token"
    assert replace(CANVAS, token_audience="https://api.brightspace.com/auth/token").audience == (
        "https://api.brightspace.com/auth/token"
    )


def test_issuer_and_login_host_may_frame_us() -> None:
    assert CANVAS.origins == ("https://canvas.instructure.com", "https://sso.canvaslms.com")


def test_an_issuer_that_is_no_address_frames_nothing() -> None:
    assert replace(CANVAS, issuer="urn:lms:1").origins == ("https://sso.canvaslms.com",)


@pytest.mark.parametrize("url, origin", [
    pytest.param("https://LMS.example:8443/a/b?c#d", "https://lms.example:8443", id="scheme, host and port"),
    pytest.param("http://bob:secret@lms.example/", "http://lms.example", id="without user and password"),
    pytest.param("javascript:alert(1)", "", id="no web address"),
    pytest.param("https:///nothing", "", id="no host"),
    pytest.param("https://[broken", "", id="broken"),
    pytest.param("https://a.example; script-src *", "", id="more than a host"),
    pytest.param("", "", id="nothing"),
])
def test_the_origin_of_an_address(url: str, origin: str) -> None:
    assert origin_of(url) == origin
