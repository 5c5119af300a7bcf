"""A batch is named by what is in it, and its sidecar says the same when it is read again."""

import hashlib
from decimal import Decimal

import pytest

from connectors.file_batch import build, control_totals, from_json, to_json
from connectors.file_profiles import SITS_MARKS
from connectors.testing import a_record


def test_the_name_hangs_on_keys_versions_and_sendings_only() -> None:
    name = build(SITS_MARKS, [a_record()], {})[0].name
    assert build(SITS_MARKS, [a_record(mark=Decimal(1))], {})[0].name == name
    assert build(SITS_MARKS, [a_record(version=2)], {})[0].name != name
    assert build(SITS_MARKS, [a_record()], {a_record().key: 1})[0].name != name


def test_a_sidecar_is_read_as_it_was_written() -> None:
    records = [a_record(), a_record("S0000002", mark=None, status="absent", credit=Decimal(0), is_final=False)]
    batch, content = build(SITS_MARKS, records, {})
    assert from_json(to_json(batch)) == batch
    assert batch.sha256 == hashlib.sha256(content).hexdigest()


def test_nought_counts_as_a_mark_and_absence_does_not() -> None:
    absent = a_record("S3", mark=None, status="absent")
    records = [a_record(mark=Decimal("0.50")), a_record("S2", mark=Decimal(0)), absent]
    totals = control_totals(build(SITS_MARKS, records, {})[0].rows)
    assert totals == {"rows": 3, "with_mark": 2, "marks": "0.5", "credits": "30"}


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"batch": 1, "profile": 1, "sha256": 1, "totals": 1, '
                                  b'"rows": [{"mark": "x", "credit": "1"}]}'])
def test_what_is_no_sidecar_is_told(data: bytes) -> None:
    with pytest.raises(ValueError):
        from_json(data)
