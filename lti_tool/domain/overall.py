"""From the components' marks to the one figure that meets the pass mark (steps 5 to 7, and what is reported)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from lti_tool.domain.attempts import Status
from lti_tool.domain.clauses import Notebook
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.figures import shown
from lti_tool.domain.marks import ComponentFigure, is_gate_failed
from lti_tool.domain.regulations import CapLevel, DecideOn, MustReachEffect, Regulations
from lti_tool.domain.standings import Standing


@dataclass(frozen=True, kw_only=True)
class Overall:
    """The overall figure at each of its stages."""

    uncapped: Fraction  # the mean before a module cap
    exact: Fraction  # after it
    rounded: Fraction  # once
    is_capped: bool


def refuse_nothing_to_weigh(standings: Sequence[Standing]) -> None:
    """A mean needs something to weigh: exempting every weighted component is a mistake, not a result."""
    if not any(standing.component.weight for standing in standings if not standing.is_exempt):
        text = "all components with a weight are exempt, so there is nothing to decide on."
        raise RegulationError(text, key="attempts")


def overall_of(
    standings: Sequence[Standing], figures: Sequence[ComponentFigure], regulations: Regulations, notes: Notebook
) -> Overall:
    """Weigh, cap and round once."""
    pairs = zip(standings, figures, strict=True)
    counting = [(standing.component.weight, figure) for standing, figure in pairs if figure.mark is not None]
    mean = _mean([(weight, figure.mark or Fraction(0)) for weight, figure in counting], notes)
    exact = _module_cap(mean, figures, regulations, notes)
    rounded = regulations.rounding.apply(exact)
    if rounded != exact:
        text = f"Overall {shown(exact)} rounded once, {regulations.rounding.words}, to {shown(rounded)}."
        notes.note("rounding", text)
    is_capped = exact < mean or any(figure.is_capped for figure in figures)
    return Overall(uncapped=mean, exact=exact, rounded=rounded, is_capped=is_capped)


def _mean(counting: Sequence[tuple[Fraction, Fraction]], notes: Notebook) -> Fraction:
    total = sum((weight for weight, _ in counting), Fraction(0))
    mean = sum((weight * mark for weight, mark in counting), Fraction(0)) / total
    terms = " + ".join(f"{shown(weight)} % of {shown(mark)}" for weight, mark in counting)
    rest = "" if total == 100 else f", taken of the {shown(total)} % that is not exempt,"
    notes.note("components", f"Weighted mean: {terms}{rest} = {shown(mean)}.")
    return mean


def _module_cap(
    mean: Fraction, figures: Sequence[ComponentFigure], regulations: Regulations, notes: Notebook
) -> Fraction:
    """Step 6: a counting mark from a reassessment caps the whole, where the set caps the module."""
    rule = regulations.reassessment
    is_reassessed = any(figure.is_reassessment for figure in figures)
    if rule.cap_level is not CapLevel.MODULE or rule.cap_at is None or not is_reassessed or mean <= rule.cap_at:
        return mean
    notes.note("cap_level", f"A reassessment counts, so the overall {shown(mean)} is capped at {shown(rule.cap_at)}.")
    return rule.cap_at


def reaches_pass_mark(overall: Overall, regulations: Regulations, notes: Notebook) -> bool:
    """Step 8: the rounded figure meets the pass mark, or the exact one."""
    is_exact = regulations.decide_on is DecideOn.EXACT
    figure = overall.exact if is_exact else overall.rounded
    is_reached, pass_mark = figure >= regulations.pass_mark, shown(regulations.pass_mark)
    verb = "reached" if is_reached else "not reached"
    how = f" by the unrounded {shown(figure)}" if is_exact else f" by {shown(figure)}"
    notes.note("pass_mark", f"Pass mark {pass_mark} {verb}{how}.", is_reached)
    return is_reached


def misses_a_threshold(standings: Sequence[Standing], figures: Sequence[ComponentFigure], notes: Notebook) -> bool:
    """Step 9: must_reach meets the counting mark; a failed gate fails."""
    verdicts = [_meets(*pair, notes) for pair in zip(standings, figures, strict=True)]
    return not all(verdicts)


def _meets(standing: Standing, figure: ComponentFigure, notes: Notebook) -> bool:
    component = standing.component
    if component.is_gate and not standing.is_exempt:
        is_passed = not is_gate_failed(standing)
        notes.note("type", f"{component.label}: {'passed' if is_passed else 'not passed, and it must be'}.", is_passed)
        return is_passed
    if component.must_reach is None or figure.mark is None:
        return True
    is_met, least = figure.mark >= component.must_reach, shown(component.must_reach)
    relation = "reaches" if is_met else "is below"
    text = f"{component.label}: {shown(figure.mark)} {relation} the {least} that is required."
    notes.note("must_reach", text, is_met)
    return is_met


def reported_figure(
    overall: Overall, regulations: Regulations, notes: Notebook, *, is_pass: bool, is_held_back: bool
) -> Fraction:
    """The figure that is shown. With grade words it never contradicts the decision; bands say it in their own way."""
    if is_held_back:
        return _held_back(overall, regulations, notes)
    reported = overall.rounded
    if regulations.grades and is_pass:
        reported = max(reported, regulations.pass_mark)
    elif regulations.grades and reported >= regulations.pass_mark:
        reported = regulations.just_below_pass
    if reported != overall.rounded:
        text = f"Reported as {shown(reported)}, so that the figure does not contradict the decision."
        notes.note("decide_on", text)
    return reported


def _held_back(overall: Overall, regulations: Regulations, notes: Notebook) -> Fraction:
    match regulations.must_reach_effect:
        case MustReachEffect.ZERO:
            reported = min(overall.rounded, Fraction(0))
        case MustReachEffect.JUST_BELOW_PASS:
            reported = min(overall.rounded, regulations.just_below_pass)
        case MustReachEffect.AGGREGATE:
            reported = overall.rounded
    text = f"A requirement is missed, so {shown(reported)} is reported and there is no pass."
    notes.note("must_reach_effect", text, False)
    return reported


def submits_enough(standings: Sequence[Standing], regulations: Regulations, notes: Notebook) -> bool:
    """Step 11: the share of the weight, exemptions aside, whose newest status is not absent."""
    least = regulations.min_submitted_weight
    if not least:
        return True
    weights = [(standing.component.weight, standing.status) for standing in standings if not standing.is_exempt]
    submitted = sum((weight for weight, status in weights if status is not Status.ABSENT), Fraction(0))
    share = 100 * submitted / sum((weight for weight, _ in weights), Fraction(0))
    text = f"{shown(share)} % of the weight was submitted; {shown(least)} % is required."
    notes.note("min_submitted_weight", text, share >= least)
    return share >= least
