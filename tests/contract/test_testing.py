"""The shared promises catch a connector that breaks them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
import requests

from connectors.contract import AwardRecord, Receipt, RemoteRecord
from connectors.errors import Unavailable
from connectors.memory import MemoryRecords, to_row
from connectors.testing import RecordSystemContract, a_record
from tests.contract.test_memory import MemoryRemote

Promises = RecordSystemContract


class Doubling(MemoryRecords):
    """Makes a second record of the same result."""

    def push(self, record: AwardRecord) -> Receipt:
        self.registry.write(replace(to_row(record), key=f"{record.key}-{len(self.registry.rows)}"))
        return Receipt(key=record.key)


class Hopeful(MemoryRecords):
    """Takes a look-up that failed for *nothing there*."""

    def look_up(self, key: str) -> RemoteRecord | None:
        try:
            return super().look_up(key)
        except Unavailable:
            return None


class Ratifying(MemoryRecords):
    """Writes every mark as final."""

    def push(self, record: AwardRecord) -> Receipt:
        return super().push(replace(record, is_final=True))


class Leaking(MemoryRecords):
    """Says whose record it was."""

    def push(self, record: AwardRecord) -> Receipt:
        try:
            return super().push(record)
        except Unavailable as error:
            raise Unavailable(f"{record.learner.family_name} could not be sent.") from error


class Raw(MemoryRecords):
    """Lets errors of its client out."""

    def push(self, record: AwardRecord) -> Receipt:
        try:
            return super().push(record)
        except Unavailable as error:
            raise requests.ConnectionError from error


class Overwriting(MemoryRecords):
    """Writes over whatever is there."""

    def push(self, record: AwardRecord) -> Receipt:
        self.registry.write(to_row(record))
        return Receipt(key=record.key)


class Forgetful(MemoryRecords):
    """Reads nothing back."""

    def read_back(self, since: datetime | None = None):  # type: ignore[no-untyped-def]
        return iter(())


@pytest.mark.parametrize(("connector", "promise"), [
    (Doubling, Promises.test_pushing_twice_records_once_and_gives_the_same_receipt),
    (Doubling, Promises.test_what_was_pushed_can_be_looked_up),
    (Hopeful, Promises.test_a_system_that_is_down_is_unavailable),
    (Ratifying, Promises.test_provisional_stays_provisional),
    (Leaking, Promises.test_no_text_of_an_error_holds_a_name_a_mark_or_a_secret),
    (Raw, Promises.test_a_system_that_is_down_is_unavailable),
    (Overwriting, Promises.test_a_provisional_mark_never_replaces_an_agreed_one),
    (Overwriting, Promises.test_an_earlier_version_never_replaces_a_later_one),
    (Overwriting, Promises.test_an_unknown_learner_is_rejected),
    (Forgetful, Promises.test_what_was_pushed_is_read_back_equal),
])
def test_a_broken_connector_is_caught(
    connector: type[MemoryRecords], promise: Callable[..., None]
) -> None:
    remote = MemoryRemote()
    with pytest.raises((AssertionError, pytest.fail.Exception, requests.ConnectionError, ValueError)):
        promise(RecordSystemContract(), connector(remote.registry), remote)


def test_records_of_two_learners_have_two_keys() -> None:
    assert a_record("S0000001").key != a_record("S0000002").key
