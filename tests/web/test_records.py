"""Record systems: paused with a reason, tested by reading only, and never a secret on a page."""

from sqlalchemy import select

from lti_tool.models.delivery import Destination
from lti_tool.services import vault
from tests.web.conftest import Browser, text, told
from tests.web.university import Desks


def test_a_pause_needs_its_reason_and_shows_it(signed_in: Browser, desks: Desks) -> None:
    iris, address = signed_in("iris"), f"/staff/records/{desks.keys['system_key']}"
    assert "Say why the destination is paused" in told(iris, iris.post(f"{address}/pause", reason=""))
    page = told(iris, iris.post(f"{address}/pause", reason="Upgrade until noon"))
    assert "Upgrade until noon" in page
    assert "paused" in page
    assert "is sent to again" in told(iris, iris.post(f"{address}/resumption"))


def test_the_connection_is_tested(signed_in: Browser, desks: Desks) -> None:
    page = text(signed_in("iris").post(f"/staff/records/{desks.keys['system_key']}/check"))
    assert "All is well." in page
    assert "0 records are held." in page


def test_no_secret_is_shown(signed_in: Browser, desks: Desks) -> None:
    with desks.sessions.begin() as session:
        row = session.scalars(select(Destination).where(Destination.key == desks.keys["system_key"])).one()
        row.settings = {"base_url": "https://records.example"}
        row.secrets_sealed = vault.seal_secret(session, {"client_secret": "hush"}, f"destination:{row.key}")
    page = text(signed_in("iris").get("/staff/records/"))
    assert "https://records.example" in page
    assert "hush" not in page
    assert "client_secret" not in page


def test_an_auditor_looks_and_pauses_nothing(signed_in: Browser, desks: Desks) -> None:
    quinn = signed_in("quinn")
    assert "/pause" not in text(quinn.get("/staff/records/"))
    assert quinn.post(f"/staff/records/{desks.keys['system_key']}/pause", reason="x").status_code == 403
