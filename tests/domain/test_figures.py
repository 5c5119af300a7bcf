from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti_tool.domain.errors import RegulationError
from lti_tool.domain.figures import parse_decimal, shown, text_of


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        pytest.param(Fraction(50), "50", id="whole"),
        pytest.param(Fraction(99, 2), "49.5", id="no trailing zeros"),
        pytest.param(Fraction(1487, 30), "49.566666666666666667", id="endless, to 18 places"),
        pytest.param(Fraction(-3, 2), "-1.5", id="negative"),
        pytest.param(Fraction(1, 1000), "0.001", id="small"),
        pytest.param(Fraction(-1, 10**30), "0", id="no negative zero"),
    ],
)
def test_a_fraction_as_plain_decimal_text(figure: Fraction, text: str) -> None:
    assert text_of(figure) == text


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        pytest.param(Fraction(1487, 30), "49.566…", id="endless is cut and marked"),
        pytest.param(Fraction(198, 4), "49.5", id="short is whole"),
        pytest.param(Fraction(50001, 1000) + Fraction(1, 10**9), "50.001…", id="long is cut"),
        pytest.param(Fraction(-10, 3), "-3.333…", id="negative"),
        pytest.param(Fraction(100) + Fraction(1, 10**6), "100.000…", id="never looks whole when it is not"),
    ],
)
def test_a_number_in_a_sentence(figure: Fraction, text: str) -> None:
    assert shown(figure) == text


@pytest.mark.parametrize("value", [49.5, 50, True, None, "", "4,5", "1e3", "1/3", " 5", "NaN", "٣", "+5", ".5", "5."])
def test_only_a_quoted_decimal_is_a_number(value: object) -> None:
    with pytest.raises(RegulationError, match="raw"):
        parse_decimal(value, key="raw")


def test_a_float_is_refused_with_the_remedy() -> None:
    with pytest.raises(RegulationError, match=r"raw is a number without quotes; write it as a decimal in quotes"):
        parse_decimal(49.5, key="raw")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_text_and_back_is_the_same_number(value: object) -> None:
    figure = Fraction(str(value))
    assert parse_decimal(text_of(figure)) == figure
