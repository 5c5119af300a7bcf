"""Canvas: one status with several meanings, told apart by its message."""

from connectors.http import Answer
from lti_tool.lti.platforms.canvas import Canvas
from lti_tool.lti.platforms.standard import Refusal


def refusal(status: int, message: str) -> Refusal:
    return Canvas().refusal(Answer(status, {}, message.encode(), "https://school.example/scores", False))


def test_a_404_about_the_course_means_that_it_is_closed() -> None:
    assert refusal(404, '{"errors":{"message":"The specified course does not exist."}}') is Refusal.CLOSED
    assert refusal(404, '{"errors":{"message":"Resource not found"}}') is Refusal.GONE


def test_throttling_is_a_403() -> None:
    assert refusal(403, "403 Forbidden (Rate Limit Exceeded)") is Refusal.SLOW_DOWN


def test_a_page_of_the_roster_has_fifty() -> None:
    assert Canvas.roster_limit == 50
