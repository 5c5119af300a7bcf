"""Results that somebody ratified, version by version."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db import Base, DecimalText
from lti_tool.models.base import Instant, Keyed, Label
from lti_tool.models.board import Decision, Ratification
from lti_tool.models.catalogue import Enrolment


class Award(Keyed, Base):
    """One ratified result of one learner on one run: a pass with its credit, or a fail that stands.

    Never edited: an amendment adds the next version, and both stay readable for ever. A later board (a resit) adds a
    version as well. Personal data: figures, by enrolment. Kept for a lifetime, as records of awards are.
    """

    __tablename__ = "award"
    __table_args__ = (UniqueConstraint("enrolment_id", "version"),)

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    version: Mapped[int]
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    ratification_id: Mapped[int] = mapped_column(ForeignKey("ratification.id"))
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"))
    kind: Mapped[str] = mapped_column(String(20))
    mark: Mapped[Any] = mapped_column(DecimalText, nullable=True)
    grade: Mapped[str] = mapped_column(String(40), default="")
    credit: Mapped[int] = mapped_column(default=0)
    is_capped: Mapped[bool] = mapped_column(default=False)
    code: Mapped[str] = mapped_column(String(40), default="")  # credit_given_before: credit counts once in a family
    awarded_on: Mapped[date]
    ratified_at: Mapped[Instant]
    enrolment: Mapped[Enrolment] = relationship()
    decision: Mapped[Decision] = relationship()
    ratification: Mapped[Ratification] = relationship()


class Revocation(Keyed, Base):
    """An award that no longer stands, and why. Personal data: by award."""

    __tablename__ = "revocation"

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), unique=True)
    ratification_id: Mapped[int] = mapped_column(ForeignKey("ratification.id"))
    reason: Mapped[str] = mapped_column(Text)
    code: Mapped[Label]
    revoked_at: Mapped[Instant]
