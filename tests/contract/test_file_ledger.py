"""The ledger: a line counts until it is rejected, the newest version wins, and later words beat earlier ones."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from connectors.contract import AwardRecord, RemoteState
from connectors.file_answers import Line, read_extract
from connectors.file_batch import Batch, build
from connectors.file_ledger import FILE_REFUSED, Answer, Extract, Ledger
from connectors.file_profiles import SITS_MARKS
from connectors.testing import a_provisional_record, a_record

MORNING = datetime(2026, 6, 1, 9, tzinfo=UTC)
KEY = a_record().key


def batch_of(record: AwardRecord, sending: int = 0) -> Batch:
    return build(SITS_MARKS, [record], {record.key: sending})[0]


def ledger(*batches: Batch, receipts: dict[int, str] | None = None, rejects: dict[int, list[Line]] | None = None,
           extracts: list[Extract] | None = None) -> Ledger:
    """Batches an hour apart, their answers half an hour after them."""
    at = [MORNING + timedelta(hours=number) for number in range(len(batches))]
    later = timedelta(minutes=30)
    return Ledger(
        published=list(zip(batches, at, strict=True)),
        receipts=[Answer(batch=batches[n].name, lines=[], at=at[n] + later, problem=problem)
                  for n, problem in (receipts or {}).items()],
        rejects=[Answer(batch=batches[n].name, lines=lines, at=at[n] + later) for n, lines in (rejects or {}).items()],
        extracts=extracts or [],
    )


def extract(mark: str, at: datetime, state: str = "agreed") -> Extract:
    header = f"registration,run,occurrence,period,{state}_mark,state,reference"
    text = f"{header}\r\nS0000001/1,class-1,A,2025/6-T3,{mark},{state},EB\r\n"
    return Extract(name="x.csv", lines=read_extract(text.encode(), SITS_MARKS), at=at)


def test_the_newest_version_is_what_is_held() -> None:
    found = ledger(batch_of(a_record(version=2, mark=Decimal(71))), batch_of(a_record())).held(KEY)
    assert found is not None
    assert (found[1].version, found[1].mark) == (2, Decimal(71))


def test_when_the_newest_is_rejected_the_one_before_still_stands() -> None:
    book = ledger(batch_of(a_record()), batch_of(a_record(version=2, mark=Decimal(71))),
                  rejects={1: [{"row": "1", "code": "exists_different", "words": "agreed"}]})
    found = book.held(KEY)
    assert found is not None
    assert found[1].version == 1
    assert [rejection.code for rejection in book.rejections()] == ["exists_different"]


def test_a_sending_after_the_rejection_silences_it() -> None:
    book = ledger(batch_of(a_record()), batch_of(a_record(), sending=1), rejects={0: [{"row": "1", "code": "E"}]})
    assert list(book.rejections()) == []
    assert book.sendings(KEY, 1) == 2
    assert book.sendings(KEY, 2) == 0


def test_a_reject_file_without_line_numbers_refuses_the_file() -> None:
    book = ledger(batch_of(a_record()), rejects={0: [{"row": "", "code": "sha256", "words": "changed"}]})
    (rejection,) = book.rejections()
    assert (rejection.code, rejection.words) == (FILE_REFUSED, "sha256: changed")
    assert book.held(KEY) is None


def test_only_what_is_answered_is_answered() -> None:
    assert list(ledger(batch_of(a_record())).answered()) == []
    (found,) = ledger(batch_of(a_record()), receipts={0: ""}).answered()
    assert found.changed_at == MORNING + timedelta(minutes=30)


def test_a_receipt_says_that_it_was_loaded_and_an_extract_what_they_hold() -> None:
    batch, after = batch_of(a_provisional_record()), MORNING + timedelta(hours=1)
    (loaded,) = ledger(batch, receipts={0: ""}).answered()
    (told,) = ledger(batch, receipts={0: ""}, extracts=[extract("45", after, "actual")]).answered()
    assert (loaded.is_our_word, told.is_our_word) == (True, False)


def test_an_unreadable_receipt_is_a_problem() -> None:
    (found,) = ledger(batch_of(a_record()), receipts={0: "not CSV"}).answered()
    assert found.problem == "not CSV"


def test_the_later_extract_wins_and_an_earlier_one_knows_nothing() -> None:
    batch = batch_of(a_provisional_record())
    early, late = extract("40", MORNING - timedelta(hours=1)), extract("50", MORNING + timedelta(hours=2))
    middle = extract("45", MORNING + timedelta(hours=1), "actual")
    (found,) = ledger(batch, extracts=[late, early, middle]).answered()
    assert (found.mark, found.state, found.agreed_reference) == (Decimal(50), RemoteState.AGREED, "EB")
    assert list(ledger(batch, extracts=[early]).answered()) == []


def test_an_actual_mark_stands_as_we_sent_it() -> None:
    (found,) = ledger(batch_of(a_record()), extracts=[extract("45", MORNING + timedelta(hours=1), "actual")]).answered()
    assert (found.mark, found.state) == (Decimal(45), RemoteState.FINAL)


def test_an_unreadable_extract_is_told_under_its_name() -> None:
    bad = Extract(name="bad.csv", lines=[], at=MORNING, problem="bad.csv: not CSV")
    (found,) = ledger(batch_of(a_record()), extracts=[bad]).answered()
    assert (found.key, found.remote_id, found.problem) == ("", "bad.csv", "bad.csv: not CSV")
