"""Was anything changed behind our back? The chain of the audit log, then awards, and what was taken back, beside it."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.audit import AuditEntry
from lti_tool.models.award import Award, Revocation
from lti_tool.services import audit
from lti_tool.services.audit import ChainReport

SAID = ("version", "kind", "mark", "grade", "credit", "code")


def verify(session: Session, institution_id: int) -> ChainReport:
    """What was found, with the first problem as a sentence."""
    report = audit.verify(session, institution_id)
    return report if report.problem else replace(report, problem=_changed(session, institution_id))


def _changed(session: Session, institution_id: int) -> str:
    """Each award beside the entry that granted it, and each taking back beside the entry that says so, both ways."""
    return _granted_otherwise(session, institution_id) or _taken_back_otherwise(session, institution_id)


def _granted_otherwise(session: Session, institution_id: int) -> str:
    held = _awards(session, institution_id)
    for entry in _entries(session, institution_id, "award.grant"):
        award = held.pop(entry.subject, None)
        if award is None:
            return f"the award that entry {entry.number} speaks of is gone."
        said = audit.details_of(session, entry)  # nothing, once its person is erased
        if said and award != {name: said.get(name) for name in SAID}:
            return f"{entry.subject} does not hold what entry {entry.number} says that it was granted with."
    return f"no entry says that {min(held)} was granted." if held else ""


def _taken_back_otherwise(session: Session, institution_id: int) -> str:
    held = _revocations(session, institution_id)
    for entry in _entries(session, institution_id, "award.revoke"):
        why = held.pop(entry.subject, None)
        if why is None:
            return f"{entry.subject} stands again, and entry {entry.number} says that it was taken back."
        said = audit.details_of(session, entry)
        if said and why != (said.get("reason"), said.get("kind")):
            return f"{entry.subject} is taken back for another reason than entry {entry.number} says."
    return f"no entry says that {min(held)} was taken back." if held else ""


def _entries(session: Session, institution_id: int, action: str) -> Iterator[AuditEntry]:
    wanted = select(AuditEntry).where(
        AuditEntry.institution_id == institution_id, AuditEntry.action == action
    ).order_by(AuditEntry.number)
    with closing(session.scalars(wanted.execution_options(yield_per=500))) as walk:
        yield from walk


def _awards(session: Session, institution_id: int) -> dict[str, Mapping[str, Any]]:
    """What each award holds, by the subject of its entry."""
    rows = session.execute(
        select(Award.key, *(getattr(Award, name) for name in SAID)).where(Award.institution_id == institution_id)
    )
    return {f"award:{key}": _as_said(dict(zip(SAID, values, strict=True))) for key, *values in rows}


def _revocations(session: Session, institution_id: int) -> dict[str, tuple[str, str]]:
    """Why each award that was taken back was, by the subject of its entry."""
    rows = session.execute(
        select(Award.key, Revocation.reason, Revocation.code).join(Revocation, Revocation.award_id == Award.id)
        .where(Award.institution_id == institution_id)
    )
    return {f"award:{key}": (reason, code) for key, reason, code in rows}


def _as_said(values: dict[str, Any]) -> Mapping[str, Any]:
    return {**values, "mark": None if values["mark"] is None else str(values["mark"])}
