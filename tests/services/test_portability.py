"""Everything held about one person, as one JSON document, and nothing about anybody else."""

import json

import pytest
from sqlalchemy import select

from lti_tool.models.audit import AuditEntry
from lti_tool.services import awards, decisions, portability
from lti_tool.services.errors import NotFound, Refused
from tests.services.ratifying import University


@pytest.fixture
def university(session, now):
    return University(session, now)


@pytest.fixture
def lena(university):
    run = university.run()
    lena = university.marked(run, "60", "62")
    university.marked(run, "11", "12", "Moss")
    university.ratify(run)
    return lena


def export(university, enrolment, who="dana"):
    return portability.export(university.session, university.actor(who), enrolment.person.key, university.now)


def test_it_holds_what_she_is_what_she_did_and_what_was_said_of_her(university, lena):
    found = json.loads(json.dumps(export(university, lena)))
    assert found["person"]["display_name"] == "Lena"
    assert found["identifiers"][0]["kind"] == "student_number"
    [registration] = found["registrations"]
    assert [outcome["raw"] for outcome in registration["outcomes"]] == ["60", "62"]
    assert (registration["code"], registration["awards"][0]["mark"]) == ("IL5101", "61")
    assert registration["decisions"][0]["findings"]
    assert [message["body"]["mark"] for message in found["messages"]] == ["61"]
    assert [entry["details"]["mark"] for entry in found["audit"] if entry["action"] == "award.grant"] == ["61"]


def test_it_holds_nobody_else_and_nothing_sealed(university, lena):
    text = json.dumps(export(university, lena))
    assert "Moss" not in text and "data_key" not in text


def test_I21_that_it_was_read_is_written_down(university, lena):
    export(university, lena)
    last = university.session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert (last.action, last.person_id) == ("person.export", lena.person_id)


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "iris"])
def test_only_registry_exports(university, lena, who):
    with pytest.raises(Refused):
        export(university, lena, who)


def test_another_institution_s_people_do_not_exist(university, lena, session, now):
    with pytest.raises(NotFound):
        export(University(session, now, code="elsewhere"), lena)


def test_an_award_that_was_taken_back_says_when_and_why(university, lena):
    university.mark(lena, "CRIT", None, status="pending", board=1)
    found = decisions.decide(university.session, lena, university.later())
    standing = awards.current(university.session, lena)
    assert export(university, lena)["registrations"][0]["awards"][0]["taken_back"] is None
    awards.revoke(university.session, standing.ratification, found, "another learner's mark", university.now)
    [award] = export(university, lena)["registrations"][0]["awards"]
    said = award["taken_back"]
    assert (award["credit"], said["reason"]) == (15, "another learner's mark")
    assert said["revoked_at"] == university.now.isoformat()
