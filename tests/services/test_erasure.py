"""Erasure: the person goes, the results stay, the audit chain stays valid."""

import pytest
from sqlalchemy import inspect, select

from lti_tool.db import Base
from lti_tool.models.audit import AuditEntry
from lti_tool.models.people import PersonIdentifier, StaffRole
from lti_tool.seal import SealError
from lti_tool.services import audit, awards, bodies, decisions, erasure, explain
from lti_tool.services.errors import NotFound, Refused
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def university(session, now):
    return University(session, now)


@pytest.fixture
def lena(university):
    """Lena Lovelace, ratified and delivered, known to an LMS."""
    person = factories.person(university.session, university.institution, "Lovelace", student_number="S47~11")
    person.email = "lovelace@inverlea.example"
    run = university.run()
    enrolment = university.learner(run, person=person)
    enrolment.registration, enrolment.remote_person = "S47~11/1", "P47~11"
    university.mark(enrolment, "CRIT", "60")
    university.mark(enrolment, "PORT", "62")
    university.ratify(run)
    lms = factories.registration(university.session, university.institution)
    factories.lti_user(
        university.session, lms, sub="sub-47~11", person_id=person.id, name="Lovelace", email=person.email,
        sourcedid="S47~11",
    )
    for message in university.messages(enrolment):
        message.state = "confirmed"
    university.session.flush()
    return enrolment


def erase(university, enrolment, who="dana"):
    erasure.erase(university.session, university.actor(who), enrolment.person.key, university.now)
    university.session.flush()


def test_nothing_that_names_her_is_left_in_any_table(university, lena):
    erase(university, lena)
    university.session.flush()
    dump = []
    for table in Base.metadata.sorted_tables:
        for row in university.session.execute(table.select()):
            dump.append(repr(tuple(row)))
    text = "\n".join(dump)
    for trace in ("Lovelace", "47~11", "lovelace@"):
        assert trace not in text


def test_awards_stay_under_a_pseudonym(university, lena):
    erase(university, lena)
    award = awards.current(university.session, lena)
    assert (str(award.mark), award.credit) == ("61", 15)
    found = explain.chain(university.session, university.institution.id, award.key)
    assert found.line.learner == lena.person.key


def test_the_audit_chain_stays_valid_and_says_who_erased(university, lena):
    erase(university, lena)
    report = audit.verify(university.session, university.institution.id)
    assert report.is_valid and report.erased > 0
    last = university.session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert (last.action, last.actor_id) == ("person.erase", university.people["dana"].id)


def test_what_was_sent_can_no_longer_be_opened(university, lena):
    [message] = [message for message in university.messages(lena) if message.is_final]
    assert bodies.record_of(university.session, message).learner.family_name == "Lovelace"
    erase(university, lena)
    with pytest.raises(SealError):
        bodies.record_of(university.session, message)


@pytest.mark.parametrize("state", ["ready", "sending", "on_hold"])
def test_what_is_still_to_be_sent_comes_first(university, lena, state):
    university.messages(lena)[-1].state = state
    with pytest.raises(Refused, match=r"wait to be sent \(1\)") as caught:
        erase(university, lena)
    assert caught.value.code == "undelivered" and lena.person.family_name == "Lovelace"


@pytest.mark.parametrize("who", ["alice", "bob", "femi", "gwen", "charlie", "iris"])
def test_only_registry_erases(university, lena, who):
    with pytest.raises(Refused) as caught:
        erase(university, lena, who)
    assert caught.value.code == "role"


def test_nobody_erases_themselves_and_nobody_is_erased_twice(university, lena):
    with pytest.raises(Refused, match="themselves"):
        erasure.erase(university.session, university.actor("dana"), university.people["dana"].key, university.now)
    erase(university, lena)
    with pytest.raises(Refused, match="already"):
        erase(university, lena)


def test_a_staff_account_is_closed(university):
    bob = university.people["bob"]
    account = factories.staff_account(university.session, bob, {"chair"})
    account.login, account.password_hash = "bob", "x"
    erasure.erase(university.session, university.actor("dana"), bob.key, university.now)
    assert (account.is_active, account.password_hash) == (False, "") and "bob" not in account.login
    assert university.session.scalars(select(StaffRole).where(StaffRole.account_id == account.id)).all() == []


def test_two_people_with_equal_names_stay_two(university, lena):
    other = factories.person(university.session, university.institution, "Lovelace", student_number="S0815")
    erase(university, lena)
    assert other.family_name == "Lovelace"
    assert university.session.scalars(select(PersonIdentifier.value)).all() == ["S0815"]


def test_another_institution_s_people_do_not_exist(university, lena, session, now):
    elsewhere = University(session, now, code="elsewhere")
    with pytest.raises(NotFound):
        erase(elsewhere, lena)
    assert not inspect(lena.person).modified


def test_it_is_known_which_results_nobody_could_ratify_any_more(university, lena):
    assert erasure.waiting(university.session, lena.person) == []
    again = university.learner(university.run("IL5102"), person=lena.person)
    university.learner(university.run("IL5103", has_credit=False), person=lena.person)
    for code in ("CRIT", "PORT"):
        university.mark(again, code, "60")
    decisions.decide(university.session, again, university.now)
    assert erasure.waiting(university.session, lena.person) == ["IL5102"]


def test_where_the_record_system_decides_a_run_is_decided_without_her(university):
    run = university.run(authority="record_system")
    lena, omar = university.marked(run, "60", "60"), university.marked(run, "70", "70", "Omar")
    for message in university.messages(lena):
        message.state = "confirmed"
    university.session.flush()
    erase(university, lena)
    for enrolment in (lena, omar):
        university.mark(enrolment, "CRIT", "80")
    decisions.decide_run(university.session, run, university.later())
    assert [len(university.messages(enrolment)) for enrolment in (lena, omar)] == [1, 2]
