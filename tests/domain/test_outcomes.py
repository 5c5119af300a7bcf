import pytest

from lti_tool.domain.errors import RegulationError
from lti_tool.domain.outcomes import Judgement, decide_outcomes

OUTCOMES = ["survey", "report"]


def judged(*entries: tuple[str, int, bool]) -> list[Judgement]:
    return [Judgement(outcome=outcome, board=board, is_met=is_met) for outcome, board, is_met in entries]


@pytest.mark.parametrize(
    ("judgements", "board", "kind", "outstanding"),
    [
        pytest.param(judged(("survey", 1, True), ("report", 1, True)), 1, "PASS", (), id="all met"),
        pytest.param(judged(("survey", 1, True), ("report", 1, False)), 1, "NOT_YET", ("report",), id="one not met"),
        pytest.param(judged(("survey", 1, True)), 1, "NOT_YET", ("report",), id="one not judged"),
        pytest.param(judged(("survey", 1, True), ("report", 2, True)), 1, "NOT_YET", ("report",), id="not known yet"),
        pytest.param(
            judged(("survey", 2, True), ("survey", 1, False), ("report", 1, True)), 2, "PASS", (), id="the newest"
        ),
        pytest.param(
            judged(("survey", 1, True), ("report", 1, True), ("report", 1, False)),
            1,
            "NOT_YET",
            ("report",),
            id="of one board the later",
        ),
    ],
)
def test_every_outcome_met_or_not_yet(
    judgements: list[Judgement], board: int, kind: str, outstanding: tuple[str, ...]
) -> None:
    found = decide_outcomes(OUTCOMES, judgements, 10, board)
    assert (found.kind, found.outstanding, found.credit) == (kind, outstanding, 10 if kind == "PASS" else 0)
    assert (found.overall_exact, found.overall_reported) == (None, None)
    assert found.grade == ("Pass" if kind == "PASS" else None)


def test_each_outcome_is_explained() -> None:
    found = decide_outcomes([*OUTCOMES, "viva"], judged(("survey", 1, True), ("report", 1, False)), 10, 1)
    said = [(finding.text, finding.satisfied) for finding in found.findings]
    assert said == [("survey: met.", True), ("report: not met yet.", False), ("viva: not judged yet.", False)]


def test_who_withdraws_has_no_result() -> None:
    assert decide_outcomes(OUTCOMES, judged(("survey", 1, True)), 10, 1, withdrawn=True).kind == "WITHDRAWN"


def test_what_is_not_an_outcome_is_refused() -> None:
    with pytest.raises(RegulationError, match="there is no outcome 'essay'"):
        decide_outcomes(OUTCOMES, judged(("essay", 1, True)), 10, 1)
    with pytest.raises(RegulationError, match="outcomes must be named, each once"):
        decide_outcomes([], [], 10, 1)
