"""Whether a figure that a gradebook shows is the one it was sent, and how such a figure is written."""

from decimal import Decimal
from fractions import Fraction

from lti_tool.services.outcome_values import share
from lti_tool.services.written_marks import plain

NO_MARK = "no mark"
#: Gradebooks keep two to five decimals (Moodle five); what is shown is ours within half a unit of the last.
FEWEST, MOST = 2, 5
#: A maximum that was rescaled is rounded as well: a unit of Moodle's last decimal is no difference.
GRADEBOOK_UNIT = Fraction(1, 10**MOST)


def is_ours(shown: Decimal | None, out_of: Decimal | None, sent: Decimal | None, sent_out_of: Decimal | None) -> bool:
    """Whether two scores are the same share of their maxima, as exactly as the gradebook writes them."""
    if shown is None or sent is None:
        return shown is None and sent is None
    if not shown.is_finite():
        return False
    distance = abs(share(shown, out_of) - share(sent, sent_out_of)) * Fraction(out_of or 1)
    return distance <= max(Fraction(1, 2 * 10 ** _places(shown)), GRADEBOOK_UNIT)


def in_words(raw: Decimal | None, out_of: Decimal | None) -> str:
    """``15.5 of 20``."""
    if raw is None:
        return NO_MARK
    return f"{plain(raw)} {of_maximum(out_of)}".strip()


def of_maximum(out_of: Decimal | None) -> str:
    """``of 20``: a score is nothing without its maximum."""
    return f"of {plain(out_of)}" if out_of is not None else ""


def _places(shown: Decimal) -> int:
    """How exactly it is written; noughts at the end may have been left out."""
    return min(max(-int(shown.as_tuple().exponent), FEWEST), MOST)
