"""What was captured: outcomes, only ever added; readings; and results of nobody we know yet."""

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db import Base, DecimalText
from lti_tool.models.base import Instant, Keyed, Label, Moment, Owned
from lti_tool.models.catalogue import Enrolment, RunComponent


class CaptureRun(Keyed, Base):
    """One reading of one source, and how it went; ``problems`` names rows, not people. No personal data."""

    __tablename__ = "capture_run"

    run_component_id: Mapped[int] = mapped_column(ForeignKey("run_component.id"), index=True)
    source: Mapped[str] = mapped_column(String(40))  # ags, moodle_csv, canvas_csv, marksheet
    line_item_id: Mapped[int | None] = mapped_column(ForeignKey("line_item.id"))  # the column that was read
    file_digest: Mapped[str | None] = mapped_column(String(64))  # SHA-256 of the file that was taken in
    started_at: Mapped[Instant]
    finished_at: Mapped[Moment]
    totals: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    problem: Mapped[Label]
    by_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Outcome(Keyed, Base):
    """One learner's result on one component, as its source showed it at one moment.

    Rows are only added; a corrected mark is a new outcome. ``standing``: ``counted`` (it was the newest of its
    authority when it came), ``older`` (it arrived late and changes nothing), ``compared`` (from the side that has no
    authority), ``echo`` (our own score, come back). One with the source ``identity`` takes back what an account showed
    that turned out to be another person's.
    Personal data: marks, by enrolment. Kept as long as the award they support.
    """

    __tablename__ = "outcome"
    __table_args__ = (
        UniqueConstraint("run_component_id", "enrolment_id", "delivery"),
        Index("ix_outcome_enrolment_id_run_component_id", "enrolment_id", "run_component_id"),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    run_component_id: Mapped[int] = mapped_column(ForeignKey("run_component.id"))
    capture_run_id: Mapped[int | None] = mapped_column(ForeignKey("capture_run.id"))
    lti_user_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id"), index=True)  # whose account showed it
    board_number: Mapped[int] = mapped_column(default=1)  # the board that this result comes before
    attempt: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(20))
    raw: Mapped[Any] = mapped_column(DecimalText, nullable=True)
    out_of: Mapped[Any] = mapped_column(DecimalText, nullable=True)
    gate: Mapped[str] = mapped_column(String(10), default="")  # pass or fail, on a gate
    submitted_at: Mapped[Moment]
    extension_hours: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[Moment]
    is_first_sit: Mapped[bool] = mapped_column(default=False)
    from_attempt: Mapped[int | None]
    markers: Mapped[list[Any]] = mapped_column(JSON, default=list)  # decimals as text, while unagreed
    agreed_by: Mapped[Label]
    marked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # separation of duties
    source: Mapped[str] = mapped_column(String(40))
    delivery: Mapped[str] = mapped_column(String(64))  # digest of the reading: the same one twice is one row
    standing: Mapped[str] = mapped_column(String(20))
    source_at: Mapped[Moment]  # the source's own time of the result
    read_at: Mapped[Instant]
    enrolment: Mapped[Enrolment] = relationship()
    run_component: Mapped[RunComponent] = relationship()


class HeldResult(Keyed, Base):
    """A result whose learner is not known: quarantined, never guessed, and taken up once somebody says who it is.

    Personal data: sealed, under the institution's key. Kept until resolved.
    """

    __tablename__ = "held_result"
    __table_args__ = (UniqueConstraint("run_component_id", "delivery"),)

    run_component_id: Mapped[int] = mapped_column(ForeignKey("run_component.id"))
    lti_user_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id"), index=True)
    delivery: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(40))  # unknown, ambiguous, not_registered
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    held_at: Mapped[Instant]
    resolved_at: Mapped[Moment]


class Judgement(Owned, Base):
    """Whether one learner has met one learning outcome, in a competency-based micro-credential. Rows are only added.

    Personal data: by enrolment. Kept as long as the award it supports.
    """

    __tablename__ = "judgement"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(40))
    board_number: Mapped[int] = mapped_column(default=1)
    is_met: Mapped[bool]
    is_agreed: Mapped[bool] = mapped_column(default=True)  # False while two assessors differ
    marked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    judged_at: Mapped[Instant]
    enrolment: Mapped[Enrolment] = relationship()
