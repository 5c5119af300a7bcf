"""The standard behaviour: one status, one meaning, where the specification leaves no doubt."""

import pytest

from connectors.http import Answer
from lti_tool.lti.platforms.standard import Platform, Refusal


def answer(status: int, body: bytes = b"") -> Answer:
    return Answer(status, {}, body, "https://lms.example/items/7/scores", False)


@pytest.mark.parametrize("status, refusal", [
    (401, Refusal.PERMISSION), (403, Refusal.PERMISSION), (404, Refusal.GONE), (409, Refusal.STALE),
    (422, Refusal.NOT_GRADABLE), (429, Refusal.SLOW_DOWN), (418, Refusal.FORMAT),
])
def test_a_status_without_words(status: int, refusal: Refusal) -> None:
    assert Platform().refusal(answer(status)) is refusal


def test_a_body_that_is_no_text_is_no_trouble() -> None:
    assert Platform().refusal(answer(400, b"\xff\xfe\x00")) is Refusal.FORMAT


def test_a_score_needs_nothing_more() -> None:
    assert Platform().score_extension(None) == {}
