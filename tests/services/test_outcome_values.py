"""An outcome on its way in says what it is, and only that (I4)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from lti_tool.services.outcome_values import CANVAS_CSV, MARKSHEET, NewOutcome, from_document, share, to_document
from tests.services.taking_in import mark

READ = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("fields", [
    pytest.param({"status": "marked"}, id="marked without a mark"),
    pytest.param({"status": "absent", "raw": Decimal(0)}, id="absent with a figure"),
    pytest.param({"status": "pending", "gate": "fail"}, id="pending with a verdict"),
    pytest.param({"status": "late", "raw": Decimal(1)}, id="no status at all"),
    pytest.param({"status": "marked", "gate": "perhaps"}, id="a gate that is neither passed nor failed"),
    pytest.param({"status": "marked", "gate": "pass", "raw": Decimal(1)}, id="a gate with a mark"),
    pytest.param({"status": "carried"}, id="carried from nowhere"),
])
def test_i4_what_cannot_be_is_refused(fields):
    with pytest.raises(ValueError):
        NewOutcome(source=MARKSHEET, read_at=READ, **fields)


@pytest.mark.parametrize("status", ["absent", "pending", "exempt", "deferred", "unagreed", "misconduct_zero"])
def test_i4_every_status_is_its_own(status):
    said = NewOutcome(source=MARKSHEET, status=status, read_at=READ)
    assert not said.has_figure
    assert said.digest() != mark("0", source=MARKSHEET).digest()


def test_equal_figures_are_one_delivery_however_they_are_written():
    assert mark("60", after=1).digest() == mark("60.00", out_of="100.0", after=1).digest()
    assert mark("60", after=1).digest() != mark("60", after=2).digest()


def test_without_a_time_a_delivery_follows_from_the_one_before():
    assert mark("60").digest("a") != mark("60").digest("b")
    assert mark("60").digest("a") == mark("60").digest("a")


def test_when_it_was_read_does_not_make_another_result():
    again = NewOutcome(
        source="ags", status="marked", raw=Decimal(60), out_of=Decimal(100), read_at=READ + timedelta(days=9)
    )
    assert again.content() == mark("60").content()


def test_a_document_gives_the_same_outcome_again():
    said = mark("60.5", after=3, submitted_at=READ, extension_hours=48, markers=(Decimal("48"), Decimal("55")))
    assert from_document(to_document(said)) == said


def test_which_side_it_is_from():
    assert mark("1", source=CANVAS_CSV).side == "lms" and mark("1", source=MARKSHEET).side == "cairn"


def test_a_share_is_exact():
    assert share(Decimal(1), Decimal(3)) * 3 == 1
    assert share(Decimal(5), None) == 5
