"""Errors are named for what happens next."""

import pytest

from connectors.errors import (
    ConnectorError,
    ErrorClass,
    Misconfigured,
    Rejected,
    Unavailable,
    Uncertain,
    Unsupported,
)


@pytest.mark.parametrize(("family", "error_class"), [
    (Unavailable, ErrorClass.RETRY), (Rejected, ErrorClass.FIX_THERE), (Misconfigured, ErrorClass.CONFIG),
    (Uncertain, ErrorClass.UNKNOWN_OUTCOME), (Unsupported, ErrorClass.PERMANENT),
])
def test_each_family_has_its_class_and_may_be_told_another(
    family: type[ConnectorError], error_class: ErrorClass
) -> None:
    assert family("x").error_class is error_class
    assert family("x", error_class=ErrorClass.WINDOW).error_class is ErrorClass.WINDOW
    assert family("x").error_class is error_class


def test_a_bug_of_ours_keeps_its_text_to_itself() -> None:
    error = Uncertain.from_surprise(KeyError("Alice Quillfeather"))
    assert "KeyError" in str(error)
    assert "Alice" not in str(error)


def test_their_code_and_words_stand_beside_the_message() -> None:
    error = Unavailable("busy", retry_after=7, code="429", words="slow down")
    assert (str(error), error.retry_after, error.code, error.words) == ("busy", 7, "429", "slow down")
