"""The promises of a connector, as tests to inherit: give two fixtures, ``connector`` and ``remote``, and run them.

``remote`` is a small real fake of the other side, faults included; see :class:`Remote`. It knows the learner of
:func:`a_record` and nobody else. Needs pytest, which the extra ``test`` brings.
"""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol, cast

import pytest

from connectors.base import equal_records, record_key
from connectors.contract import (
    AchievementReference,
    AwardRecord,
    BoardReference,
    Capability,
    LearnerIdentity,
    Receipt,
    RecordSystem,
    RemoteState,
    RevocableRecordSystem,
    RevocationRecord,
    RunReference,
    SourceTag,
)
from connectors.errors import ConnectorError, ErrorClass, Misconfigured, Rejected, Unavailable, Uncertain, Unsupported

SECRET = "hush-4711"  # what a connector under test should use as its secret, and never say
BOARD = BoardReference(reference="EB-2026-06", held_on=date(2026, 6, 12), authority="cairn")
CHANGED_AT = datetime(2026, 6, 12, 15, 30, tzinfo=UTC)


class Remote(Protocol):
    """The other side, as the shared tests drive it."""

    def held(self) -> int:
        """How many records it holds that count."""

    def be_unavailable(self) -> None:
        """Answer every call as a system that is down."""

    def lose_answers(self) -> None:
        """Let writes of records land, and drop the answer."""

    def refuse_credentials(self) -> None:
        """Know us no longer."""

    def talk_rubbish(self) -> None:
        """Answer with what no program can read."""

    def recover(self) -> None:
        """All well again."""

    def agree(self, key: str, reference: str, agreed_on: date) -> None:
        """A board over there agrees a mark; only asked where the connector lists AGREES."""


def a_record(number: str = "S0000001", **changes: Any) -> AwardRecord:
    """A ratified mark of one learner; ``changes`` are fields of the record."""
    record = AwardRecord(
        key=record_key(institution="inverlea", award=f"award-{number}", component="", attempt=1, destination="test"),
        award=f"award-{number}",
        version=1,
        learner=LearnerIdentity(
            student_number=number, registration=f"{number}/1", family_name="Quillfeather", given_name="Alice",
            display_name="Alice Quillfeather",
        ),
        achievement=AchievementReference(code="IL5101", title="Reading Rivers", credit=Decimal(10), level="SCQF 11"),
        run=RunReference(code="class-1", occurrence="A", period="2025/6-T3", title="Reading Rivers, June"),
        attempt=1,
        status="marked",
        mark=Decimal("67.5"),
        is_final=True,
        source=SourceTag(course="course-7", user="staff-3", authority="EB-2026-06"),
        decision="PASS",
        credit=Decimal(10),
        board=BOARD,
        decided_on=date(2026, 6, 12),
        changed_at=CHANGED_AT,
    )
    return replace(record, **changes)


def a_provisional_record(**changes: Any) -> AwardRecord:
    """The same mark before anybody ratified it."""
    return a_record(**{"is_final": False, "board": None, "decision": "", "credit": Decimal(0), **changes})


def a_revocation(record: AwardRecord) -> RevocationRecord:
    """The board takes an award back."""
    return RevocationRecord(
        key=record.key, award=record.award, version=record.version + 1, reason="misconduct found later",
        board=replace(BOARD, reference="EB-2026-07"), revoked_on=date(2026, 7, 1),
    )


class RecordSystemContract:
    """What every connector promises. A class attribute says where a kind of system cannot know."""

    knows_learners = True  # False: a file is written for anybody, and the reject file answers later

    def test_it_is_a_record_system(self, connector: RecordSystem) -> None:
        assert isinstance(connector, RecordSystem)
        assert connector.name
        assert (Capability.REVOKE in connector.capabilities) == _can_revoke(connector)

    def test_pushing_twice_records_once_and_gives_the_same_receipt(
        self, connector: RecordSystem, remote: Remote
    ) -> None:
        first, second = connector.push(a_record()), connector.push(a_record())
        assert remote.held() == 1
        assert _same(first) == _same(second)
        assert first.key == a_record().key

    def test_what_was_pushed_can_be_looked_up(self, connector: RecordSystem, remote: Remote) -> None:
        connector.push(a_record())
        found = connector.look_up(a_record().key)
        assert found is not None
        assert equal_records(a_record(), found)

    def test_what_is_not_there_is_none(self, connector: RecordSystem, remote: Remote) -> None:
        assert connector.look_up(a_record().key) is None

    def test_what_was_pushed_is_read_back_equal(self, connector: RecordSystem, remote: Remote) -> None:
        connector.push(a_record())
        found = {row.key: row for row in connector.read_back()}
        assert set(found) == {a_record().key}
        assert equal_records(a_record(), found[a_record().key])

    def test_an_unknown_learner_is_rejected(self, connector: RecordSystem, remote: Remote) -> None:
        stranger = a_record("S9999999")
        if not self.knows_learners:
            assert connector.push(stranger).key == stranger.key
            return
        with pytest.raises(Rejected) as caught:
            connector.push(stranger)
        assert caught.value.error_class is ErrorClass.FIX_THERE
        assert remote.held() == 0

    def test_a_system_that_is_down_is_unavailable(self, connector: RecordSystem, remote: Remote) -> None:
        remote.be_unavailable()
        with pytest.raises(Unavailable):
            connector.push(a_record())
        with pytest.raises(Unavailable):
            connector.look_up(a_record().key)
        with pytest.raises(Unavailable):
            list(connector.read_back())
        remote.recover()
        assert remote.held() == 0
        assert connector.push(a_record()).key == a_record().key

    def test_an_answer_lost_after_the_write_is_uncertain_and_found_by_looking(
        self, connector: RecordSystem, remote: Remote
    ) -> None:
        remote.lose_answers()
        with pytest.raises(Uncertain):
            connector.push(a_record())
        remote.recover()
        found = connector.look_up(a_record().key)
        assert found is not None
        assert equal_records(a_record(), found)
        assert remote.held() == 1

    def test_bad_credentials_are_misconfigured(self, connector: RecordSystem, remote: Remote) -> None:
        remote.refuse_credentials()
        with pytest.raises(Misconfigured):
            connector.push(a_record())
        with pytest.raises(Misconfigured):
            connector.look_up(a_record().key)

    def test_rubbish_is_an_error_of_the_family(self, connector: RecordSystem, remote: Remote) -> None:
        remote.talk_rubbish()
        for call in (connector.push, _looks_up(connector)):
            with pytest.raises((Unavailable, Uncertain)) as caught:
                call(a_record())
            assert str(caught.value).endswith(".")

    def test_no_text_of_an_error_holds_a_name_a_mark_or_a_secret(
        self, connector: RecordSystem, remote: Remote
    ) -> None:
        faults = (remote.be_unavailable, remote.lose_answers, remote.refuse_credentials, remote.talk_rubbish)
        for break_it in faults:
            break_it()
            with pytest.raises(ConnectorError) as caught:
                connector.push(a_record(note="resat after illness"))
            for private in ("Quillfeather", "Alice", "67.5", "S0000001", "illness", SECRET):
                assert private not in f"{caught.value} {caught.value.words} {caught.value.code}"
            remote.recover()

    def test_provisional_stays_provisional(self, connector: RecordSystem, remote: Remote) -> None:
        if Capability.PROVISIONAL not in connector.capabilities:
            with pytest.raises(Unsupported):
                connector.push(a_provisional_record())
            return
        receipt = connector.push(a_provisional_record())
        found = connector.look_up(receipt.key)
        assert receipt.state is RemoteState.PROVISIONAL
        assert found is not None
        assert found.state is RemoteState.PROVISIONAL
        assert not equal_records(a_record(), found)

    def test_what_a_board_there_agreed_is_read_back_as_agreed(self, connector: RecordSystem, remote: Remote) -> None:
        if Capability.AGREES not in connector.capabilities:
            return
        record = a_provisional_record()
        connector.push(record)
        remote.agree(record.key, "SRS-118", date(2026, 6, 20))
        (found,) = connector.read_back()
        assert (found.state, found.agreed_reference, found.agreed_on) == (
            RemoteState.AGREED, "SRS-118", date(2026, 6, 20)
        )
        assert equal_records(record, found)

    def test_a_provisional_mark_never_replaces_an_agreed_one(self, connector: RecordSystem, remote: Remote) -> None:
        if Capability.AGREES not in connector.capabilities:
            return
        record = a_provisional_record()
        connector.push(record)
        remote.agree(record.key, "SRS-118", date(2026, 6, 20))
        with pytest.raises(Rejected) as caught:
            connector.push(replace(record, version=2, mark=Decimal("41")))
        assert caught.value.error_class is ErrorClass.DECIDE

    def test_a_later_version_replaces_under_the_same_key(self, connector: RecordSystem, remote: Remote) -> None:
        connector.push(a_record())
        amended = a_record(version=2, mark=Decimal("71"))
        connector.push(amended)
        found = connector.look_up(amended.key)
        assert found is not None
        assert found.mark == Decimal("71")
        assert remote.held() == 1

    @pytest.mark.parametrize("status", ["pending", "deferred", "withdrawn"])
    def test_a_result_that_stands_no_more_replaces_the_one_that_did(
        self, connector: RecordSystem, remote: Remote, status: str
    ) -> None:
        connector.push(a_record(grade="Merit"))
        gone = a_record(version=2, status=status, mark=None, credit=Decimal(0), decision="INCOMPLETE")
        connector.push(gone)
        found = connector.look_up(gone.key)
        assert found is not None
        assert equal_records(gone, found)
        assert not equal_records(a_record(grade="Merit"), found)
        assert remote.held() == 1

    def test_an_earlier_version_never_replaces_a_later_one(self, connector: RecordSystem, remote: Remote) -> None:
        connector.push(a_record(version=3))
        with pytest.raises(Rejected) as caught:
            connector.push(a_record(version=2, mark=Decimal("12")))
        assert caught.value.error_class is ErrorClass.DECIDE

    @pytest.mark.parametrize(
        ("status", "mark"),
        [("marked", Decimal(0)), ("absent", None), ("deferred", None), ("exempt", None), ("pending", None)],
    )
    def test_nought_and_the_absence_of_a_figure_stay_what_they_are(
        self, connector: RecordSystem, remote: Remote, status: str, mark: Decimal | None
    ) -> None:
        connector.push(a_record(status=status, mark=mark))
        found = connector.look_up(a_record().key)
        assert found is not None
        assert (found.status, found.mark) == (status, mark)

    def test_what_is_revoked_is_not_awarded(self, connector: RecordSystem, remote: Remote) -> None:
        connector.push(a_record())
        if not _can_revoke(connector):
            return
        for _ in range(2):
            receipt = cast(RevocableRecordSystem, connector).revoke(a_revocation(a_record()))
            assert receipt.state is RemoteState.WITHDRAWN
        found = connector.look_up(a_record().key)
        assert found is None or found.state is RemoteState.WITHDRAWN
        assert remote.held() == 0

    def test_the_connection_test_only_reads(self, connector: RecordSystem, remote: Remote) -> None:
        report = connector.check()
        assert report.lines
        assert report.is_ok
        assert remote.held() == 0

    def test_the_connection_test_says_what_is_wrong_and_raises_nothing(
        self, connector: RecordSystem, remote: Remote
    ) -> None:
        remote.refuse_credentials()
        report = connector.check()
        assert not report.is_ok
        assert all(line.text for line in report.lines)


class HttpRecordSystemContract(RecordSystemContract):
    """What a connector over HTTP promises besides; its ``remote`` can hang, and ``connector`` has short timeouts."""

    def test_a_system_that_never_answers_is_given_up(self, connector: RecordSystem, remote: "HangingRemote") -> None:
        remote.hang()
        with pytest.raises((Unavailable, Uncertain)):
            connector.push(a_record())
        remote.recover()

    def test_a_token_that_ended_early_is_renewed_once(self, connector: RecordSystem, remote: "HangingRemote") -> None:
        connector.push(a_record())
        remote.revoke_tokens()
        connector.push(a_record())
        assert remote.held() == 1


class HangingRemote(Remote, Protocol):
    """The other side of an HTTP connector."""

    def hang(self) -> None:
        """Take every call and answer none."""

    def revoke_tokens(self) -> None:
        """Accept no token given so far."""


def _same(receipt: Receipt) -> Receipt:
    return replace(receipt, was_there=False, batch="")


def _can_revoke(connector: RecordSystem) -> bool:
    return callable(getattr(connector, "revoke", None))


def _looks_up(connector: RecordSystem) -> Any:
    return lambda record: connector.look_up(record.key)
