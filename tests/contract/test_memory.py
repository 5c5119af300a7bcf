"""The reference connector keeps the shared promises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.contract import RemoteState
from connectors.errors import Misconfigured, Unavailable
from connectors.memory import MemoryRecords, MemoryRegistry
from connectors.testing import RecordSystemContract, a_provisional_record, a_record


class MemoryRemote:
    """Drives the registry of the memory connector."""

    def __init__(self) -> None:
        self.registry = MemoryRegistry(learners={"S0000001"})

    def held(self) -> int:
        return sum(row.state is not RemoteState.WITHDRAWN for row in self.registry.rows.values())

    def be_unavailable(self) -> None:
        self.registry.trouble = Unavailable("memory cannot be reached; nothing was sent.", retry_after=7)

    def lose_answers(self) -> None:
        self.registry.loses_answers = True

    def refuse_credentials(self) -> None:
        self.registry.trouble = Misconfigured("memory does not accept our credentials.")

    def talk_rubbish(self) -> None:
        self.registry.trouble = Unavailable("memory answered with something that is not JSON.")

    def recover(self) -> None:
        self.registry.trouble, self.registry.loses_answers = None, False

    def agree(self, key: str, reference: str, agreed_on: date) -> None:
        self.registry.agree(key, reference, agreed_on)


@pytest.fixture
def remote() -> MemoryRemote:
    return MemoryRemote()


@pytest.fixture
def connector(remote: MemoryRemote) -> Iterator[MemoryRecords]:
    yield MemoryRecords(remote.registry)


class TestMemory(RecordSystemContract):
    pass


def test_reading_back_since_a_moment_leaves_out_what_is_older(connector: MemoryRecords) -> None:
    connector.push(a_record())
    now = datetime.now(UTC)
    assert list(connector.read_back(now + timedelta(minutes=1))) == []
    assert len(list(connector.read_back(now - timedelta(minutes=1)))) == 1


def test_a_final_mark_takes_the_place_of_the_provisional_one(connector: MemoryRecords) -> None:
    connector.push(a_provisional_record())
    assert connector.push(a_record()).state is RemoteState.FINAL


def test_an_equal_record_is_told_apart_from_a_new_one(connector: MemoryRecords) -> None:
    assert not connector.push(a_record()).was_there
    assert connector.push(a_record()).was_there


def test_everybody_is_known_unless_learners_are_named() -> None:
    stranger = a_record("S9999999")
    assert MemoryRecords().push(stranger).key == stranger.key


def test_a_later_version_of_an_equal_record_is_written_for_its_board(connector: MemoryRecords) -> None:
    connector.push(a_record())
    connector.push(replace(a_record(), version=2))
    found = connector.look_up(a_record().key)
    assert found is not None
    assert found.version == 2
