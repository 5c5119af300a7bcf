import pytest

from lti_tool.domain.clauses import Clause
from lti_tool.domain.regulations import (
    KEYS,
    AbsenceEffect,
    RegulationError,
    from_mapping,
    is_publishable,
)

from .facts import BANDED_SET, SCALES, SET, reassessment, regulations


def test_what_may_be_left_out_has_its_stated_meaning() -> None:
    found = regulations()
    assert (found.late, found.absence_effect, found.late_fail_carries_forward) == (None, AbsenceEffect.ZERO, False)


@pytest.mark.parametrize("key", list(SET))
def test_every_other_key_is_required(key: str) -> None:
    mapping = {name: value for name, value in SET.items() if name != key}
    with pytest.raises(RegulationError, match=f"regulations T-1: {key} is missing") as caught:
        from_mapping(mapping, scales=SCALES, version="T-1")
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"pass_marc": "50"}, "unknown key 'pass_marc'", id="unknown key"),
        pytest.param({"pass_mark": 50}, "pass_mark is a number without quotes", id="unquoted"),
        pytest.param({"pass_mark": "101"}, "pass_mark 101 is outside the scale, 0 to 100", id="off the scale"),
        pytest.param({"pass_mark": "0"}, "leaves no figure for a fail", id="nobody can fail"),
        pytest.param({"scale": "gpa"}, "'gpa' is not among the scales: banded, percent", id="unknown scale"),
        pytest.param({"decide_on": "truncated"}, "decide_on is 'truncated'", id="decide_on"),
        pytest.param({"grades": "bands"}, "scale percent has none", id="bands of a scale without"),
        pytest.param({"pass_mark": "40"}, "grades give the pass mark 40 no passing word", id="a pass that reads Fail"),
        pytest.param({"max_attempts": 0}, "between 1 and", id="no attempt"),
        pytest.param({"must_reach_effect": "report_aggregate"}, "is for bands", id="aggregate beside words"),
        pytest.param({"min_submitted_weight": "101"}, "not a percentage", id="more than all"),
        pytest.param(
            {"reassessment": {"cap_level": "none", "counts": "best"}}, "min_overall_for_right is missing", id="nested"
        ),
        pytest.param(
            {"reassessment": reassessment(best_of=2)}, "reassessment: unknown key 'best_of'", id="nested unknown"
        ),
        pytest.param(
            {"reassessment": {"cap_level": "module", "counts": "best", "min_overall_for_right": "0"}},
            "cap_at is missing",
            id="a cap at nothing",
        ),
        pytest.param({"rounding": {"places": "0", "mode": "floor"}}, "whole number without quotes", id="places quoted"),
        pytest.param({"late_fail_carries_forward": "yes"}, "true or false", id="flag"),
        pytest.param({"absence_effect": "fail"}, "absence_effect is 'fail'", id="absence"),
    ],
)
def test_a_set_that_means_nothing_is_refused_by_key(changes: dict[str, object], words: str) -> None:
    with pytest.raises(RegulationError, match=words):
        regulations(**changes)


def test_a_fail_needs_one_figure_below_the_pass_mark() -> None:
    found = regulations(pass_mark="1", grades=[["1", "Pass"]])
    assert found.just_below_pass == 0


def test_without_a_cap_cap_at_may_be_left_out() -> None:
    found = regulations(reassessment={"cap_level": "none", "counts": "last", "min_overall_for_right": "0"})
    assert found.reassessment.cap_at is None


def test_bands_are_the_grades_of_a_band_scale() -> None:
    assert regulations(**BANDED_SET).grade_for(SCALES["banded"].maximum) == "A"


def test_a_set_is_publishable_when_every_key_it_writes_has_a_clause() -> None:
    clauses = {key: {"ref": "1", "text": "t"} for key in SET}
    assert is_publishable(regulations(clauses=clauses)) == []
    assert is_publishable(regulations(clauses=clauses, late="none")) == ["late"]
    assert is_publishable(regulations()) == [key for key in KEYS if key in SET]


def test_clauses_are_read() -> None:
    found = regulations(clauses={"pass_mark": {"ref": "3.1", "text": "Fifty passes."}})
    assert found.clauses["pass_mark"] == Clause("3.1", "Fifty passes.")
