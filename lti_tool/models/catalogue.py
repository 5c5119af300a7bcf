"""What can be earned: micro-credentials and their versions, components, runs and who is registered on them."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db import Base, DecimalText
from lti_tool.models.base import Dated, Instant, Keyed, Label, Moment, Owned
from lti_tool.models.people import Person


class RegulationSet(Dated, Keyed, Base):
    """One version of the institution's regulations, word for word as it was loaded. No personal data.

    ``cases_passed_at`` is when its own worked cases last all held; without it nothing under it can be published.
    """

    __tablename__ = "regulation_set"
    __table_args__ = (UniqueConstraint("institution_id", "code"),)

    code: Mapped[str] = mapped_column(String(60))  # INV-2026.1: the version is part of it
    name: Mapped[str] = mapped_column(String(60))  # which of the file's `regulations`
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(String(64))
    cases_passed_at: Mapped[Moment]


class Achievement(Dated, Keyed, Base):
    """A micro-credential as a family of versions: credit for it is given once per person. No personal data."""

    __tablename__ = "achievement"
    __table_args__ = (UniqueConstraint("institution_id", "code"),)

    code: Mapped[str] = mapped_column(String(40))


class AchievementVersion(Dated, Keyed, Base):
    """The descriptor, immutable once published: what must be shown, under which regulations, and who ratifies.

    ``authority``: ``record_system`` (its agreed state read back is the ratification), ``minuted`` (an existing board's
    minute, entered by one and confirmed by another) or ``cairn`` (a board here). No personal data.
    """

    __tablename__ = "achievement_version"
    __table_args__ = (UniqueConstraint("achievement_id", "version"),)

    achievement_id: Mapped[int] = mapped_column(ForeignKey("achievement.id"))
    regulation_set_id: Mapped[int | None] = mapped_column(ForeignKey("regulation_set.id"))  # None: no credit
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[Label]
    kind: Mapped[str] = mapped_column(String(20), default="result")  # result: marks; outcomes: met or not yet
    credit: Mapped[int] = mapped_column(default=0)
    credit_scheme: Mapped[str] = mapped_column(String(20), default="SCQF")
    level: Mapped[int | None]
    hours: Mapped[int] = mapped_column(default=0)
    outcomes: Mapped[list[Any]] = mapped_column(JSON, default=list)  # [{"code": "LO1", "text": …}]
    authority: Mapped[str] = mapped_column(String(20), default="cairn")
    state: Mapped[str] = mapped_column(String(20), default="draft")  # draft, published, retired
    published_at: Mapped[Moment]
    achievement: Mapped[Achievement] = relationship()
    regulation_set: Mapped[RegulationSet | None] = relationship()
    components: Mapped[list["Component"]] = relationship(order_by="Component.position", back_populates="version")


class Component(Owned, Base):
    """One part of the assessment, with its weight in percent; a gate is pass or fail and weighs nothing.

    ``authority``: where its marks are made, ``lms`` or ``cairn``; fixed before the first mark. No personal data.
    """

    __tablename__ = "component"
    __table_args__ = (UniqueConstraint("version_id", "code"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("achievement_version.id"))
    code: Mapped[str] = mapped_column(String(40))
    title: Mapped[Label]
    position: Mapped[int] = mapped_column(default=0)
    weight: Mapped[Any] = mapped_column(DecimalText)
    out_of: Mapped[Any] = mapped_column(DecimalText, nullable=True)
    must_reach: Mapped[Any] = mapped_column(DecimalText, nullable=True)
    is_gate: Mapped[bool] = mapped_column(default=False)
    authority: Mapped[str] = mapped_column(String(10), default="lms")
    version: Mapped[AchievementVersion] = relationship(back_populates="components")


class Run(Dated, Keyed, Base):
    """One presentation, named as the record system names it: module run, occurrence and period.

    ``sitting``: a gradebook shows a resit mark where the first one stood. Which of the two it is, a person says by
    opening the next sitting; until then another mark is a correction. No personal data.
    """

    __tablename__ = "run"
    __table_args__ = (UniqueConstraint("institution_id", "code", "occurrence", "period"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("achievement_version.id"))
    code: Mapped[str] = mapped_column(String(60))
    occurrence: Mapped[str] = mapped_column(String(60), default="")
    period: Mapped[str] = mapped_column(String(60), default="")
    title: Mapped[Label]
    board_number: Mapped[int] = mapped_column(default=1)  # the next board of this run: 1 first sitting, 2 resit …
    sitting: Mapped[int] = mapped_column(default=1)
    board_on: Mapped[date | None]
    version: Mapped[AchievementVersion] = relationship()
    components: Mapped[list["RunComponent"]] = relationship(back_populates="run", order_by="RunComponent.id")


class RunComponent(Keyed, Base):
    """A component in a run, or with no component the overall result, and what the record system calls it.

    ``authority_fixed_at``: since the first mark, the component's authority can no longer change. No personal data.
    """

    __tablename__ = "run_component"
    __table_args__ = (UniqueConstraint("run_id", "component_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    component_id: Mapped[int | None] = mapped_column(ForeignKey("component.id"))
    remote_component: Mapped[Label]
    scale: Mapped[Label]
    due_at: Mapped[Moment]
    authority: Mapped[str] = mapped_column(String(10), default="lms")
    authority_fixed_at: Mapped[Moment]
    run: Mapped[Run] = relationship(back_populates="components")
    component: Mapped[Component | None] = relationship()


class Enrolment(Dated, Keyed, Base):
    """One person's registration on one run, by the record system's extract; the regulations are pinned here.

    Personal data: the registration number. Erased with the person, the rest is kept as long as the award.
    """

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("run_id", "registration"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    regulation_set_id: Mapped[int | None] = mapped_column(ForeignKey("regulation_set.id"))
    registration: Mapped[str] = mapped_column(String(60))
    remote_person: Mapped[Label]  # the record system's opaque id of the person, where the extract has it
    category: Mapped[Label]
    status: Mapped[str] = mapped_column(String(20), default="registered")  # registered, paused, withdrawn
    status_on: Mapped[date | None]
    run: Mapped[Run] = relationship()
    person: Mapped[Person] = relationship()


class ExtractImport(Owned, Base):
    """One reading of a registration extract: which file, by whom, with what totals. Personal data: none but ids."""

    __tablename__ = "extract_import"

    digest: Mapped[str] = mapped_column(String(64))
    file_name: Mapped[Label]
    rows: Mapped[int]
    totals: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    imported_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    imported_at: Mapped[Instant]
