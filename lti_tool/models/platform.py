"""The LMS side: registrations, deployments, our keys, and where in a course a link stands."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db import Base, DecimalText, UtcDateTime
from lti_tool.models.base import Dated, Instant, Json, Keyed, Label, Moment, Owned, Sealed, Url


class Registration(Dated, Keyed, Base):
    """An LMS as registered with us. Its key stands in the login address, since (issuer, client id) may occur twice.

    The institution is the one that administers it; whose launches they are, the deployment says (Blackboard has one
    client id for all its customers). No personal data.
    """

    __tablename__ = "registration"
    __table_args__ = (Index("ix_registration_issuer_client_id", "issuer", "client_id"),)

    name: Mapped[Label]
    issuer: Mapped[str] = mapped_column(String(255))
    client_id: Mapped[str] = mapped_column(String(255))
    auth_url: Mapped[Url]
    token_url: Mapped[Url]
    token_audience: Mapped[Url]  # empty: the token URL (Brightspace has one of its own)
    jwks_url: Mapped[Url]
    profile: Mapped[str] = mapped_column(String(40), default="generic")
    student_field: Mapped[str] = mapped_column(String(60), default="")  # with student numbers; mostly none
    is_active: Mapped[bool] = mapped_column(default=True)
    deployments: Mapped[list["Deployment"]] = relationship(back_populates="registration")


class Deployment(Dated, Keyed, Base):
    """One installation of the tool in an LMS; it owns the institution. No personal data."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("registration_id", "deployment_id"),)

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    deployment_id: Mapped[str] = mapped_column(String(255))
    is_active: Mapped[bool] = mapped_column(default=True)
    registration: Mapped[Registration] = relationship(back_populates="deployments")


class ToolKey(Dated, Owned, Base):
    """One of our signing keys: ``next`` is published, ``active`` signs, ``retired`` is still published for a while.

    No personal data.
    """

    __tablename__ = "tool_key"

    kid: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(20), default="active")
    private_sealed: Mapped[Sealed]
    public_jwk: Mapped[Json]
    retired_at: Mapped[Moment]


class Context(Keyed, Base):
    """A course in the LMS, as its launches name it. No personal data."""

    __tablename__ = "context"
    __table_args__ = (UniqueConstraint("deployment_id", "context_id"),)

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    context_id: Mapped[str] = mapped_column(String(255))
    label: Mapped[Label]
    title: Mapped[Label]
    memberships_url: Mapped[Url]  # NRPS
    lineitems_url: Mapped[Url]  # AGS container
    scopes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    roster_read_at: Mapped[Moment]
    deployment: Mapped[Deployment] = relationship()


class TeachingRequest(Dated, Keyed, Base):
    """That a course asks to teach a run which another one teaches, and what was said: one row for the two of them.

    ``state``: asked, let_in, refused or withdrawn; the audit log holds how it came to be.
    Personal data: ids of who asked and who answered. Kept as long as the course.
    """

    __tablename__ = "teaching_request"
    __table_args__ = (UniqueConstraint("context_id", "run_id"),)

    context_id: Mapped[int] = mapped_column(ForeignKey("context.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), index=True)
    state: Mapped[str] = mapped_column(String(20), default="asked")
    asked_at: Mapped[Instant]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # None: a teacher whom no extract names
    answered_at: Mapped[Moment]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    context: Mapped[Context] = relationship()


class ResourceLink(Keyed, Base):
    """A link to us in a course, and the run component it stands for, where one was picked. No personal data."""

    __tablename__ = "resource_link"
    __table_args__ = (UniqueConstraint("context_id", "resource_link_id"),)

    context_id: Mapped[int] = mapped_column(ForeignKey("context.id"))
    resource_link_id: Mapped[str] = mapped_column(String(255))
    title: Mapped[Label]
    run_component_id: Mapped[int | None] = mapped_column(ForeignKey("run_component.id"))


class LineItem(Dated, Keyed, Base):
    """A gradebook column of ours. ``resource_id`` finds it again after a course copy, whatever its URL says then.

    ``resource_link_id``: the link that it belongs to, as the LMS names it; a copy of that link does not move it.

    ``holds`` says which figures travel: ``component`` (marks of the component) or ``overall``; ``sends`` whether we
    post into it at all (marks native to the LMS are never echoed). No personal data.
    """

    __tablename__ = "line_item"
    __table_args__ = (UniqueConstraint("context_id", "resource_id"),)

    context_id: Mapped[int] = mapped_column(ForeignKey("context.id"))
    run_component_id: Mapped[int | None] = mapped_column(ForeignKey("run_component.id"))
    url: Mapped[Url]
    resource_id: Mapped[str] = mapped_column(String(255))
    label: Mapped[Label]
    maximum: Mapped[Any] = mapped_column(DecimalText)
    holds: Mapped[str] = mapped_column(String(20), default="component")
    is_ours_to_fill: Mapped[bool] = mapped_column(default=False)
    release: Mapped[str] = mapped_column(String(20), default="when_ratified")  # or at_once
    state: Mapped[str] = mapped_column(String(20), default="open")  # open, gone
    resource_link_id: Mapped[str] = mapped_column(String(255), default="")  # empty: the first link of its component
    missed_at: Mapped[Moment]  # since when the LMS says that there is no such column; empty once it was read again
    compared_at: Mapped[Moment]  # results last read
    looked_at: Mapped[Moment]  # when the scores that we sent were last looked for
    context: Mapped[Context] = relationship()


class LaunchSession(Keyed, Base):
    """One launch: its key stands in every URL behind it, and opens nothing without the cookie.

    Its nonce is used up by being here: a second launch with it is refused by the database. Personal data: LTI user id.
    Kept for a day after it ends, which is longer than any state lives.
    """

    __tablename__ = "launch_session"
    __table_args__ = (UniqueConstraint("registration_id", "nonce_hash"),)

    secret_hash: Mapped[str] = mapped_column(String(64))
    nonce_hash: Mapped[str] = mapped_column(String(64))
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"))
    context_id: Mapped[int | None] = mapped_column(ForeignKey("context.id"))
    resource_link_id: Mapped[int | None] = mapped_column(ForeignKey("resource_link.id"))
    lti_user_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id"))  # None: an anonymous launch
    role: Mapped[str] = mapped_column(String(40), default="")  # principal context role, or empty: no rights
    message_type: Mapped[str] = mapped_column(String(60))
    claims: Mapped[Json]  # deep linking settings, return address, locale; never names
    created_at: Mapped[Instant]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class ScoreClock(Owned, Base):
    """The last score timestamp of one learner on one column: the next is later by a second at least.

    Personal data: LTI user id. Kept as long as the column.
    """

    __tablename__ = "score_clock"
    __table_args__ = (UniqueConstraint("line_item_id", "lti_user_id"),)

    line_item_id: Mapped[int] = mapped_column(ForeignKey("line_item.id"))
    lti_user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id"))
    last_at: Mapped[Instant]
    last_score: Mapped[Any] = mapped_column(DecimalText, nullable=True)  # the last figure that we asked the LMS to show
    last_maximum: Mapped[Any] = mapped_column(DecimalText, nullable=True)


__all__ = [
    "Context", "Deployment", "LaunchSession", "LineItem", "Registration", "ResourceLink", "ScoreClock",
    "TeachingRequest", "ToolKey",
]
