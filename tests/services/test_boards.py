"""A board here: who may, with whom, and only on the list that was seen."""

from datetime import date

import pytest
from sqlalchemy import select

from lti_tool.domain.ratification import Role
from lti_tool.models.audit import AuditEntry
from lti_tool.models.award import Award
from lti_tool.models.board import Ratification
from lti_tool.models.delivery import Discrepancy
from lti_tool.services import audit, awards, board_lists, boards, decisions
from lti_tool.services.errors import NotFound, Refused
from tests import factories
from tests.services.ratifying import SEATS, University


@pytest.fixture
def university(session, now):
    return University(session, now)


@pytest.fixture
def run(university):
    return university.run()


@pytest.fixture
def lena(university, run):
    return university.marked(run, "60", "62")


def ratify(university, board, who="alice", digest=None):
    return boards.ratify(
        university.session, university.actor(who), board.key, digest or university.pack(board).digest, university.now
    )


def refusal(university, board, **options):
    with pytest.raises(Refused) as caught:
        ratify(university, board, **options)
    assert university.session.scalars(select(Award)).all() == []
    return caught.value.code


def test_the_chair_ratifies_what_was_seen(university, run, lena):
    board = university.board(run)
    [award] = ratify(university, board)
    assert (award.kind, str(award.mark), award.credit, award.version) == ("PASS", "61", 15, 1)
    assert (board.state, board.cases[0].state) == ("ratified", "ratified")
    assert award.awarded_on == date(2026, 6, 1)
    assert award.ratification.list_digest == board.list_digest != ""


def test_award_audit_and_message_come_together(university, run, lena):
    [award] = university.ratify(run)
    messages = university.messages(lena)
    assert [(message.is_final, message.state) for message in messages] == [(True, "ready")], "nothing left before"
    subjects = university.session.scalars(select(AuditEntry.action).order_by(AuditEntry.number)).all()
    assert subjects[-2:] == ["award.grant", "board.ratify"]
    assert audit.verify(university.session, university.institution.id).is_valid


@pytest.mark.parametrize("who", ["bob", "gwen", "dana", "femi", "charlie", "iris", "hari"])
def test_RC48_only_the_chair_ratifies(university, run, lena, who):
    assert refusal(university, university.board(run), who=who) == "role"


def test_a_chair_of_another_board_does_not_ratify_this_one(university, run, lena):
    board = university.board(run)
    seen = university.pack(board).digest
    with pytest.raises(Refused) as caught:
        boards.ratify(university.session, university.actor("bob", Role.CHAIR), board.key, seen, university.now)
    assert caught.value.code == "role"


@pytest.mark.parametrize("present", [
    pytest.param({"alice", "femi"}, id="RC-50 one internal is fewer than two"),
    pytest.param({"alice", "hari"}, id="RC-50 no external"),
    pytest.param({"hari", "femi"}, id="the chair is not there"),
    pytest.param(set(), id="nobody"),
    pytest.param({"alice", "gwen", "femi"}, id="a secretary is no examiner"),
])
def test_RC50_without_a_quorum_nothing_is_ratified(university, run, lena, present):
    assert refusal(university, university.board(run, present=present)) == "quorum"


def test_a_chair_who_is_not_there_does_not_ratify_though_the_others_are_enough(university, run, lena):
    factories.staff_account(university.session, university.people["dana"], {"board_member"})
    seats = {**SEATS, "dana": "internal"}
    assert refusal(university, university.board(run, seats=seats, present={"hari", "dana", "femi"})) == "quorum"


def test_RC50_half_of_the_internal_examiners_is_enough(university, run, lena):
    for name in ("dana", "erin"):
        factories.staff_account(university.session, university.people[name], {"board_member"})
    seats = {"alice": "chair", "hari": "internal", "dana": "internal", "erin": "internal", "femi": "external"}
    assert len(university.ratify(run, seats=seats, present={"alice", "hari", "femi"})) == 1


def test_I16_a_sole_marker_does_not_ratify_alone(university, run):
    moss = university.marked(run, "60", "62", "Moss", by="alice")
    lena = university.marked(run, "60", "62")
    board = university.board(run)
    [left] = university.pack(board).left_out
    assert [reason.code for reason in left.reasons] == ["conflict"] and left.case.enrolment is moss
    assert [award.enrolment for award in ratify(university, board)] == [lena]


def test_I16_with_a_second_marker_the_chair_may(university, run):
    moss = university.marked(run, "60", "62", "Moss", by="alice")
    university.mark(moss, "CRIT", "61", by="hari")
    decisions.decide(university.session, moss, university.now)
    assert len(university.ratify(run)) == 1


def test_I17_a_conflict_takes_the_member_out_of_that_learner_s_quorum_only(university, run, lena):
    moss = university.marked(run, "70", "70", "Moss")
    board = university.board(run)
    case = next(row for row in board.cases if row.enrolment is lena)
    boards.declare_conflict(
        university.session, university.actor("hari"), board.key, member_key=university.people["hari"].key,
        case_key=case.key, now=university.now,
    )
    [left] = university.pack(board).left_out
    assert [reason.code for reason in left.reasons] == ["quorum"]
    assert [award.enrolment for award in ratify(university, board)] == [moss]
    assert case.state == "left_out" and "Not quorate" in case.note


def test_I17_the_chair_with_a_conflict_decides_the_others(university, run, lena):
    board = university.board(run)
    boards.declare_conflict(
        university.session, university.actor("gwen"), board.key, member_key=university.people["alice"].key,
        case_key=board.cases[0].key, now=university.now,
    )
    assert refusal(university, board) == "nothing_ready"


def test_a_conflict_of_somebody_else_is_not_for_everybody_to_declare(university, run, lena):
    board = university.board(run)
    with pytest.raises(Refused, match="by the member or by an officer"):
        boards.declare_conflict(
            university.session, university.actor("hari"), board.key, member_key=university.people["alice"].key,
            case_key=board.cases[0].key, now=university.now,
        )


def test_a_mark_that_came_since_the_list_was_seen_refuses_it(university, run, lena):
    board = university.board(run)
    seen = university.pack(board).digest
    university.mark(lena, "PORT", "39")  # captured, and nobody decided yet
    assert refusal(university, board, digest=seen) == "changed_since_seen"


def test_a_discrepancy_opened_since_the_list_was_seen_refuses_it(university, run, lena):
    board = university.board(run)
    seen = university.pack(board).digest
    university.session.add(Discrepancy(
        institution_id=run.institution_id, kind="other_side", enrolment_id=lena.id, opened_at=university.now,
    ))
    assert refusal(university, board, digest=seen) == "changed_since_seen"


def test_after_the_list_is_brought_up_to_date_the_new_one_is_ratified(university, run, lena):
    board = university.board(run)
    university.mark(lena, "PORT", "39")
    boards.update_list(university.session, university.actor("gwen"), board.key, university.now)
    [award] = ratify(university, board)
    assert award.kind == "RESIT"


def test_a_blocked_case_whose_mark_comes_does_not_stop_the_others(university, run, lena):
    moss = university.learner(run, "Moss")
    university.mark(moss, "CRIT", "60")
    board = university.board(run)
    seen = university.pack(board).digest
    university.mark(moss, "PORT", "60")
    assert [award.enrolment for award in ratify(university, board, digest=seen)] == [lena]
    assert awards.current(university.session, moss) is None


def test_nobody_ratifies_twice(university, run, lena):
    board = university.board(run)
    ratify(university, board)
    with pytest.raises(Refused) as caught:
        ratify(university, board)
    assert caught.value.code == "ratified"
    assert len(university.session.scalars(select(Ratification)).all()) == 1


def test_the_run_goes_on_to_its_next_board_and_the_left_out_with_it(university, run, lena):
    moss = university.learner(run, "Moss")
    university.mark(moss, "CRIT", "60")
    university.ratify(run)
    assert run.board_number == 2
    university.mark(moss, "PORT", "60")
    second = university.board(run)
    assert [row.enrolment for row in second.cases] == [moss]
    assert second.cases[0].decision.board_number == 2


def test_a_resit_board_adds_a_version(university, run):
    lena = university.marked(run, "60", "30")
    [first] = university.ratify(run)
    university.mark(lena, "PORT", "80", attempt=2)
    [second] = university.ratify(run)
    assert (second.version, second.kind, second.supersedes_id) == (2, "PASS", first.id)
    assert run.board_number == 3


def test_what_is_ratified_and_what_withdrew_is_on_no_list(university, run, lena):
    gone = university.marked(run, "50", "50", "Moss")
    gone.status = "withdrawn"
    university.ratify(run)
    assert university.board(run).cases == []


def test_I28_one_board_for_several_micro_credentials(university, run, lena):
    other = university.run("IL5102")
    moss = university.marked(other, "70", "70", "Moss")
    board = university.board(run, other)
    assert university.pack(board).count == 2
    assert {award.enrolment for award in ratify(university, board)} == {lena, moss}
    assert (run.board_number, other.board_number) == (2, 2)


def convene(university, run, who="gwen", **changes):
    given = {
        "title": "Data board", "reference": "INV-DATA 2026/1", "held_on": date(2026, 6, 1), "run_keys": [run.key],
        "members": {university.people[name].key: part for name, part in SEATS.items()}, "now": university.now,
    }
    return boards.convene(university.session, university.actor(who), **{**given, **changes})


@pytest.mark.parametrize("who", ["bob", "femi", "charlie", "iris", "hari"])
def test_who_may_not_convene(university, run, who):
    with pytest.raises(Refused):
        convene(university, run, who)


@pytest.mark.parametrize("seats", [
    pytest.param({}, id="no chair"),
    pytest.param({"alice": "chair", "hari": "chair"}, id="two chairs"),
    pytest.param({"hari": "chair"}, id="a chair without the role"),
    pytest.param({"alice": "chair", "hari": "external"}, id="a colleague as the external"),
    pytest.param({"alice": "chair", "gwen": "internal"}, id="a secretary as an examiner"),
    pytest.param({"alice": "chair", "charlie": "internal"}, id="somebody without an account"),
    pytest.param({"alice": "chair", "hari": "guest"}, id="a part that does not exist"),
])
def test_a_board_has_one_chair_and_parts_that_fit_their_roles(university, run, seats):
    with pytest.raises(Refused) as caught:
        convene(university, run, members={university.people[name].key: part for name, part in seats.items()})
    assert caught.value.code == "members"


def test_a_board_needs_a_reference(university, run):
    with pytest.raises(Refused, match="reference"):
        convene(university, run, reference=" ")


def test_a_board_here_does_not_decide_what_another_authority_owns(university):
    with pytest.raises(Refused, match="IL5104: another authority"):
        convene(university, university.run("IL5104", authority="record_system"))


def test_only_members_attend(university, run, lena):
    board = university.board(run)
    with pytest.raises(Refused, match="Only members"):
        boards.attend(
            university.session, university.actor("gwen"), board.key, {university.people["bob"].key}, university.now
        )


def test_another_institution_s_boards_runs_and_people_do_not_exist(university, run, lena, session, now):
    elsewhere = University(session, now, code="elsewhere")
    board = university.board(run)
    with pytest.raises(NotFound):
        boards.ratify(session, elsewhere.actor("alice"), board.key, "", now)
    with pytest.raises(NotFound):
        convene(elsewhere, run)
    with pytest.raises(NotFound):
        convene(university, run, members={elsewhere.people["alice"].key: "chair"})
    with pytest.raises(NotFound):
        boards.attend(session, elsewhere.actor("gwen"), board.key, set(), now)


def test_a_board_that_will_not_meet_so_is_put_away_and_its_runs_are_free(university, run, lena):
    board = university.board(run)
    away = {"reason": "The chair is ill.", "now": university.later()}
    with pytest.raises(Refused, match="Only the board's secretary"):
        boards.put_away(university.session, university.actor("bob"), board.key, **away)
    with pytest.raises(Refused, match="Say why"):
        boards.put_away(university.session, university.actor("gwen"), board.key, **away | {"reason": " "})
    assert [one.is_listed for one in _waiting(university)] == [True]
    boards.put_away(university.session, university.actor("gwen"), board.key, **away)
    assert [one.is_listed for one in _waiting(university)] == [False]
    with pytest.raises(Refused, match="was put away"):
        boards.ratify(university.session, university.actor("alice"), board.key, "", university.now)
    [award] = university.ratify(run)
    assert award.enrolment_id == lena.id


def _waiting(university):
    return board_lists.runs_waiting(university.session, university.institution.id, "cairn", listed=True)
