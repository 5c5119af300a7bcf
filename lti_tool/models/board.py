"""Decisions, and the people and minutes that ratify them."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db import Base, DecimalText
from lti_tool.models.base import Dated, Instant, Keyed, Label, Moment, Owned
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.people import Person


class Decision(Keyed, Base):
    """What the regulations say of one learner on the facts known at one moment; provisional until ratified.

    ``inputs_digest``: the same facts give the same digest, so that nobody ratifies what has changed since; ``evidence``
    are the ids of the outcomes (or judgements) that it knew, so that whatever comes later is known to be later.
    Personal data: figures, by enrolment. Kept as long as the award it led to.
    """

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("enrolment_id", "number"),)

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    number: Mapped[int]  # 1, 2, 3 … per enrolment; the highest is the present one
    board_number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    overall_exact: Mapped[str] = mapped_column(Text, default="")  # a fraction as text, "" for no figure
    overall: Mapped[Any] = mapped_column(DecimalText, nullable=True)
    uncapped: Mapped[Any] = mapped_column(DecimalText, nullable=True)  # rounded, where a cap lowered it
    grade: Mapped[str] = mapped_column(String(40), default="")
    credit: Mapped[int] = mapped_column(default=0)
    is_capped: Mapped[bool] = mapped_column(default=False)
    code: Mapped[str] = mapped_column(String(20), default="")
    attempt: Mapped[int] = mapped_column(default=1)
    findings: Mapped[list[Any]] = mapped_column(JSON, default=list)  # [{"key", "ref", "clause", "satisfied", "text"}]
    figures: Mapped[list[Any]] = mapped_column(JSON, default=list)  # per component, decimals as text
    evidence: Mapped[list[int]] = mapped_column(JSON, default=list)
    inputs_digest: Mapped[str] = mapped_column(String(64))
    regulations: Mapped[str] = mapped_column(String(60))
    decided_at: Mapped[Instant]
    enrolment: Mapped[Enrolment] = relationship()


class ExamBoard(Dated, Keyed, Base):
    """A board that meets here (``cairn``), or the minute of one that met elsewhere (``minuted``).

    A minute is entered by one person with its reference, date and the digest of the list, and confirmed by another.
    Personal data: ids only.
    """

    __tablename__ = "exam_board"

    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[Label]
    reference: Mapped[Label]
    held_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(20), default="open")  # open, ratified, refused
    list_digest: Mapped[str] = mapped_column(String(64), default="")
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    members: Mapped[list["BoardMember"]] = relationship(back_populates="board")
    cases: Mapped[list["BoardCase"]] = relationship(back_populates="board", order_by="BoardCase.id")


class BoardMember(Owned, Base):
    """Somebody on a board: ``chair``, ``internal``, ``external`` or ``secretary``. Personal data: ids only."""

    __tablename__ = "board_member"
    __table_args__ = (UniqueConstraint("board_id", "person_id"),)

    board_id: Mapped[int] = mapped_column(ForeignKey("exam_board.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    part: Mapped[str] = mapped_column(String(20))
    is_present: Mapped[bool] = mapped_column(default=False)
    board: Mapped[ExamBoard] = relationship(back_populates="members")
    person: Mapped[Person] = relationship()


class Conflict(Owned, Base):
    """A conflict of interest: the member takes no part in this learner's decision, nor in its quorum.

    Personal data: that two people are close. Kept as long as the award whose board it touched.
    """

    __tablename__ = "conflict"
    __table_args__ = (UniqueConstraint("board_id", "member_id", "learner_id"),)

    board_id: Mapped[int] = mapped_column(ForeignKey("exam_board.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    learner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class BoardCase(Keyed, Base):
    """One learner's decision before a board, as the board saw it. Personal data: by enrolment."""

    __tablename__ = "board_case"
    __table_args__ = (UniqueConstraint("board_id", "enrolment_id"),)

    board_id: Mapped[int] = mapped_column(ForeignKey("exam_board.id"))
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    state: Mapped[str] = mapped_column(String(20), default="listed")  # listed, ratified, left_out
    note: Mapped[Label]
    board: Mapped[ExamBoard] = relationship(back_populates="cases")
    enrolment: Mapped[Enrolment] = relationship()
    decision: Mapped[Decision] = relationship()


class Ratification(Keyed, Base):
    """The act itself: by which authority, on whose word, under which reference. Personal data: ids only."""

    __tablename__ = "ratification"

    authority: Mapped[str] = mapped_column(String(20))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("exam_board.id"))
    reference: Mapped[Label]
    held_on: Mapped[date]
    list_digest: Mapped[str] = mapped_column(String(64), default="")
    by_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: the record system
    ratified_at: Mapped[Instant]


class Amendment(Dated, Keyed, Base):
    """A proposal to change a ratified result, and what became of it. The new result is always derived, never typed.

    Personal data: by enrolment. Kept as long as the award.
    """

    __tablename__ = "amendment"
    __table_args__ = (  # one proposal at a time: of two made at the same instant, the database lets one in
        Index(
            "uq_amendment_enrolment_id_proposed", "enrolment_id", unique=True,
            sqlite_where=text("state = 'proposed'"), postgresql_where=text("state = 'proposed'"),
        ),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
    reason: Mapped[str] = mapped_column(Text)
    authority_reference: Mapped[Label]  # chair's action 2026/07
    proposed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(20), default="proposed")  # proposed, approved, refused
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[Moment]
    enrolment: Mapped[Enrolment] = relationship()
    decision: Mapped[Decision] = relationship()
