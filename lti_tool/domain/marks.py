"""From a raw score to the counting mark of a component: scale, lateness, cap, which attempt counts (steps 1 to 4)."""

from dataclasses import dataclass
from fractions import Fraction

from lti_tool.domain.attempts import PASSED, Attempt, Status
from lti_tool.domain.clauses import Notebook
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.figures import shown, text_of
from lti_tool.domain.lateness import NOT_LATE, late_by, said
from lti_tool.domain.regulations import CapLevel, Counts, Regulations
from lti_tool.domain.schemes import Component
from lti_tool.domain.standings import Standing


@dataclass(frozen=True, kw_only=True)
class ComponentFigure:
    """What one component comes to.

    ``mark`` counts: after penalty and cap. ``unpenalised`` is the bare mark on the scale, ``uncapped`` the mark after
    the penalty alone. No mark exists for a gate (``outcome`` has its verdict), an exemption or an attempt still waited
    for; a component without any attempt is pending, attempt 0.
    """

    component: str
    status: Status
    attempt: int
    mark: Fraction | None = None
    unpenalised: Fraction | None = None
    uncapped: Fraction | None = None
    is_capped: bool = False
    penalty: Fraction = Fraction(0)
    outcome: str | None = None
    is_reassessment: bool = False


def figure_of(standing: Standing, regulations: Regulations, notes: Notebook) -> ComponentFigure:
    """What a component comes to, with the steps noted."""
    if standing.component.is_gate or standing.is_exempt or standing.is_waiting or standing.is_deferred:
        return _without_mark(standing, notes)
    marked = [figure for record in standing.records if (figure := _marked(record, standing, regulations, notes))]
    return _counting(marked, standing.component, regulations, notes)


def _without_mark(standing: Standing, notes: Notebook) -> ComponentFigure:
    label, newest = standing.component.label, standing.newest
    if newest is None:
        notes.note("attempts", f"{label}: no attempt yet.", False)
        return ComponentFigure(component=standing.component.id, status=Status.PENDING, attempt=0)
    said_of = {
        Status.PENDING: (f"{label}: no mark yet; pending is not zero.", False),
        Status.UNAGREED: (f"{label}: the markers have not agreed, so there is no mark yet.", False),
        Status.DEFERRED: (f"{label}: deferred with good cause; this uses no attempt.", None),
        Status.EXEMPT: (f"{label}: exempt, so it leaves the mean.", None),
    }
    if newest.status in said_of:
        notes.note("attempts", *said_of[newest.status])
    outcome = standing.outcome if standing.component.is_gate and not standing.is_exempt else None
    return ComponentFigure(
        component=standing.component.id, status=newest.status, attempt=newest.number, outcome=outcome
    )


def _marked(record: Attempt, standing: Standing, regulations: Regulations, notes: Notebook) -> ComponentFigure | None:
    """The figure of one attempt, or None when it gives no mark."""
    label = standing.component.label
    match record.status:
        case Status.MARKED:
            bare = scaled(record, standing.component, regulations)
            after = _penalised(bare, record, standing.component, regulations, notes)
        case Status.ABSENT | Status.MISCONDUCT_ZERO:
            bare = after = Fraction(0)
            cause = "absent without good cause, which is 0" if record.status is Status.ABSENT else "0, set as a penalty"
            notes.note("absence_effect" if record.status is Status.ABSENT else "attempts", f"{label}: {cause}.")
        case Status.CARRIED:
            bare = after = _carried(record, standing, regulations)
            source = f"the unpenalised {shown(bare)} of attempt {record.from_attempt}"
            notes.note("late_fail_carries_forward", f"{label}: attempt {record.number} takes {source}.")
        case _:
            return None
    return _capped(record, bare, after, label, regulations, notes)


def scaled(record: Attempt, component: Component, regulations: Regulations) -> Fraction:
    """Step 1: raw / out_of times the scale's maximum, never rounded."""
    scale = regulations.scale
    out_of = component.out_of if component.out_of is not None else scale.maximum
    mark = (record.raw or Fraction(0)) / out_of * scale.maximum
    if not scale.minimum <= mark <= scale.maximum:
        raise RegulationError(
            f"raw lies outside what is possible, which is at most {text_of(out_of)}; correct the raw mark or out_of.",
            key="raw",
            where=f"attempt {record.number} of {record.component}",
        )
    return mark


def _penalised(
    mark: Fraction, record: Attempt, component: Component, regulations: Regulations, notes: Notebook
) -> Fraction:
    """Step 2: the late penalty, against the attempt's own deadline or else its component's."""
    rule, head = regulations.late, f"{component.label}: {shown(mark)}"
    if component.out_of is not None and component.out_of != regulations.scale.maximum:
        head = f"{component.label}: {shown(record.raw or Fraction(0))} of {shown(component.out_of)} = {shown(mark)}"
    due = record.due or component.due
    late = late_by(record.submitted, due, record.extension_hours, weekend_free=rule.weekend_free) if rule else NOT_LATE
    if rule is None or late == NOT_LATE:
        notes.note("components", f"{head}.")
        return mark
    after = rule.apply(mark, late)
    notes.note("late", f"{head} − {shown(mark - after)} for lateness ({said(late)}) = {shown(after)}.")
    return after


def _carried(record: Attempt, standing: Standing, regulations: Regulations) -> Fraction:
    """The unpenalised mark of an earlier attempt."""
    where = f"attempt {record.number} of {record.component}"
    if not regulations.late_fail_carries_forward:
        text = "is carried, and the set does not say late_fail_carries_forward: true."
        raise RegulationError(text, key="late_fail_carries_forward", where=where)
    earlier = standing.record(record.from_attempt)
    if earlier is None or earlier.number >= record.number or earlier.status not in (Status.MARKED, Status.CARRIED):
        text = f"from_attempt {record.from_attempt} is not an earlier attempt with a mark."
        raise RegulationError(text, key="from_attempt", where=where)
    if earlier.status is Status.CARRIED:
        return _carried(earlier, standing, regulations)
    return scaled(earlier, standing.component, regulations)


def _capped(
    record: Attempt, bare: Fraction, after: Fraction, label: str, regulations: Regulations, notes: Notebook
) -> ComponentFigure:
    """Step 3: a reassessment is at most ``cap_at`` where the cap is on components."""
    rule, mark = regulations.reassessment, after
    if record.is_reassessment and rule.cap_level is CapLevel.COMPONENT and rule.cap_at is not None:
        mark = min(after, rule.cap_at)
    if mark < after:
        text = f"{label}: attempt {record.number} is a reassessment, {shown(after)} capped at {shown(mark)}."
        notes.note("cap_level", text)
    return ComponentFigure(
        component=record.component,
        status=record.status,
        attempt=record.number,
        mark=mark,
        unpenalised=bare,
        uncapped=after,
        is_capped=mark < after,
        penalty=bare - after,
        is_reassessment=record.is_reassessment,
    )


def _counting(
    figures: list[ComponentFigure], component: Component, regulations: Regulations, notes: Notebook
) -> ComponentFigure:
    """Step 4: the best after penalty and cap (equal: the earlier), or the last."""
    if regulations.reassessment.counts is Counts.LAST:
        chosen, why = figures[-1], "the last"
    else:
        chosen, why = max(figures, key=lambda figure: (figure.mark or Fraction(0), -figure.attempt)), "the best"
    if len(figures) > 1:
        marks = " and ".join(shown(figure.mark or Fraction(0)) for figure in figures)
        notes.note("counts", f"{component.label}: of {marks}, attempt {chosen.attempt} counts, {why}.")
    return chosen


def is_gate_failed(standing: Standing) -> bool:
    """A gate that is not exempt and whose newest outcome is not a pass."""
    return standing.component.is_gate and not standing.is_exempt and standing.outcome != PASSED
