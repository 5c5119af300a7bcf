"""Canvas, as its source and documentation have it (read November 2026)."""

from collections.abc import Mapping
from datetime import datetime

from connectors.http import Answer
from lti_tool.lti.platforms.standard import Platform, Refusal

SUBMISSION = "https://canvas.instructure.com/lti/submission"


class Canvas(Platform):
    """https://developerdocs.instructure.com/services/canvas/external-tools/lti/file.assignment_grade_services"""

    roster_limit = 50  # never more; ``limit`` becomes its per_page (names_and_roles_controller.rb, 2026-11)

    def score_extension(self, submitted_at: datetime | None) -> Mapping[str, object]:
        """A score is a new attempt unless said otherwise, and would mark work late; a teacher's grade stays
        (https://developerdocs.instructure.com/services/canvas/resources/score, 2026-11)."""
        return {SUBMISSION: {"new_submission": False, "prioritize_non_tool_grade": True}}

    def refusal(self, answer: Answer) -> Refusal:
        """One status, several meanings; the message tells (scores_controller.rb and gradebook_services.rb, 2026-11)."""
        text = answer.body[:2000].decode("utf-8", "replace").lower()
        if "last updated timestamp" in text:
            return Refusal.STALE
        if "number of allowed attempts" in text:
            return Refusal.ATTEMPTS
        if "has concluded" in text:
            return Refusal.CLOSED
        if answer.status == 422 and "not a student" not in text:
            return Refusal.FORMAT
        if answer.status == 412:
            return Refusal.NOT_OURS
        if answer.status == 404:
            return Refusal.CLOSED if "course" in text else Refusal.GONE
        return super().refusal(answer)
