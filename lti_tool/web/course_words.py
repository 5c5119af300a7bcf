"""Plain words for where results come from, what became of them, and what a reading brought."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction

from lti_tool.domain.figures import text_of
from lti_tool.services.teaching_requests import LET_IN, Request
from lti_tool.web import dates

WORDS: Mapping[str, str] = {
    "ags": "LMS column", "moodle_csv": "Moodle export", "canvas_csv": "Canvas export", "marksheet": "Marksheet",
    "identity": "Taken back: the account was another person’s",
    "counted": "Counts", "replaced": "Counted until a newer one came", "older": "Came late; a newer one was here",
    "compared": "Compared only; the other side makes the marks", "echo": "Our own score, come back",
    "lms": "Marks are made in the LMS", "cairn": "Marks are made in Cairn",
    "new": "New or changed", "unchanged": "As it stands", "held": "Waits for registry",
    "not_on_mc": "Not on the micro-credential", "no_figure": "No mark", "unclear": "Cannot be read",
    "registered": "Registered", "paused": "On leave", "withdrawn": "Withdrawn",
}
# What a reading brought, in the order in which it matters to a teacher.
TOTALS = (
    ("new", "new or changed"), ("unchanged", "as they stood"), ("held", "held until registry knows whose they are"),
    ("unclear", "that cannot be read"), ("compared", "only compared, since these marks are made in Cairn"),
    ("older", "older than what is here"), ("echo", "our own"), ("not_on_mc", "of people not on the micro-credential"),
    ("no_figure", "without a mark"),
)

REASONS = (
    ("already_counted_", "{} has been counted in another award already, and counts once."),
    ("credit_shortfall_", "{} credits are missing."),
    ("level_shortfall_", "{} credits are missing at the level asked for."),
    ("theme_shortfall", "Too little of it is on the theme."),
    ("item_below_", "{} is below the least mark that each part needs."),
    ("compensation_mean", "The mean is too low to carry a failed part."),
    ("mean_below_pass", "The mean is below the pass mark."),
)


def in_course_words(code: object) -> str:
    """``{{ row.source|in_course_words }}``."""
    text = str(code)
    return WORDS.get(text) or text.replace("_", " ").capitalize()


def totals_in_words(totals: Mapping[str, int]) -> str:
    """31 results: 24 new or changed, 1 held …; the parts add up."""
    parts = ", ".join(f"{totals[kind]} {words}" for kind, words in TOTALS if totals.get(kind))
    read = totals.get("read", 0)
    return f"{read} results: {parts}." if parts else f"{read} results."


def answered_in_words(request: Request) -> str:
    """What became of a course that asked to teach a run."""
    if request.state == LET_IN:
        return f"Let in: {request.course}. Its teachers can join it with {request.run} now."
    return f"Refused: {request.course}. It sees nothing of {request.run}."


def local_input(value: datetime | None) -> str:
    """An instant as a browser's own time field takes it, in the institution's zone."""
    return value.astimezone(dates.zone()).strftime("%Y-%m-%dT%H:%M") if value else ""


def reason_in_words(code: str) -> str:
    """Why a larger award is not reached, from the code that the rules give."""
    for start, words in REASONS:
        if code.startswith(start):
            return words.format(code.removeprefix(start))
    return code.replace("_", " ").capitalize() + "."


def fraction(value: Fraction) -> str:
    """An exact figure as a person writes it."""
    return text_of(value)
