import pytest

from lti_tool.domain.errors import RegulationError

from .cases import WORKFLOW, changed, run


def test_a_workflow_is_not_run_here() -> None:
    assert (run(WORKFLOW).status, run(WORKFLOW).differences) == ("not_run", ())


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        pytest.param("events.1.sends", {"marks": "49"}, r"T-08, events\[1\], sends: unknown key 'marks'", id="sends"),
        pytest.param("final.version", 2, "T-08, final: unknown key 'version'", id="final"),
        pytest.param("final.current", {"grade": "x"}, "T-08, final, current: unknown key 'grade'", id="current"),
        pytest.param("events.0.mark", 49, "mark is a number without quotes", id="unquoted"),
        pytest.param("events.0.do", None, "do must be text", id="nothing done"),
    ],
)
def test_a_workflow_is_read_strictly(path: str, value: object, words: str) -> None:
    with pytest.raises(RegulationError, match=words):
        run(changed(WORKFLOW, path, value))
