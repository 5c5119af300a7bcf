"""What forms bring is read strictly."""

from decimal import Decimal

import pytest
from flask import Flask

from lti_tool.services.errors import Refused
from lti_tool.web import inputs


def test_fields_of_one_kind_are_taken_by_their_line(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"mark-a": "60", "mark-b-c": "", "seen-a": "0", "marks": "x"}):
        assert inputs.by_line("mark") == {"a": "60", "b-c": ""}


def test_what_must_be_there_is_asked_for(app: Flask) -> None:
    with app.test_request_context(method="POST", data={"run": "  "}), pytest.raises(Refused, match="Choose"):
        inputs.required("run", "Choose a run.")


@pytest.mark.parametrize(("text", "found"), [("", None), ("9", Decimal(9)), (" 12.5 ", Decimal("12.5"))])
def test_a_maximum_is_a_figure_above_0(app: Flask, text: str, found: Decimal | None) -> None:
    with app.test_request_context(method="POST", data={"maximum": text}):
        assert inputs.maximum() == found


@pytest.mark.parametrize("text", ["0", "-1", "ten", "1,000"])
def test_another_maximum_is_refused(app: Flask, text: str) -> None:
    with app.test_request_context(method="POST", data={"maximum": text}), pytest.raises(Refused):
        inputs.maximum()


@pytest.mark.parametrize("text", ["0", "-1", "9" * 40, "two", ""])
def test_a_page_that_no_database_counts_to_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        inputs.row_number(text)


def test_a_page_is_counted_from_one() -> None:
    assert inputs.row_number("7") == 7
