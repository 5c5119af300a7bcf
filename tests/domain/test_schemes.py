from datetime import datetime
from fractions import Fraction

import pytest

from lti_tool.domain.errors import RegulationError
from lti_tool.domain.schemes import Component, check_components, component_from, scales_from

from .facts import BANDED, component, fields, gate


def test_weights_total_100() -> None:
    check_components([component("A", "33.4"), component("B", "66.6"), gate()])


@pytest.mark.parametrize(
    ("components", "words"),
    [
        pytest.param(
            [component("A", "40"), component("B", "50")], r"weights must total 100, and 40 \+ 50 = 90", id="sum"
        ),
        pytest.param([], "weights must total 100, and nothing = 0", id="none at all"),
        pytest.param(
            [component("A", "50"), component("A", "50")], "component A: this id is used twice", id="same name"
        ),
        pytest.param([component("A", "120"), component("B", "-20")], "component B: weight is below 0", id="negative"),
        pytest.param(
            [Component(id="V", weight=Fraction(100), is_gate=True)], "has weight 0", id="a gate weighs nothing"
        ),
        pytest.param(
            [component(), Component(id="V", weight=Fraction(0), is_gate=True, must_reach=Fraction(1))],
            "no mark for must_reach",
            id="a gate has no threshold",
        ),
        pytest.param([component(out_of="0")], "out_of must be above 0", id="out of nothing"),
        pytest.param([component(due=datetime(2026, 3, 2))], "due has no UTC offset", id="a deadline nobody can place"),
    ],
)
def test_a_scheme_that_cannot_be_computed_is_refused(components: list[Component], words: str) -> None:
    with pytest.raises(RegulationError, match=words):
        check_components(components)


@pytest.mark.parametrize(
    ("figure", "band"), [("22", "A"), ("18", "A"), ("17.99", "B"), ("9", "D"), ("8.9", "H"), ("0", "H")]
)
def test_the_band_is_the_highest_reached(figure: str, band: str) -> None:
    assert BANDED.band_of(Fraction(figure)) == band


def test_scales_are_read_with_their_bands() -> None:
    scales = scales_from({"s": {"min": "0", "max": "22", "note": "n", "bands": {"A1": 22, "H": 0}}})
    assert (scales["s"].maximum, scales["s"].bands) == (22, {"A1": 22, "H": 0})


@pytest.mark.parametrize(
    ("scale", "words"),
    [
        pytest.param({"min": "0", "max": 100}, "scales, s: max is a number without quotes", id="unquoted"),
        pytest.param({"min": "5", "max": "5"}, "max must be above min", id="empty"),
        pytest.param({"min": "0", "max": "2", "bands": {"A": 1, "B": 1}}, "two labels the same points", id="twins"),
        pytest.param({"min": "0", "max": "2", "bands": {}}, "bands must give each label", id="empty bands"),
        pytest.param({"min": "0", "max": "2", "bands": []}, "bands must give each label", id="no bands"),
        pytest.param({"min": "0", "max": "2", "step": "1"}, "unknown key 'step'", id="unknown key"),
    ],
)
def test_a_scale_that_means_nothing_is_refused(scale: object, words: str) -> None:
    with pytest.raises(RegulationError, match=words):
        scales_from({"s": scale})


def test_a_component_is_read_whole() -> None:
    entry = fields(id="A", weight="30", out_of="9", must_reach="40", due="2026-03-02T12:00:00+00:00", title="Quiz")
    read = component_from(entry)
    assert (read.out_of, read.must_reach, read.label, read.is_gate) == (9, 40, "Quiz", False)


def test_the_only_other_type_is_pass_fail() -> None:
    assert component_from(fields(id="V", weight="0", type="pass_fail")).is_gate
    with pytest.raises(RegulationError, match="type is 'gate'; it must be one of pass_fail"):
        component_from(fields(id="V", weight="0", type="gate"))
