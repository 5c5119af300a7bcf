"""Moodle, as a running 4.5.6 answered (November 2026; tests/platform/answers)."""

from connectors.http import Answer
from lti_tool.lti.platforms.standard import Platform, Refusal


class Moodle(Platform):
    """https://docs.moodle.org/405/en/LTI_and_Moodle and mod/lti/service/gradebookservices of the same version."""

    roster_limit = None  # everybody comes in one answer unless limited (Moodle 4.5.6, 2026-11)
    score_statuses = frozenset({500})

    def refusal(self, answer: Answer) -> Refusal:
        """The body says nothing (``[]``), the reason phrase echoes the request: the status alone has to do
        (classes/local/resources/scores.php, 4.5.6, 2026-11)."""
        if answer.status == 500:
            return Refusal.LOCKED
        if answer.status == 400 and answer.body.strip() == b"[]":
            return Refusal.NOT_GRADABLE  # unknown, not enrolled and teacher are one answer
        if answer.status == 403:
            return Refusal.NOT_OURS
        return super().refusal(answer)
