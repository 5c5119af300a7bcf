"""From a line on a transcript back to every reading behind it."""

from dataclasses import asdict

import pytest

from lti_tool.models.outcome import CaptureRun
from lti_tool.services import amendments, awards, boards, decisions, explain
from lti_tool.services.errors import NotFound
from tests.services.ratifying import University


@pytest.fixture
def university(session, now):
    return University(session, now)


@pytest.fixture
def lena(university):
    run = university.run()
    lena = university.learner(run)
    capture = CaptureRun(
        institution_id=run.institution_id, run_component_id=run.components[0].id, source="ags",
        started_at=university.now,
    )
    university.session.add(capture)
    university.session.flush()
    university.mark(lena, "CRIT", "49", capture_run_id=capture.id)
    university.mark(lena, "PORT", "49")
    university.ratify(run)
    return lena


def chain(university, award):
    return explain.chain(university.session, university.institution.id, award.key)


def test_the_whole_chain_of_a_first_award(university, lena):
    award = awards.current(university.session, lena)
    found = chain(university, award)
    assert (found.line.learner, found.line.code, found.line.mark, found.line.kind) == ("Lena", "IL5101", "49", "RESIT")
    assert (found.act.authority, found.act.reference, found.act.by) == ("cairn", "INV-DATA 2026/1", "Alice")
    assert set(found.act.present) >= {"Alice (chair)", "Femi (external)"}
    assert found.reckoning.overall_exact == "49" and found.reckoning.regulations == "INV-2026.1"
    assert any(finding["ref"] == "3.1" for finding in found.reckoning.findings)
    assert [(reading.of, reading.said, reading.marked_by) for reading in found.readings] == [
        ("CRIT", "marked 49", "Bob"), ("PORT", "marked 49", "Bob"),
    ]
    assert found.readings[0].capture and found.readings[0].delivery
    assert [(sending.state, sending.attempts) for sending in found.sendings] == [("ready", ())]
    actions = [entry.action for entry in found.entries]
    assert actions == ["board.convene", "board.attendance", "award.grant", "board.ratify"]
    assert all(entry.hash for entry in found.entries)


def test_it_is_plain_values(university, lena):
    assert asdict(chain(university, awards.current(university.session, lena)))["line"]["is_standing"] is True


def test_an_amendment_says_why_and_on_whose_word_and_links_both_versions(university, lena):
    university.mark(lena, "PORT", "51", board=1)
    decisions.decide(university.session, lena, university.later())
    proposal = amendments.propose(
        university.session, university.actor("bob"), lena, reason="page total added wrongly",
        authority_reference="Chair's action 2026/07", now=university.now,
    )
    amendments.approve(university.session, university.actor("alice"), proposal.key, university.later())
    first, second = awards.history(university.session, lena)
    old, new = chain(university, first), chain(university, second)
    assert (old.line.is_standing, old.line.superseded_by) == (False, second.key)
    assert (new.line.is_standing, new.line.supersedes) == (True, first.key)
    assert (new.act.amendment, new.act.proposed_by, old.act.amendment) == ("page total added wrongly", "Bob", "")
    assert [entry.action for entry in new.entries] == ["amendment.propose", "amendment.approved", "award.grant"]
    assert new.entries[0].details["reason"] == "page total added wrongly"


def test_judgements_are_readings_too(university):
    run = university.run("IL4103", kind="outcomes", outcomes=[{"code": "LO1", "text": "Survey"}])
    lena = university.learner(run)
    university.judge(lena, "LO1", met=True)
    [award] = university.ratify(run)
    assert [(reading.of, reading.said) for reading in chain(university, award).readings] == [("LO1", "met")]


def test_nobody_else_s_audit_entries_are_shown(university):
    run = university.run("IL5102")
    moss = university.marked(run, "60", "60", "Moss")
    nora = university.marked(run, "60", "60", "Nora")
    board = university.board(run)
    case = next(row for row in board.cases if row.enrolment is moss)
    boards.declare_conflict(
        university.session, university.actor("gwen"), board.key, member_key=university.people["hari"].key,
        case_key=case.key, now=university.now,
    )
    seen = university.pack(board).digest
    boards.ratify(university.session, university.actor("alice"), board.key, seen, university.now)
    actions = [entry.action for entry in chain(university, awards.current(university.session, nora)).entries]
    assert actions == ["board.convene", "board.attendance", "award.grant", "board.ratify"]


def test_another_institution_s_award_does_not_exist(university, lena, session, now):
    elsewhere = University(session, now, code="elsewhere")
    with pytest.raises(NotFound):
        chain(elsewhere, awards.current(session, lena))
