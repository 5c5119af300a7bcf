"""Registry and audit from the command line: extracts, the audit chain, an explanation."""

import json

import pytest
from sqlalchemy import update

from lti_tool.db import Sessions
from lti_tool.models.audit import AuditEntry
from lti_tool.services import audit
from tests import factories
from tests.cli.conftest import Cairn
from tests.conftest import NOW
from tests.services import delivering
from tests.services.taking_in import Intake

HEAD = "student,registration,run,occurrence,period,component,scale,family_name,given_name\n"
GOOD = "1001,1001/1,IL5101,A1,2026/T2,,PGT,Kerr,Ann\n"
OTHER = "1002,1002/1,IL5101,A1,2026/T2,,PGT,Reid,Bo\n"


@pytest.fixture
def running(empty: Cairn, sessions: Sessions) -> Cairn:
    """One run is open."""
    with sessions.begin() as session:
        Intake(session, NOW)
    return empty


def extract(cairn: Cairn, *lines: str, more: tuple[str, ...] = (), code: int = 0) -> str:
    (cairn.folder / "extract.csv").write_text(HEAD + "".join(lines), encoding="utf-8")
    return cairn("extracts", "import", "extract.csv", *more, code=code)


def test_a_dry_run_does_nothing(running: Cairn) -> None:
    for _ in range(2):
        assert extract(running, GOOD, more=("--dry-run",)) == "1 rows would be taken, 0 left out.\n"
    assert extract(running, GOOD) == "1 rows are taken, 0 left out.\n"


def test_bad_rows_are_named_by_line_and_the_others_taken(running: Cairn) -> None:
    told = extract(running, GOOD, "1003,,IL5101,A1,2026/T2,,PGT,Lost,Lee\n", "1004\n", code=1)
    assert "line 3: The registration is empty. Fill it in." in told
    assert "line 4: This row has more or fewer cells than the header." in told
    assert told.endswith("1 rows are taken, 2 left out.\n")
    assert "Lee" not in told and "Kerr" not in told, "no names: this may end in a mail of cron"


def test_who_is_missing_from_a_later_file_is_reported_and_stays(running: Cairn) -> None:
    extract(running, GOOD, OTHER)
    told = extract(running, GOOD)
    assert "note: 1002/1 is on our list and not in this file; nothing is removed." in told


@pytest.mark.parametrize(("content", "said"), [
    pytest.param(b"", "is empty", id="an empty file"),
    pytest.param(b"student,run\n1,2\n", "lacks the column registration", id="missing columns"),
    pytest.param(b"\xff\xfe\x00", "CSV UTF-8", id="another encoding"),
])
def test_a_file_that_cannot_be_used_at_all_is_a_sentence(running: Cairn, content: bytes, said: str) -> None:
    (running.folder / "extract.csv").write_bytes(content)
    assert said in running("extracts", "import", "extract.csv", code=2)


def test_the_audit_chain_is_whole_until_an_entry_is_changed(cairn: Cairn, sessions: Sessions) -> None:
    with sessions.begin() as session:
        for number in range(3):
            audit.record(session, institution_id=1, action="try", subject=f"thing:{number}", now=NOW)
    told = cairn("audit", "verify")
    assert told.startswith("3 entries; head ")
    assert "The chain is whole." in told
    with sessions.begin() as session:
        session.execute(update(AuditEntry).where(AuditEntry.number == 2).values(action="tried"))
    assert "NOT WHOLE: entry 2 was changed." in cairn("audit", "verify", code=1)


def test_an_award_is_explained_as_json(empty: Cairn, sessions: Sessions) -> None:
    with sessions.begin() as session:
        world = delivering.world(session)
        award = delivering.award(session, delivering.decision(session, delivering.learner(session, world)))
        key = award.key
        factories.institution(session, "elsewhere")
    chain = json.loads(empty("explain", key, "--institution", "inverlea"))
    assert (chain["line"]["mark"], chain["act"]["reference"]) == ("62", "EB 2026/01")
    assert "There is no such award." in empty("explain", key, "--institution", "elsewhere", code=2)
