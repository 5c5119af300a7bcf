"""The audit log: append, and verify the chain."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.audit import AuditEntry, AuditHead
from lti_tool.models.people import Person
from lti_tool.services.vault import sealer_of

Details = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, kw_only=True)
class ChainReport:
    """What verifying found: how many entries, where the chain breaks first (a sentence), and its last hash."""

    entries: int
    erased: int
    head: str
    problem: str = ""

    @property
    def is_valid(self) -> bool:
        return not self.problem


def record(
    session: Session, *, institution_id: int, action: str, subject: str, now: datetime, actor: int | None = None,
    person: int | None = None, clause: str = "", details: Details | None = None,
) -> AuditEntry:
    """Append one entry in the transaction of the act itself; ``details`` may be personal, they are sealed."""
    head = _locked_head(session, institution_id)
    head.number += 1
    salt = secrets.token_bytes(16)
    plain = json.dumps(dict(details or {}), sort_keys=True, ensure_ascii=False).encode()
    entry = AuditEntry(
        institution_id=institution_id, number=head.number, at=now, actor_id=actor, action=action, subject=subject,
        person_id=person, clause=clause, salt=salt, commitment=_commit(salt, plain), previous=head.hash, hash="",
        details=sealer_of(session).seal(plain, _place(institution_id, head.number)),
    )
    entry.hash = head.hash = _link(entry)
    session.add(entry)
    session.flush()
    return entry


def details_of(session: Session, entry: AuditEntry) -> dict[str, str | int | bool | None]:
    """What an entry says in detail; nothing once its person is erased."""
    if entry.details is None:
        return {}
    opened = sealer_of(session).open(entry.details, _place(entry.institution_id, entry.number))
    found: dict[str, str | int | bool | None] = json.loads(opened)
    return found


def forget(session: Session, person_id: int) -> int:
    """Take salt and details of every entry about a person away; the chain stays valid. Returns how many."""
    entries = session.scalars(select(AuditEntry).where(AuditEntry.person_id == person_id)).all()
    for entry in entries:
        entry.salt = entry.details = None
    return len(entries)


def verify(session: Session, institution_id: int) -> ChainReport:
    """Walk the chain from its first entry: every number, link, hash and readable commitment, and the head."""
    previous, number, erased = "", 0, 0
    entries = select(AuditEntry).where(AuditEntry.institution_id == institution_id).order_by(AuditEntry.number)
    with closing(session.scalars(entries.execution_options(yield_per=500))) as walk:
        for entry in walk:
            number += 1
            problem = _problem(session, entry, number, previous)
            if problem:
                return ChainReport(entries=number, erased=erased, head=previous, problem=problem)
            erased += entry.details is None
            previous = entry.hash
    head = session.get(AuditHead, institution_id)
    expected = (head.number, head.hash) if head else (0, "")
    problem = "" if expected == (number, previous) else f"the chain ends at {number}, its head says {expected[0]}."
    return ChainReport(entries=number, erased=erased, head=previous, problem=problem)


def _problem(session: Session, entry: AuditEntry, number: int, previous: str) -> str:
    if entry.number != number:
        return f"entry {number} is missing."
    if entry.previous != previous or entry.hash != _link(entry):
        return f"entry {number} was changed."
    if entry.details is None or entry.salt is None:
        person = session.get(Person, entry.person_id) if entry.person_id else None
        is_forgotten = person is not None and person.erased_at is not None
        return "" if is_forgotten else f"the details of entry {number} are gone, and nobody they concern was erased."
    plain = sealer_of(session).open(entry.details, _place(entry.institution_id, entry.number))
    if _commit(entry.salt, plain) != entry.commitment:
        return f"the details of entry {number} were changed."
    return ""


def _locked_head(session: Session, institution_id: int) -> AuditHead:
    head = session.get(AuditHead, institution_id, with_for_update=True)
    if head is None:
        head = AuditHead(institution_id=institution_id, number=0, hash="")
        session.add(head)
        session.flush()
    return head


def _place(institution_id: int, number: int) -> str:
    return f"audit:{institution_id}:{number}"


def _commit(salt: bytes, plain: bytes) -> str:
    return hashlib.sha256(salt + plain).hexdigest()


def _link(entry: AuditEntry) -> str:
    parts = [
        entry.previous, str(entry.institution_id), str(entry.number), entry.at.astimezone(UTC).isoformat(),
        str(entry.actor_id), entry.action, entry.subject, str(entry.person_id), entry.clause, entry.commitment,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
