"""What people write on a marksheet means one thing, or is refused with what may stand there (I4)."""

from decimal import Decimal

import pytest

from lti_tool.services import marksheet_words
from lti_tool.services.marksheet_words import GATE, JUDGEMENT, MARK, Written
from lti_tool.services.written_marks import UnreadableMark

D = Decimal


@pytest.mark.parametrize(
    "kind, text, written",
    [
        (MARK, "62", Written(raw=D(62))),
        (MARK, "0", Written(raw=D(0))),
        (MARK, " 49,5 ", Written(raw=D("49.5"))),
        (MARK, "Absent", Written(status="absent")),
        (MARK, "deferred", Written(status="deferred")),
        (MARK, "exempt", Written(status="exempt")),
        (MARK, "pending", Written(status="pending")),
        (MARK, "misconduct_zero", Written(status="misconduct_zero")),
        (MARK, "Misconduct  zero", Written(status="misconduct_zero")),
        (MARK, "carried", Written(status="carried")),
        (MARK, "48/55", Written(status="unagreed", markers=(D(48), D(55)))),
        (MARK, "48; 55", Written(status="unagreed", markers=(D(48), D(55)))),
        (MARK, "52 / 52", Written(raw=D(52))),
        (GATE, "Pass", Written(gate="pass")),
        (GATE, "failed", Written(gate="fail")),
        (GATE, "absent", Written(status="absent")),
        (JUDGEMENT, "met", Written(met=True)),
        (JUDGEMENT, "Not yet", Written(met=False)),
        (JUDGEMENT, "not_met", Written(met=False)),
        (JUDGEMENT, "met / not yet", Written(met=False, agreed=False)),
        (JUDGEMENT, "met; met", Written(met=True)),
    ],
)
def test_what_is_written_is_understood(kind, text, written):
    assert marksheet_words.read(text, kind, D(100)) == written


@pytest.mark.parametrize("kind, text, says", [
    (MARK, "101", "above the maximum of 100"), (MARK, "-1", "below 0"), (MARK, "good", "none of absent"),
    (MARK, "48/155", "above the maximum"), (MARK, "", "no number"), (MARK, "pass", "none of absent"),
    (GATE, "62", "none of pass, fail"), (JUDGEMENT, "62", "none of met"), (JUDGEMENT, "absent", "none of met"),
    (JUDGEMENT, "met / perhaps", "none of met"), (MARK, "=SUM(A1)", "no mark"),
])
def test_what_means_nothing_is_refused(kind, text, says):
    with pytest.raises(UnreadableMark, match=says):
        marksheet_words.read(text, kind, D(100))


@pytest.mark.parametrize(
    "text, number, rest",
    [
        ("1001\t62", "1001", "62"),
        ("1001;49,5", "1001", "49,5"),
        ("1001, 62", "1001", "62"),
        ("1001  not yet", "1001", "not yet"),
        ("1001\t48 / 55", "1001", "48 / 55"),
        ("1001", "1001", ""),
    ],
)
def test_pasted_lines_are_number_and_mark(text, number, rest):
    (found,) = marksheet_words.pasted(f"\n{text}\n\n")
    assert (found.line, found.number, found.text) == (2, number, rest)
