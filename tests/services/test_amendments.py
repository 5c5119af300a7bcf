"""Amendments: on authority, by two people, derived and not typed; both versions stay."""

from decimal import Decimal
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import object_session

from lti_tool.domain.ratification import ResultState, Role
from lti_tool.models.board import Conflict, ExamBoard
from lti_tool.models.catalogue import Enrolment
from lti_tool.services import amendments, awards, decisions, erasure
from lti_tool.services.errors import NotFound, Refused
from tests.services.ratifying import University

ACTION = "Chair's action 2026/07"


@pytest.fixture
def university(session, now):
    return University(session, now)


@pytest.fixture
def run(university):
    return university.run()


@pytest.fixture
def lena(university, run):
    """Ratified with 49, and then a page was found."""
    lena = university.marked(run, "49", "49")
    university.ratify(run)
    university.mark(lena, "CRIT", "51", board=1)
    university.mark(lena, "PORT", "51", board=1)
    decisions.decide(university.session, lena, university.later())
    return lena


def propose(university, enrolment, who="bob", **changes):
    given = {"reason": "page total added wrongly", "authority_reference": ACTION, "now": university.now}
    return amendments.propose(object_session(enrolment), university.actor(who), enrolment, **{**given, **changes})


def approve(university, amendment, who="alice"):
    return amendments.approve(university.session, university.actor(who), amendment.key, university.later()).award


def code_of(action, *args, **options):
    with pytest.raises(Refused) as caught:
        action(*args, **options)
    return caught.value.code


def test_proposing_changes_nothing_yet(university, lena):
    propose(university, lena)
    assert awards.current(university.session, lena).mark == Decimal(49)


def test_I2_approved_it_is_the_next_version_and_the_first_stays(university, lena):
    award = approve(university, propose(university, lena))
    first, second = awards.history(university.session, lena)
    assert (first.mark, first.kind, second.mark, second.kind) == (Decimal(49), "RESIT", Decimal(51), "PASS")
    assert (award, second.supersedes_id) == (second, first.id)
    assert (award.ratification.reference, award.ratification.authority) == (ACTION, "cairn")
    assert awards.state_of(university.session, lena) is ResultState.AMENDED


def test_approval_closes_the_late_score_with_its_reason(university, lena):
    approve(university, propose(university, lena))
    [found] = university.discrepancies(lena)
    assert found.closed_by == university.people["alice"].id and found.resolution == f"amended by {ACTION}"


def test_the_record_system_is_told_version_two_under_the_same_key(university, lena):
    approve(university, propose(university, lena))
    final = [message for message in university.messages(lena) if message.is_final]
    assert len({message.record_key for message in final}) == 1
    assert final[1].version > final[0].version


def test_of_two_at_the_same_instant_the_database_lets_one_in(university, lena, monkeypatch):
    propose(university, lena)
    monkeypatch.setattr(amendments, "_is_proposed", lambda *_: False)  # neither has seen the other
    with pytest.raises(Refused, match="waiting for the chair already"):
        propose(university, lena)
    assert len(amendments.waiting(university.session, university.institution.id)) == 1


def test_two_who_propose_at_once_are_told_apart(sessions, now):
    with sessions.begin() as session:
        university = University(session, now)
        run = university.run()
        lena = university.marked(run, "49", "49")
        university.ratify(run)
        university.mark(lena, "CRIT", "80", board=1)
        decisions.decide(session, lena, university.later())
    start, codes = Barrier(2), []

    def one(who):
        start.wait()
        try:
            with sessions.begin() as session:
                propose(university, session.get_one(Enrolment, lena.id), who)
            codes.append("stored")
        except Refused as refused:
            codes.append(refused.code)

    threads = [Thread(target=one, args=(who,)) for who in ("bob", "dana")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["proposed", "stored"]
    with sessions() as session:
        assert len(amendments.waiting(session, university.institution.id)) == 1


@pytest.mark.parametrize("who", ["charlie", "femi", "iris"])
def test_who_may_not_propose(university, lena, who):
    assert code_of(propose, university, lena, who) == "role"


def test_I16_the_proposer_does_not_approve(university, lena):
    amendment = propose(university, lena, "alice")
    assert code_of(approve, university, amendment) == "four_eyes"


def test_I16_persons_are_compared_and_not_roles(university, lena):
    amendment = propose(university, lena, "bob")
    bob_as_chair = university.actor("bob", Role.CHAIR)
    assert code_of(amendments.approve, university.session, bob_as_chair, amendment.key, university.now) == "four_eyes"


@pytest.mark.parametrize("who", ["dana", "gwen", "hari", "charlie", "iris"])
def test_only_the_chair_approves(university, lena, who):
    amendment = propose(university, lena)
    assert code_of(approve, university, amendment, who) == "role"


def test_I17_a_chair_with_a_conflict_does_not_approve(university, run, lena):
    alice = university.people["alice"]
    university.session.add(Conflict(
        institution_id=run.institution_id, board_id=university.session.scalar(select(ExamBoard.id)), member_id=alice.id,
        learner_id=lena.person_id,
    ))
    assert code_of(approve, university, propose(university, lena)) == "conflict"


def test_I17_a_chair_with_a_conflict_does_not_refuse_either(university, run, lena):
    university.session.add(Conflict(
        institution_id=run.institution_id, board_id=university.session.scalar(select(ExamBoard.id)),
        member_id=university.people["alice"].id, learner_id=lena.person_id,
    ))
    given = university.session, university.actor("alice"), propose(university, lena).key
    assert code_of(amendments.refuse, *given, reason="no evidence", now=university.now) == "conflict"


def test_I16_a_chair_who_alone_gave_the_new_mark_does_not_approve(university, run):
    lena = university.marked(run, "49", "49")
    university.ratify(run)
    university.mark(lena, "CRIT", "80", board=1, by="alice")
    decisions.decide(university.session, lena, university.later())
    assert code_of(approve, university, propose(university, lena)) == "conflict"


def test_I16_a_mark_given_together_with_another_is_no_conflict(university, run):
    lena = university.marked(run, "49", "49")
    university.ratify(run)
    university.mark(lena, "CRIT", "80", board=1, by="alice")
    university.mark(lena, "PORT", "51", board=1, by="hari")
    decisions.decide(university.session, lena, university.later())
    assert approve(university, propose(university, lena)).kind == "PASS"


@pytest.mark.parametrize("changes", [{"reason": " "}, {"authority_reference": ""}])
def test_it_needs_a_reason_and_an_authority(university, lena, changes):
    assert code_of(propose, university, lena, **changes) == "reason"


def test_before_ratification_there_is_nothing_to_amend(university, run):
    assert code_of(propose, university, university.marked(run, "60", "60")) == "not_ratified"


def test_without_a_difference_there_is_nothing_to_amend(university, run):
    moss = university.marked(run, "60", "60", "Moss")
    university.ratify(run)
    assert code_of(propose, university, moss) == "no_difference"


def test_one_proposal_at_a_time(university, lena):
    propose(university, lena)
    assert code_of(propose, university, lena, "dana") == "proposed"


def test_facts_that_changed_since_it_was_proposed_refuse_it(university, lena):
    amendment = propose(university, lena)
    university.mark(lena, "PORT", "80", board=1)
    assert code_of(approve, university, amendment) == "changed_since_seen"
    assert awards.current(university.session, lena).mark == Decimal(49)


def test_it_is_decided_once(university, lena):
    amendment = propose(university, lena)
    approve(university, amendment)
    assert code_of(approve, university, amendment) == "decided"


def test_refused_the_result_stands_and_the_late_score_is_settled(university, lena):
    amendment = propose(university, lena)
    amendments.refuse(
        university.session, university.actor("alice"), amendment.key, reason="no evidence", now=university.now
    )
    assert (amendment.state, awards.current(university.session, lena).version) == ("refused", 1)
    [found] = university.discrepancies(lena)
    assert found.closed_at is not None and found.resolution == "no evidence"
    assert list(amendments.waiting(university.session, university.institution.id)) == []


@pytest.mark.parametrize("who, reason, code", [("dana", "no evidence", "role"), ("alice", " ", "reason")])
def test_refusing_needs_a_reason_and_the_chair(university, lena, who, reason, code):
    given = university.session, university.actor(who), propose(university, lena).key
    assert code_of(amendments.refuse, *given, reason=reason, now=university.now) == code


def test_approved_amendments_are_there_to_be_reported(university, lena):
    amendment = propose(university, lena)
    before = university.now
    session, own = university.session, university.institution.id
    assert list(amendments.waiting(session, own)) == [amendment]
    assert list(amendments.amendments_since(session, own, None)) == []
    approve(university, amendment)
    assert list(amendments.amendments_since(session, own, before)) == [amendment]
    assert list(amendments.amendments_since(session, own, university.now)) == []
    assert list(amendments.amendments_since(session, own, None, achievement_ids=[])) == []


def test_I9_an_amended_pass_keeps_the_credit_that_it_gave_itself(university, run):
    moss = university.marked(run, "60", "60", "Moss")
    university.ratify(run)
    university.mark(moss, "PORT", "70")
    decisions.decide(university.session, moss, university.later())
    award = approve(university, propose(university, moss))
    assert (award.version, award.mark, award.credit, award.code) == (2, Decimal(67), 15, "")


def test_an_amended_fail_may_still_be_resat(university, run):
    moss = university.marked(run, "30", "30", "Moss")
    university.ratify(run)
    university.mark(moss, "PORT", "31", board=1)
    decisions.decide(university.session, moss, university.later())
    approve(university, propose(university, moss))
    university.mark(moss, "CRIT", "50", attempt=2)
    university.mark(moss, "PORT", "50", attempt=2)
    found = decisions.decide(university.session, moss, university.later())
    assert (found.board_number, found.kind) == (2, "PASS")


def test_another_institution_s_results_do_not_exist(university, lena, session, now):
    amendment = propose(university, lena)
    elsewhere = University(session, now, code="elsewhere")
    with pytest.raises(NotFound):
        propose(elsewhere, lena)
    with pytest.raises(NotFound):
        approve(elsewhere, amendment)


def erase(university, enrolment):
    for message in university.messages(enrolment):
        message.state = "confirmed"
    erasure.erase(university.session, university.actor("dana"), enrolment.person.key, university.now)


def test_nothing_is_amended_for_who_was_erased_and_the_chair_can_still_say_no(university, lena):
    amendment = propose(university, lena)
    erase(university, lena)
    with pytest.raises(Refused, match="This person was erased") as caught:
        approve(university, amendment)
    assert (caught.value.code, amendment.state) == ("erased", "proposed")
    amendments.refuse(
        university.session, university.actor("alice"), amendment.key, reason="erased since", now=university.now,
    )
    assert amendment.state == "refused" and awards.current(university.session, lena).mark == Decimal(49)


def test_nothing_is_proposed_for_who_was_erased(university, lena):
    erase(university, lena)
    assert code_of(propose, university, lena) == "erased"
