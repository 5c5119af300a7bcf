"""The audit log: a hash chain per institution over salted commitments."""

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.db import Base
from lti_tool.models.base import Instant, Label, Owned


class AuditHead(Base):
    """The end of an institution's chain; locking it puts entries in order. No personal data."""

    __tablename__ = "audit_head"

    institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"), primary_key=True)
    number: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64), default="")


class AuditEntry(Owned, Base):
    """Who did what, when, to what, under which clause. Added, never edited.

    The chain runs over a commitment, SHA-256(salt · details), and not over the details: when a person is erased, salt
    and details go and the chain still verifies. Personal data: ``details``, sealed; kept as long as its subject.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (UniqueConstraint("institution_id", "number"),)

    number: Mapped[int]
    at: Mapped[Instant]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: Cairn itself
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80), index=True)  # "award:KEY"
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)  # whom it concerns
    clause: Mapped[Label]
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    details: Mapped[bytes | None] = mapped_column(LargeBinary)
    commitment: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
