"""People: found after twenty years, matched on evidence, and explained back to each reading."""

from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.audit import AuditEntry
from lti_tool.models.people import IdentityLink, LtiUser, Person, PersonIdentifier
from lti_tool.services import audit
from tests.web.conftest import Browser, text, told
from tests.web.university import Desks


def number_of(desks: Desks, name: str) -> str:
    with reading(desks.sessions) as session:
        return session.scalars(
            select(PersonIdentifier.value).join(Person).where(Person.display_name == name)
        ).one()


def test_a_learner_is_found_by_number_and_by_any_part_of_the_name(signed_in: Browser, desks: Desks) -> None:
    dana = signed_in("dana")
    for sought in (number_of(desks, "Lena Łukasiewicz"), "ukasiew", "R00000"):
        assert "Łukasiewicz" in text(dana.post("/staff/people/", text=sought)), sought
    assert "Nobody is found." in text(dana.post("/staff/people/", text="nobody like that"))
    assert "at least two characters" in text(dana.post("/staff/people/", text="L"))


def test_what_is_sought_never_stands_in_an_address(signed_in: Browser) -> None:
    assert 'method="post" action="/staff/people/"' in text(signed_in("dana").get("/staff/people/"))


def test_both_versions_of_an_amended_result_stay_readable(signed_in: Browser, desks: Desks) -> None:
    signed_in("alice").post(f"/staff/amendments/{desks.keys['amendment_key']}/approval").close()
    page = text(signed_in("dana").get(f"/staff/people/{desks.keys['person_key']}"))
    assert page.count("Explain version") == 2
    assert "stands" in page
    assert "replaced" in page


def test_a_result_is_explained_and_reckoned_again(signed_in: Browser, desks: Desks) -> None:
    page = text(signed_in("quinn").get(f"/staff/people/awards/{desks.keys['award_key']}"))
    for part in ("The line on the transcript", "INV-OLD 2026/1", "Weighted mean", "marked 66", "records of IL5104"):
        assert part in page
    assert "the same result" in page


def test_i21_reading_a_person_s_results_is_written_down(signed_in: Browser, desks: Desks) -> None:
    text(signed_in("quinn").get(f"/staff/people/{desks.keys['person_key']}"))
    with reading(desks.sessions) as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.action, entry.subject) == ("read", f"person:{desks.keys['person_key']}")
        assert audit.verify(session, desks.institution_id).is_valid


def test_an_account_is_matched_on_evidence_only(signed_in: Browser, desks: Desks) -> None:
    dana, address = signed_in("dana"), f"/staff/people/accounts/{desks.keys['account_key']}/identity"
    assert "the same e-mail; that may be chance" in text(dana.get("/staff/people/quarantine"))
    number = number_of(desks, "Lena Łukasiewicz")
    assert "Say how you know" in told(dana, dana.post(address, number=number, evidence=" "))
    assert "Nobody on your extract" in told(dana, dana.post(address, number="S999", evidence="ID card seen"))
    assert "Choose whose account" in told(dana, dana.post(address, evidence="ID card seen"))
    assert "The account is matched" in told(dana, dana.post(address, number=number, evidence="ID card seen"))
    with reading(desks.sessions) as session:
        user = session.scalars(select(LtiUser).where(LtiUser.key == desks.keys["account_key"])).one()
        link = session.scalars(select(IdentityLink).where(IdentityLink.lti_user_id == user.id)).one()
        assert (user.match, link.rule) == ("confirmed", "by_hand")
        said = session.scalars(select(AuditEntry).where(AuditEntry.action == "identity_evidence")).one()
        assert audit.details_of(session, said)["evidence"] == "ID card seen"


def test_a_nameless_result_waits_with_its_hints(signed_in: Browser) -> None:
    page = text(signed_in("dana").get("/staff/people/quarantine"))
    assert "Nobody Known" in page
    assert "Results without a name (1)" in page


def test_the_auditor_matches_nobody(signed_in: Browser) -> None:
    assert signed_in("quinn").get("/staff/people/quarantine").status_code == 403
