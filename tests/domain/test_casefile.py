import pytest

from lti_tool.domain.casefile import CaseStatus, check, regulations_in
from lti_tool.domain.errors import RegulationError

from .cases import ALL, OUTCOMES, QUORUM, RESULT, WORKFLOW, changed, file
from .facts import SET


def test_every_kind_is_run_but_the_workflow() -> None:
    report = check(file(*ALL))
    assert [case.status for case in report.results] == [CaseStatus.PASSED] * 7 + [CaseStatus.NOT_RUN]
    assert report.holds
    assert [case.id for case in report.with_status(CaseStatus.NOT_RUN)] == ["T-08"]


def test_one_failed_case_and_the_file_does_not_hold() -> None:
    report = check(file(*ALL, changed(changed(QUORUM, "id", "T-09"), "checks.0.quorate", False)))
    assert not report.holds
    assert report.with_status(CaseStatus.FAILED)[0].differences == (("T-09, checks[0], quorate", "false", "true"),)


def test_a_file_without_cases_proves_nothing() -> None:
    assert not check(file()).holds
    assert not check({"version": 1}).holds


def test_a_set_is_proven_by_a_case_that_runs_it_unchanged() -> None:
    assert check(file(RESULT)).proves("set")
    assert not check(file(changed(RESULT, "with", {"max_attempts": 3}))).proves("set")
    assert not check(file(OUTCOMES)).proves("set")
    assert not check(file(RESULT, changed(OUTCOMES, "credit", 9), changed(QUORUM, "checks.0.quorate", False))).proves(
        "set"
    )


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        pytest.param(file(RESULT, RESULT), "T-01: id 'T-01' is used twice", id="an id twice"),
        pytest.param(file(changed(RESULT, "kind", "results")), "T-01: kind is 'results'; it must be one of", id="kind"),
        pytest.param(file(changed(RESULT, "wiht", {})), "T-01: unknown key 'wiht'", id="key of a case"),
        pytest.param(
            file(changed(OUTCOMES, "regulation", "set")), "T-02: unknown key 'regulation'", id="key of another kind"
        ),
        pytest.param(
            file(changed(RESULT, "regulation", "other")), "T-01: regulation 'other' is not in this file: set", id="set"
        ),
        pytest.param(file("RC-01"), r"cases\[0\]: a case must have keys", id="a case that is text"),
        pytest.param(file({"kind": "quorum", "checks": []}), r"cases\[0\]: id is missing", id="no id"),
        pytest.param({**file(), "version": 2}, "version must be 1", id="another format"),
        pytest.param({"cases": []}, "file: version is missing", id="no format"),
        pytest.param({**file(), "regulation": {}}, "file: unknown key 'regulation'", id="key of the file"),
        pytest.param(
            file(regulations={"set": {**SET, "passmark": "50"}}),
            "regulations set: unknown key 'passmark'",
            id="set key",
        ),
        pytest.param(
            file(regulations={"set": {**SET, "pass_mark": "500"}}),
            "regulations set: pass_mark 500 is outside",
            id="value",
        ),
        pytest.param(file(regulations=["set"]), "regulations: expected keys", id="a list of sets"),
        pytest.param(["cases"], "file: expected keys with values, found a list", id="a list for a file"),
    ],
)
def test_what_cannot_be_read_is_an_error_naming_key_and_case(mapping: object, words: str) -> None:
    with pytest.raises(RegulationError, match=words):
        check(mapping)


def test_a_workflow_is_read_strictly_though_it_is_not_run() -> None:
    with pytest.raises(RegulationError, match=r"T-08, events\[0\]: unknown key 'who'"):
        check(file(changed(WORKFLOW, "events.0.who", "marker")))


def test_the_sets_of_a_file_by_name() -> None:
    found = regulations_in(file())
    assert found["set"].version == "set"
    assert list(found) == ["set"]
