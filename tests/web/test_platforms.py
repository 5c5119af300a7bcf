"""LMSs: every figure that an administrator types in, ready to be copied; and a test that says what is not right."""

from tests.web.conftest import Browser, text
from tests.web.university import Desks


def test_every_figure_stands_in_a_field_of_its_own(signed_in: Browser, desks: Desks) -> None:
    page = text(signed_in("iris").get(f"/staff/platforms/{desks.keys['platform_key']}"))
    for figure in (
        "http://localhost:8400/lti/launch", f"http://localhost:8400/lti/login/{desks.keys['platform_key']}",
        "http://localhost:8400/lti/jwks",
    ):
        assert f'value="{figure}" readonly' in page
    assert "https://lms.example/token" in page


def test_the_list_names_deployments(signed_in: Browser) -> None:
    page = text(signed_in("iris").get("/staff/platforms/"))
    assert "https://lms.example" in page


def test_a_check_of_an_lms_that_does_not_answer_says_so(signed_in: Browser, desks: Desks) -> None:
    """The name of the issuer is reserved and resolves nowhere."""
    page = text(signed_in("iris").post(f"/staff/platforms/{desks.keys['platform_key']}/check"))
    assert "Something is not right." in page


def test_registry_does_not_look_after_lmss(signed_in: Browser) -> None:
    assert signed_in("dana").get("/staff/platforms/").status_code == 403
