"""A decision row says everything in plain text, so that it can be read without the rules."""

import json
from fractions import Fraction

import pytest

from lti_tool.domain import completion
from lti_tool.domain.attempts import Attempt, Status
from lti_tool.domain.clauses import Finding
from lti_tool.domain.schemes import Component
from lti_tool.services import decision_rows, rulebook
from tests.services.ratifying import University

PARTS = [
    Component(id="quiz", title="Quiz", weight=Fraction(30), out_of=Fraction(9)),
    Component(id="report", weight=Fraction(70)),
]


@pytest.fixture
def regulations(session, now):
    university = University(session, now)
    return rulebook.regulations_of(session, university.learner(university.run()))


def attempt(component, raw, number=1):
    return Attempt(component=component, number=number, board=number, status=Status.MARKED, raw=Fraction(raw))


def columns(regulations, *attempts, board=1):
    decision = completion.decide(
        components=PARTS, attempts=attempts, regulations=regulations, credit=15, board=board,
    )
    return decision_rows.columns(decision, PARTS, regulations)


def test_RC05_fractions_stay_exact_and_are_rounded_once(regulations):
    found = columns(regulations, attempt("quiz", 5), attempt("report", 47))
    assert (found["overall_exact"], str(found["overall"])) == ("1487/30", "50")
    assert [figure["title"] for figure in found["figures"]] == ["Quiz", "report"]


def test_it_is_all_json_but_for_the_decimals(regulations):
    found = columns(regulations, attempt("quiz", 5), attempt("report", 47))
    assert json.loads(json.dumps([found["findings"], found["figures"]])) == [found["findings"], found["figures"]]


def test_I7_a_cap_is_said_and_the_uncapped_figures_kept(regulations):
    found = columns(regulations, attempt("quiz", 9), attempt("report", 20), attempt("report", 80, 2), board=2)
    report = found["figures"][1]
    assert (report["mark"], report["uncapped"]) == ("50", "80")
    assert report["is_capped"] and report["is_reassessment"]
    assert (str(found["overall"]), str(found["uncapped"]), found["attempt"]) == ("65", "86", 2)


def test_no_cap_no_uncapped_figure(regulations):
    assert columns(regulations, attempt("quiz", 5), attempt("report", 47))["uncapped"] is None


def test_I4_no_figure_is_none_and_no_zero(regulations):
    found = columns(regulations, attempt("quiz", 5))
    assert (found["overall"], found["overall_exact"], found["grade"], found["attempt"]) == (None, "", "", 1)
    assert found["figures"][1]["mark"] is None


def test_without_a_clause_the_key_is_quoted():
    finding = Finding(key="late", clause=None, satisfied=None, text="Late.")
    assert decision_rows.finding_as_json(finding)["clause"] == "late"
