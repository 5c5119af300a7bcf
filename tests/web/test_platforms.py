"""LMSs: every figure that an administrator types in, ready to be copied; and a test that says what is not right."""

from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.audit import AuditEntry
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


def test_a_custom_field_is_named_with_a_warning(signed_in: Browser, desks: Desks) -> None:
    iris, path = signed_in("iris"), f"/staff/platforms/{desks.keys['platform_key']}"
    page = text(iris.get(path))
    assert "by LIS alone" in page and "lets no teacher write custom fields" in page
    assert iris.post(f"{path}/student-field", field=" matrikel ").location == path
    assert "matrikel=$Person.sourcedId" in text(iris.get(path))
    iris.post(f"{path}/student-field", field="cairn_component")
    assert "not Cairn&#39;s own" in iris.get(path).text
    with reading(desks.sessions) as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)).one()
        assert (entry.action, entry.actor_id is not None) == ("student_field_named", True)
    assert signed_in("dana").post(f"{path}/student-field", field="x").status_code == 403


def test_registry_does_not_look_after_lmss(signed_in: Browser) -> None:
    assert signed_in("dana").get("/staff/platforms/").status_code == 403
