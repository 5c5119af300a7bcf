"""Amendments: proposed by one, decided by a chair who is another; both versions stay."""

from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.award import Award, Revocation
from lti_tool.models.board import Amendment
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.outcome import Outcome
from lti_tool.models.people import StaffAccount, StaffRole
from lti_tool.services import decisions
from tests.web.conftest import Browser, text, told
from tests.web.university import Desks


def test_the_chair_sees_both_figures_and_approves(signed_in: Browser, desks: Desks) -> None:
    alice = signed_in("alice")
    page = text(alice.get("/staff/amendments/"))
    assert "A page was not marked." in page
    assert "60" in page
    page = told(alice, alice.post(f"/staff/amendments/{desks.keys['amendment_key']}/approval"))
    assert "version 2 stands" in page
    with reading(desks.sessions) as session:
        amended = session.scalars(select(Award).where(Award.version == 2)).one()
        versions = session.scalars(select(Award).where(Award.enrolment_id == amended.enrolment_id)).all()
        assert [award.mark for award in versions] == [60, 63]


def test_where_nothing_is_left_to_ratify_the_award_is_taken_back(signed_in: Browser, desks: Desks) -> None:
    with desks.sessions.begin() as session:
        tam = session.scalars(
            select(Enrolment).where(Enrolment.key == desks.keys["differing_enrolment"])
        ).one()
        newest = session.scalars(
            select(Outcome).where(Outcome.enrolment_id == tam.id).order_by(Outcome.id.desc())
        ).first()
        session.add(Outcome(
            institution_id=tam.institution_id, enrolment_id=tam.id, run_component_id=newest.run_component_id,
            board_number=1, attempt=1, status="pending", source="marksheet", delivery="taken away",
            standing="counted", read_at=newest.read_at,
        ))
        session.flush()
        decisions.decide(session, tam, newest.read_at)
    dana, alice = signed_in("dana"), signed_in("alice")
    address = f"/staff/amendments/new/{desks.keys['differing_enrolment']}"
    assert "Approved, the award is taken back" in text(dana.get(address))
    told(dana, dana.post(address, reason="Somebody else wrote it.", authority_reference="Chair's action 2026/08"))
    assert "Take the award back" in text(alice.get("/staff/amendments/"))
    with reading(desks.sessions) as session:
        key = session.scalars(select(Amendment.key).order_by(Amendment.id.desc())).first()
    page = told(alice, alice.post(f"/staff/amendments/{key}/approval"))
    assert "version 1 is taken back" in page
    with reading(desks.sessions) as session:
        award = session.get_one(Award, session.scalars(select(Revocation.award_id)).one())
    assert "This version was taken back: Somebody else wrote it." in text(dana.get(f"/staff/people/awards/{award.key}"))


def test_the_chair_refuses_with_a_reason(signed_in: Browser, desks: Desks) -> None:
    alice = signed_in("alice")
    address = f"/staff/amendments/{desks.keys['amendment_key']}/refusal"
    assert "Say why the result stands" in told(alice, alice.post(address, reason=" "))
    assert "stands as it was ratified" in told(alice, alice.post(address, reason="The page was marked."))


def test_four_eyes_the_proposer_who_also_chairs_does_not_approve(signed_in: Browser, desks: Desks) -> None:
    with desks.sessions.begin() as session:
        dana = session.scalars(select(StaffAccount).where(StaffAccount.login == "dana")).one()
        session.add(StaffRole(institution_id=dana.institution_id, account_id=dana.id, role="chair"))
    client = signed_in("dana")
    assert "another chair must decide" in text(client.get("/staff/amendments/"))
    page = told(client, client.post(f"/staff/amendments/{desks.keys['amendment_key']}/approval"))
    assert "You proposed this amendment" in page


def test_registry_proposes_where_the_facts_changed(signed_in: Browser, desks: Desks) -> None:
    dana, address = signed_in("dana"), f"/staff/amendments/new/{desks.keys['differing_enrolment']}"
    page = text(dana.get(address))
    assert "As ratified" in page
    page = told(dana, dana.post(address, reason="Added up wrongly.", authority_reference="Chair's action 2026/08"))
    assert "A chair, who must be somebody else" in page
    with reading(desks.sessions) as session:
        assert len(session.scalars(select(Amendment)).all()) == 2


def test_an_amendment_needs_reason_and_authority(signed_in: Browser, desks: Desks) -> None:
    dana, address = signed_in("dana"), f"/staff/amendments/new/{desks.keys['differing_enrolment']}"
    with dana.post(address, reason="", authority_reference="") as answer:
        assert answer.status_code == 422
        assert "needs its reason and its authority" in answer.get_data(as_text=True)


def test_where_nothing_differs_nothing_can_be_proposed(signed_in: Browser, desks: Desks) -> None:
    page = text(signed_in("dana").get(f"/staff/amendments/new/{desks.keys['enrolment_key']}"))
    assert "There is nothing to amend." in page
