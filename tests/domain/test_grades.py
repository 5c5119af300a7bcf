from fractions import Fraction

import pytest

from lti_tool.domain.errors import RegulationError
from lti_tool.domain.grades import grade_words_from

from .facts import fields

STEPS = [["70", "Distinction"], ["60", "Merit"], ["50", "Pass"], ["0", "Fail"]]


def test_the_first_threshold_reached_gives_the_word() -> None:
    words = grade_words_from(fields(grades=STEPS), "grades")
    found = [words.word_for(Fraction(figure)) for figure in ("70", "69.9", "50", "49", "-1")]
    assert found == ["Distinction", "Merit", "Pass", "Fail", None]


def test_barring_the_top_leaves_the_rest_and_a_single_word_stays() -> None:
    words = grade_words_from(fields(grades=STEPS[:2] + [["50", "Pass"]]), "grades")
    assert words.without_top().word_for(Fraction(90)) == "Merit"
    single = grade_words_from(fields(grades=[["40", "Pass"]]), "grades")
    assert single.without_top() == single


@pytest.mark.parametrize(
    ("steps", "passing"),
    [
        pytest.param(STEPS, True, id="a word of its own"),
        pytest.param([["70", "Distinction"]], False, id="a pass without a word"),
        pytest.param([["70", "Distinction"], ["0", "Fail"]], False, id="a pass that reads Fail"),
    ],
)
def test_whether_the_least_pass_reads_as_one(steps: object, passing: bool) -> None:
    assert grade_words_from(fields(grades=steps), "grades").has_passing_word(Fraction(50)) is passing


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        pytest.param([["50", "Pass"], ["70", "Distinction"]], "must fall from step to step", id="rising"),
        pytest.param([["50", "Pass", "x"]], "must list pairs", id="not a pair"),
        pytest.param([[50, "Pass"]], "decimal in quotes", id="unquoted"),
    ],
)
def test_a_table_that_means_nothing_is_refused(steps: object, words: str) -> None:
    with pytest.raises(RegulationError, match=words):
        grade_words_from(fields(grades=steps), "grades")
