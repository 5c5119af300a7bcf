"""The pack: plain passes apart, a reason on everything else, and what is left out said."""

from datetime import timedelta

import pytest

from lti_tool.models.delivery import Discrepancy
from lti_tool.models.outcome import HeldResult
from lti_tool.models.people import IdentityLink
from lti_tool.services import amendments, boards, decisions
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def university(session, now):
    return University(session, now)


@pytest.fixture
def run(university):
    return university.run()


def codes(items):
    return [[reason.code for reason in item.reasons] for item in items]


def test_a_plain_pass_needs_no_word(university, run):
    university.marked(run, "55", "55")
    pack = university.pack(university.board(run))
    assert (len(pack.plain), pack.count, codes(pack.to_discuss)) == (1, 1, [])
    assert pack.is_quorate and pack.quorum.startswith("Quorate: 2 of 2")


@pytest.mark.parametrize("mark, reasons", [
    pytest.param("47", ["fail"], id="47 is a fail and no boundary"),
    pytest.param("48", ["fail", "boundary"], id="48 is two below the pass mark"),
    pytest.param("57", None, id="57 is three below merit"),
    pytest.param("58", ["boundary"], id="58 is two below merit"),
    pytest.param("60", None, id="60 has reached merit"),
    pytest.param("69", ["boundary"], id="69 is one below distinction"),
])
def test_the_boundary_is_two_marks_below_a_better_result(university, run, mark, reasons):
    university.marked(run, mark, mark)
    pack = university.pack(university.board(run))
    assert codes(pack.to_discuss) == ([reasons] if reasons else [])


def test_late_capped_and_misconduct_are_said(university, run):
    late = university.learner(run, "Late")
    due = university.now - timedelta(days=9)
    university.mark(late, "CRIT", "80", due_at=due, submitted_at=due + timedelta(hours=1))
    university.mark(late, "PORT", "75")
    misconduct = university.learner(run, "Moss")
    university.mark(misconduct, "CRIT", "75")
    university.mark(misconduct, "PORT", None, status="misconduct_zero")
    university.mark(misconduct, "PORT", "90", attempt=2)
    pack = university.pack(university.board(run))
    assert codes(pack.to_discuss) == [["late"], ["boundary", "capped"]]


def test_a_zero_for_misconduct_that_counts_is_said(university, run):
    moss = university.learner(run, "Moss")
    university.mark(moss, "CRIT", "75")
    university.mark(moss, "PORT", None, status="misconduct_zero")
    assert codes(university.pack(university.board(run)).to_discuss) == [["fail", "misconduct"]]


def test_a_second_pass_of_one_micro_credential_is_said_beforehand(university, run):
    lena = university.marked(run, "55", "55")
    university.ratify(run)
    again = factories.run(university.session, run.version, occurrence="B1")
    second = university.learner(again, person=lena.person)
    university.mark(second, "CRIT", "65")
    university.mark(second, "PORT", "65")
    assert codes(university.pack(university.board(again)).to_discuss) == [["credit_given_before"]]


def test_pending_unagreed_discrepancy_and_identity_are_left_out(university, run):
    pending = university.learner(run, "Pending")
    unagreed = university.learner(run, "Unagreed")
    university.mark(unagreed, "CRIT", "60")
    university.mark(unagreed, "PORT", None, status="unagreed", markers=["48", "55"])
    differs = university.marked(run, "60", "60", "Differs")
    university.session.add(Discrepancy(
        institution_id=run.institution_id, kind="other_side", enrolment_id=differs.id, opened_at=university.now,
    ))
    twin = university.marked(run, "60", "60", "Twin")
    lms = factories.registration(university.session, university.institution)
    account = factories.lti_user(university.session, lms, person_id=twin.person_id, match="ambiguous")
    university.session.add(IdentityLink(
        institution_id=run.institution_id, lti_user_id=account.id, person_id=twin.person_id, rule="by_hand",
        linked_at=university.now,
    ))
    pack = university.pack(university.board(run))
    found = {item.case.enrolment.id: [reason.code for reason in item.reasons] for item in pack.left_out}
    assert found == {
        pending.id: ["pending"], unagreed.id: ["unagreed"], differs.id: ["discrepancy"], twin.id: ["identity"],
    }
    assert pack.count == 0


def test_a_discrepancy_that_somebody_closed_keeps_nobody_back(university, run):
    lena = university.marked(run, "55", "55")
    university.session.add(Discrepancy(
        institution_id=run.institution_id, kind="other_side", enrolment_id=lena.id, opened_at=university.now,
        closed_at=university.now,
    ))
    assert university.pack(university.board(run)).count == 1


def test_a_case_that_moved_on_is_kept_back_until_the_list_is_brought_up_to_date(university, run):
    lena = university.marked(run, "55", "55")
    board = university.board(run)
    university.mark(lena, "PORT", "65")
    decisions.decide(university.session, lena, university.now)
    assert codes(university.pack(board).left_out) == [["changed"]]


def test_results_of_nobody_we_know_are_counted(university, run):
    university.marked(run, "55", "55")
    university.session.add(HeldResult(
        institution_id=run.institution_id, run_component_id=run.components[0].id, delivery="d", reason="unknown",
        held_at=university.now,
    ))
    assert university.pack(university.board(run)).unknown_results == 1


def test_reading_a_pack_writes_nothing(university, run):
    university.marked(run, "55", "55")
    board = university.board(run)
    university.pack(board)
    assert not university.session.dirty and not university.session.new


def test_the_digest_is_of_the_list_and_not_of_who_looks_when(university, run):
    university.marked(run, "55", "55")
    board = university.board(run)
    seen = university.pack(board).digest
    university.later()
    assert university.pack(board).digest == seen


def amend(university, enrolment, reference):
    proposal = amendments.propose(
        university.session, university.actor("dana"), enrolment, reason="page total added wrongly",
        authority_reference=reference, now=university.now,
    )
    amendments.approve(university.session, university.actor("alice"), proposal.key, university.later())
    return proposal


def test_amendments_are_reported_to_the_next_board_and_to_that_one_only(university, run):
    lena = university.marked(run, "55", "55")
    moss = university.marked(run, "30", "30", "Moss")
    university.ratify(run)
    university.later()
    university.mark(lena, "PORT", "65")
    decisions.decide(university.session, lena, university.now)
    proposal = amend(university, lena, "Chair's action 2026/07")
    for component in ("CRIT", "PORT"):
        university.mark(moss, component, "40", attempt=2)
    university.later()
    second = university.board(run)
    assert university.pack(second).amendments == (proposal,)
    seen = university.pack(second).digest
    boards.ratify(university.session, university.actor("alice"), second.key, seen, university.now)
    assert university.pack(second).amendments == (proposal,)  # an old pack reads as it was
    university.later()
    university.mark(lena, "PORT", "75")
    decisions.decide(university.session, lena, university.now)
    amend(university, lena, "Chair's action 2026/08")
    assert university.pack(second).amendments == (proposal,)
    late = university.learner(run, "Nora")
    university.mark(late, "CRIT", "60")
    university.mark(late, "PORT", "60")
    assert [item.authority_reference for item in university.pack(university.board(run)).amendments] == [
        "Chair's action 2026/08"
    ]
