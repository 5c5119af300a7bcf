"""Capture and reconciliation by hand: exit 0 only when all was read, and all is equal."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lti_tool.db import Sessions
from lti_tool.lti.service import SCOPES
from lti_tool.services import registrations
from lti_tool.services.connecting import Connectors
from tests.cli.conftest import Cairn
from tests.conftest import NOW
from tests.platform.forged import ForgedPlatform, running
from tests.services import delivering
from tests.services.taking_in import Intake


@pytest.fixture
def platform() -> Iterator[ForgedPlatform]:
    with running() as platform:
        yield platform


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "drop"
    for name in ("inbound", "receipts", "rejects", "extracts"):
        (folder / name).mkdir(parents=True)
    return folder


@pytest.fixture
def sent(empty: Cairn, sessions: Sessions, drop: Path) -> Cairn:
    """Three ratified results, left in a drop."""
    with sessions.begin() as session:
        world = delivering.world(session, name="drop", connector="file_drop", settings={"location": str(drop)})
        for number in range(1, 4):
            delivering.queued(session, world, number)
    connectors = Connectors(sessions)
    delivering.drain(sessions, connectors)
    connectors.close()
    return empty


def load(drop: Path) -> None:
    """The nightly job has loaded every file."""
    for file in (drop / "inbound").glob("*.csv"):
        (drop / "receipts" / file.name).write_text("status\nloaded\n", encoding="utf-8")


def test_reconciling_ends_with_0_when_nothing_is_left_to_explain(sent: Cairn, drop: Path) -> None:
    load(drop)
    told = sent("reconcile", "drop")
    assert told.startswith("drop: ")
    assert "3 loaded" in told


def test_reconciling_ends_with_1_when_something_differs(sent: Cairn, drop: Path) -> None:
    load(drop)
    (drop / "extracts" / "agreed.csv").write_text(
        "registration,run,occurrence,period,state,actual_mark,agreed_mark\n"
        "S0000001/1,IL5101,A1,2026/T2,actual,48,\n", encoding="utf-8",
    )
    told = sent("reconcile", code=1)
    assert "1 different" in told


def test_a_record_system_that_does_not_exist_is_a_sentence(cairn: Cairn) -> None:
    assert "There is no record system nope." in cairn("reconcile", "nope", code=2)
    assert "There is no record system yet." in cairn("reconcile", code=2)


def test_a_record_system_that_cannot_be_reached_is_a_sentence(cairn: Cairn) -> None:
    cairn(
        "destinations", "add", "records", "--connector", "oneroster", "--set", "url=http://127.0.0.1:1/ims/oneroster",
        "--set", "token_url=http://127.0.0.1:1/token", "--set", "client_id=c", "--secret", "client_secret=s",
    )
    told = cairn("reconcile", code=2)
    assert told.startswith("Error: ")


def test_one_that_cannot_be_reached_does_not_keep_the_others_from_being_compared(sent: Cairn, drop: Path) -> None:
    load(drop)
    sent(
        "destinations", "add", "archive", "--connector", "oneroster", "--set", "url=http://127.0.0.1:1/ims/oneroster",
        "--set", "token_url=http://127.0.0.1:1/token", "--set", "client_id=c", "--secret", "client_secret=s",
    )
    told = sent("reconcile", code=2)
    assert "Error: archive: 127.0.0.1 cannot be reached" in told and "3 loaded" in told


def test_capturing_nothing_is_no_fault(cairn: Cairn) -> None:
    assert cairn("capture") == "0 columns read, 0 could not be.\n"


def test_capture_ends_with_1_while_a_column_cannot_be_read(
    empty: Cairn, sessions: Sessions, platform: ForgedPlatform
) -> None:
    with sessions.begin() as session:
        intake = Intake(session, NOW)
        registrations.ensure_keys(session, intake.institution.id, NOW)
        intake.registration.token_url = platform.token_url
        intake.column().url = f"{platform.url}/items/1"
    told = empty("capture", code=1)
    assert "check client id, token audience, key set address" in told
    assert told.endswith("0 columns read, 1 could not be.\n")
    platform.grants(*SCOPES)
    platform.routes["/items/1/results"] = lambda _: (200, [], {})
    assert empty("capture") == "1 columns read, 0 could not be.\n"
