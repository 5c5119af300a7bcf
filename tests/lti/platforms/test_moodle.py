"""Moodle: the status alone has to do, since the body says nothing."""

import pytest

from connectors.http import Answer
from lti_tool.lti.platforms.moodle import Moodle
from lti_tool.lti.platforms.standard import Refusal


@pytest.mark.parametrize("status, body, refusal", [
    (400, b"[]", Refusal.NOT_GRADABLE), (400, b'{"reason":"No handler found"}', Refusal.FORMAT),
    (500, b"[]", Refusal.LOCKED), (409, b"[]", Refusal.STALE), (403, b"", Refusal.NOT_OURS),
    (404, b'{"reason":"Not Found: Grade item 16 doesn\'t exist"}', Refusal.GONE),
])
def test_what_a_status_means(status: int, body: bytes, refusal: Refusal) -> None:
    assert Moodle().refusal(Answer(status, {}, body, "http://localhost/scores", False)) is refusal


def test_a_500_is_an_answer_here() -> None:
    assert 500 in Moodle.score_statuses


def test_a_roster_is_asked_for_whole() -> None:
    assert Moodle.roster_limit is None
