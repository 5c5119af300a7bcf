"""Worked cases of kinds ``result`` and ``outcomes``: one learner, board by board."""

from collections.abc import Mapping

from lti_tool.domain.attempts import ATTEMPT_KEYS, attempt_from
from lti_tool.domain.comparing import Comparison
from lti_tool.domain.completion import Decision, decide
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.fields import Fields
from lti_tool.domain.outcomes import Judgement, decide_outcomes
from lti_tool.domain.regulations import KEYS, Regulations, regulations_from
from lti_tool.domain.schemes import COMPONENT_KEYS, Scale, component_from

RESULT_KEYS = frozenset({"regulation", "with", "registration", "credit", "components", "attempts", "expected"})
OUTCOMES_KEYS = frozenset({"credit", "outcomes", "rule", "judgements", "expected"})
BOTH_EXPECT = frozenset({"board", "overall_exact", "overall_reported", "grade", "decision", "credit", "capped"})
WITHDRAWN, REGISTERED, ALL_MET = "withdrawn", "registered", "all_met"

Sets = Mapping[str, Mapping[object, object]]


def run_result(fields: Fields, sets: Sets, scales: Mapping[str, Scale]) -> Comparison:
    """Decide for each board that the case lists, from what was known by then."""
    regulations = _regulations(fields, sets, scales)
    components = [component_from(entry) for entry in fields.each("components", COMPONENT_KEYS)]
    attempts = [attempt_from(entry) for entry in fields.each("attempts", ATTEMPT_KEYS)]
    credit, withdrawn = fields.integer("credit"), _is_withdrawn(fields)
    comparison = Comparison()
    for expected in _expected(fields, BOTH_EXPECT | {"uncapped_exact", "code"}):
        try:
            decision = decide(
                components=components,
                attempts=attempts,
                regulations=regulations,
                credit=credit,
                board=expected.integer("board", least=1),
                withdrawn=withdrawn,
            )
        except RegulationError as error:
            raise RegulationError(str(error), key=error.key, where=fields.where) from error
        _compare(comparison, expected, decision)
        comparison.figure(expected, "uncapped_exact", decision.uncapped_exact)
        comparison.word(expected, "code", decision.code)
    return comparison


def run_outcomes(fields: Fields) -> Comparison:
    """Decide a competency award for each board that the case lists."""
    fields.choice("rule", (ALL_MET,))
    outcomes, credit = fields.texts("outcomes"), fields.integer("credit")
    judgements = [
        Judgement(outcome=entry.text("outcome"), board=entry.integer("board", least=1), is_met=entry.flag("met"))
        for entry in fields.each("judgements", {"outcome", "board", "met"})
    ]
    comparison = Comparison()
    for expected in _expected(fields, BOTH_EXPECT | {"outstanding"}):
        try:
            decision = decide_outcomes(outcomes, judgements, credit, expected.integer("board", least=1))
        except RegulationError as error:
            raise RegulationError(str(error), key=error.key, where=fields.where) from error
        _compare(comparison, expected, decision)
        comparison.words(expected, "outstanding", decision.outstanding)
    return comparison


def _regulations(fields: Fields, sets: Sets, scales: Mapping[str, Scale]) -> Regulations:
    """The named set with the keys that the case overrides; a nested value is replaced whole."""
    name = fields.text("regulation")
    if name not in sets:
        raise fields.error("regulation", f"{name!r} is not in this file: {', '.join(sorted(sets)) or 'it has none'}.")
    known = (*KEYS, "clauses")
    changes = fields.within("with", known).mapping if fields.has("with") else {}
    merged = Fields({**sets[name], **changes}, f"{fields.where}, {name}", known)
    return regulations_from(merged, scales=scales, version=name)


def _is_withdrawn(fields: Fields) -> bool:
    if not fields.has("registration"):
        return False
    registration = fields.within("registration", {"status", "date"})
    registration.maybe("date", registration.day)
    return registration.choice("status", (REGISTERED, WITHDRAWN)) == WITHDRAWN


def _expected(fields: Fields, known: frozenset[str]) -> list[Fields]:
    expected = fields.each("expected", known)
    if not expected:
        raise fields.error("expected", "lists no board, so the case proves nothing.")
    return expected


def _compare(comparison: Comparison, expected: Fields, decision: Decision) -> None:
    comparison.figure(expected, "overall_exact", decision.overall_exact)
    comparison.figure(expected, "overall_reported", decision.overall_reported)
    comparison.word(expected, "grade", decision.grade)
    comparison.word(expected, "decision", decision.kind)
    comparison.integer(expected, "credit", decision.credit)
    comparison.flag(expected, "capped", decision.is_capped)
