"""Was anything changed behind our back? The chain of the audit log, and then each award beside its entry in it."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.audit import AuditEntry
from lti_tool.models.award import Award
from lti_tool.services import audit
from lti_tool.services.audit import ChainReport

SAID = ("version", "kind", "mark", "grade", "credit", "code")


def verify(session: Session, institution_id: int) -> ChainReport:
    """What was found, with the first problem as a sentence."""
    report = audit.verify(session, institution_id)
    return report if report.problem else replace(report, problem=_changed(session, institution_id))


def _changed(session: Session, institution_id: int) -> str:
    held = _awards(session, institution_id)
    entries = select(AuditEntry).where(
        AuditEntry.institution_id == institution_id, AuditEntry.action == "award.grant"
    ).order_by(AuditEntry.number)
    with closing(session.scalars(entries.execution_options(yield_per=500))) as walk:
        for entry in walk:
            award = held.pop(entry.subject, None)
            if award is None:
                return f"the award that entry {entry.number} speaks of is gone."
            said = audit.details_of(session, entry)  # nothing, once its person is erased
            if said and award != {name: said.get(name) for name in SAID}:
                return f"{entry.subject} does not hold what entry {entry.number} says that it was granted with."
    return f"no entry says that {min(held)} was granted." if held else ""


def _awards(session: Session, institution_id: int) -> dict[str, Mapping[str, Any]]:
    """What each award holds, by the subject of its entry."""
    rows = session.execute(
        select(Award.key, *(getattr(Award, name) for name in SAID)).where(Award.institution_id == institution_id)
    )
    return {f"award:{key}": _as_said(dict(zip(SAID, values, strict=True))) for key, *values in rows}


def _as_said(values: dict[str, Any]) -> Mapping[str, Any]:
    return {**values, "mark": None if values["mark"] is None else str(values["mark"])}
