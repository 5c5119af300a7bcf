"""A file of regulation sets and worked cases: read strictly, run, and reported case by case.

The header of the worked-case file defines the format. Where it leaves room, this is how it is read here:

- A bare number for a decimal is refused even when it is whole; null means left out for whatever may be left out.
- ``carried`` needs ``late_fail_carries_forward: true``, and an earlier attempt with a mark to carry.
- ``fail_no_right`` looks at every record that stands, not only the newest attempt; exempt components are left out.
- Exempting everything that weighs is an error, also where a gate remains; it is found before any precedence.
- A raw mark beside a status other than ``marked`` counts for nothing; an attempt without a due of its own has its
  component's, be it a reassessment.
- Decided exactly with a pass mark between two reportable figures, a pass reports the pass mark itself.
- ``distinction_needs_no_capped`` looks at the items that count, and never bars the only word that there is.
- Of items, only PASS counts and only RESIT and FAIL_FINAL can be compensated; credit is not valid before its award.
- ``outstanding`` lists, like reasons, compare in any order; ``cap_at`` beside ``cap_level: none`` has no effect.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lti_tool.domain.comparing import Comparison, Difference
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.fields import Fields
from lti_tool.domain.regulations import KEYS, Regulations, from_mapping
from lti_tool.domain.schemes import Scale, scales_from
from lti_tool.domain.worked_checks import CONVERT_KEYS, DATES_KEYS, QUORUM_KEYS, run_convert, run_dates, run_quorum
from lti_tool.domain.worked_results import OUTCOMES_KEYS, RESULT_KEYS, run_outcomes, run_result
from lti_tool.domain.worked_stacks import STACK_KEYS, run_stack
from lti_tool.domain.worked_workflows import WORKFLOW_KEYS, read_workflow

FORMAT_VERSION = 1
FILE_KEYS = frozenset({"version", "scales", "regulations", "cases"})
KINDS = {
    "result": RESULT_KEYS,
    "outcomes": OUTCOMES_KEYS,
    "stack": STACK_KEYS,
    "dates": DATES_KEYS,
    "convert": CONVERT_KEYS,
    "quorum": QUORUM_KEYS,
    "workflow": WORKFLOW_KEYS,
}


#: The kinds that need nothing but themselves; ``result`` also needs the sets, and ``workflow`` is not run here.
RUNNERS: Mapping[str, Callable[[Fields], Comparison]] = {
    "outcomes": run_outcomes,
    "stack": run_stack,
    "dates": run_dates,
    "convert": run_convert,
    "quorum": run_quorum,
}


class CaseStatus(StrEnum):
    """What became of a case."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"  # not run here: it needs people and states


@dataclass(frozen=True, kw_only=True)
class CaseResult:
    """One case with its differences, each saying where, what was expected and what was found."""

    id: str
    title: str
    status: CaseStatus
    differences: tuple[Difference, ...] = ()
    kind: str = ""
    proves: str = ""  # the set that a result case runs unchanged


@dataclass(frozen=True, kw_only=True)
class Report:
    """All cases of a file."""

    results: tuple[CaseResult, ...]

    @property
    def holds(self) -> bool:
        """No case failed, and there was one to run or read."""
        return bool(self.results) and not self.with_status(CaseStatus.FAILED)

    def with_status(self, status: CaseStatus) -> tuple[CaseResult, ...]:
        return tuple(result for result in self.results if result.status is status)

    def proves(self, regulation: str) -> bool:
        """All cases hold, and one of them runs this very set without changing it."""
        passed = self.with_status(CaseStatus.PASSED)
        return self.holds and any(result.proves == regulation for result in passed)


def check(mapping: object) -> Report:
    """Run every case of a parsed file; what cannot be read is an error that names the key and the case."""
    fields = _file(mapping)
    scales, sets = _scales(fields), _sets(fields)
    for name in sets:
        from_mapping(sets[name], scales=scales, version=name)
    entries = fields.entries("cases") if fields.has("cases") else ()
    cases = [_case(entry, n) for n, entry in enumerate(entries)]
    ids = [case.text("id") for case in cases]
    for n, case in enumerate(cases):
        if ids.index(ids[n]) != n:
            raise case.error("id", f"{ids[n]!r} is used twice.")
    return Report(results=tuple(_run(case, sets, scales) for case in cases))


def regulations_in(mapping: object) -> dict[str, Regulations]:
    """The regulation sets of a parsed file, by name; the name is the version."""
    fields = _file(mapping)
    scales, sets = _scales(fields), _sets(fields)
    return {name: from_mapping(entry, scales=scales, version=name) for name, entry in sets.items()}


def _file(mapping: object) -> Fields:
    fields = Fields(mapping, "file", FILE_KEYS)
    if fields.integer("version") != FORMAT_VERSION:
        raise fields.error("version", f"must be {FORMAT_VERSION}, the format that is read here.")
    return fields


def _scales(fields: Fields) -> Mapping[str, Scale]:
    return scales_from(fields.raw("scales")) if fields.has("scales") else {}


def _sets(fields: Fields) -> Mapping[str, Mapping[object, object]]:
    """The sets as written, so that a case can override keys of them."""
    written = fields.maybe("regulations", fields.raw)
    names = [str(name) for name in written] if isinstance(written, Mapping) else []
    if written is None:
        return {}
    sets = Fields(written, "regulations", names)
    return {name: Fields(sets.raw(name), f"regulations {name}", (*KEYS, "clauses")).mapping for name in names}


def _case(entry: object, n: int) -> Fields:
    """The fields of one case; its id is its place in every error, its kind says which keys it has."""
    named = entry.get("id") if isinstance(entry, Mapping) else None
    where = named if isinstance(named, str) and named else f"cases[{n}]"
    if not isinstance(entry, Mapping):
        raise RegulationError("a case must have keys with values.", where=where)
    kind = Fields(entry, where, [str(key) for key in entry]).choice("kind", KINDS)
    return Fields(entry, where, {"id", "kind", *KINDS[kind]})


def _run(case: Fields, sets: Mapping[str, Mapping[object, object]], scales: Mapping[str, Scale]) -> CaseResult:
    kind, title = case.text("kind"), case.maybe("title", case.text) or ""
    if kind == "workflow":
        read_workflow(case)
        return CaseResult(id=case.text("id"), title=title, status=CaseStatus.NOT_RUN, kind=kind)
    comparison = run_result(case, sets, scales) if kind == "result" else RUNNERS[kind](case)
    differences = tuple(comparison.differences)
    return CaseResult(
        id=case.text("id"),
        title=title,
        status=CaseStatus.FAILED if differences else CaseStatus.PASSED,
        differences=differences,
        kind=kind,
        proves=case.text("regulation") if kind == "result" and not case.has("with") else "",
    )
