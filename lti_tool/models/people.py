"""People: one record each, which LTI users, registrations and staff accounts all join."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db import Base, UtcDateTime
from lti_tool.models.base import Dated, Instant, Keyed, Label, Moment, Owned, Sealed


class Person(Dated, Keyed, Base):
    """A human being, once: learner, marker, chair or all three; separation of duties compares persons.

    Personal data: names, e-mail, and the key under which everything personal elsewhere is sealed. Erasing a person
    empties this row and forgets the key; what was sealed is unreadable from then on, and the audit chain stays valid.
    """

    __tablename__ = "person"

    data_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    family_name: Mapped[Label]
    given_name: Mapped[Label]
    display_name: Mapped[Label]  # what the person is called; shown on screens
    email: Mapped[Label]
    erased_at: Mapped[Moment]
    identifiers: Mapped[list["PersonIdentifier"]] = relationship(back_populates="person")


class PersonIdentifier(Owned, Base):
    """A number that names exactly one person at the institution: the student number, an ESI, a staff number.

    Personal data: the number. Erased with the person.
    """

    __tablename__ = "person_identifier"
    __table_args__ = (UniqueConstraint("institution_id", "kind", "value"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    value: Mapped[str] = mapped_column(String(255))  # normalised as the institution writes it
    person: Mapped[Person] = relationship(back_populates="identifiers")


class LtiUser(Dated, Keyed, Base):
    """Somebody as an LMS shows them to us. Who it is, only an :class:`IdentityLink` says.

    Personal data: the LMS's id, names, e-mail and student number as the LMS gave them. Erased with the person.
    """

    __tablename__ = "lti_user"
    __table_args__ = (UniqueConstraint("registration_id", "institution_id", "sub"),)

    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    sub: Mapped[str] = mapped_column(String(255))
    name: Mapped[Label]
    email: Mapped[Label]
    sourcedid: Mapped[Label]  # as it came
    number_from: Mapped[str] = mapped_column(String(10), default="")  # lis, or custom where one is trusted
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    match: Mapped[str] = mapped_column(String(20), default="none")  # none, matched, confirmed, ambiguous
    match_reason: Mapped[Label]
    seen_at: Mapped[Instant]
    person: Mapped[Person | None] = relationship()


class IdentityLink(Owned, Base):
    """That an LTI user is a person: by which rule or by whose word, from when. Links are added and ended, not edited.

    Personal data: ids only.
    """

    __tablename__ = "identity_link"

    lti_user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    rule: Mapped[str] = mapped_column(String(40))  # student_number, by_hand
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    linked_at: Mapped[Instant]
    ended_at: Mapped[Moment]


class Membership(Owned, Base):
    """That an LTI user is in a course, as the roster or a launch last said. Personal data: ids only."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("context_id", "lti_user_id"),)

    context_id: Mapped[int] = mapped_column(ForeignKey("context.id"))
    lti_user_id: Mapped[int] = mapped_column(ForeignKey("lti_user.id"), index=True)
    role: Mapped[str] = mapped_column(String(40), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    seen_at: Mapped[Instant]
    lti_user: Mapped[LtiUser] = relationship()


class StaffAccount(Dated, Keyed, Base):
    """A local account of registry, board, audit and IT staff. Course roles of an LMS never reach here.

    Personal data: login name, by its person.
    """

    __tablename__ = "staff_account"
    __table_args__ = (UniqueConstraint("institution_id", "login"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    login: Mapped[str] = mapped_column(String(255))
    password_hash: Mapped[str] = mapped_column(String(255), default="")
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_last_step: Mapped[int] = mapped_column(default=0)  # a code opens once
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[Moment]
    is_active: Mapped[bool] = mapped_column(default=True)
    person: Mapped[Person] = relationship()
    roles: Mapped[list["StaffRole"]] = relationship(back_populates="account")


class StaffRole(Owned, Base):
    """An institutional role of an account: chair, secretary, external, board_member, registry, auditor, it_admin.

    Personal data: that somebody has this role. Kept as long as the account.
    """

    __tablename__ = "staff_role"
    __table_args__ = (UniqueConstraint("account_id", "role"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    role: Mapped[str] = mapped_column(String(40))
    account: Mapped[StaffAccount] = relationship(back_populates="roles")


class StaffInvitation(Dated, Owned, Base):
    """A one-time link to choose a password and set up the second factor. Only the hash of its token is kept.

    Personal data: whose it is. Taken away by the next invitation of the account.
    """

    __tablename__ = "staff_invitation"

    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    totp_sealed: Mapped[Sealed]
    expires_at: Mapped[Instant]
    used_at: Mapped[Moment]


class StaffSession(Owned, Base):
    """A signed-in browser. Only the hash of its cookie is kept.

    Personal data: whose it is, and when they signed in. Kept until it ends.
    """

    __tablename__ = "staff_session"

    account_id: Mapped[int] = mapped_column(ForeignKey("staff_account.id"))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[Instant]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    account: Mapped[StaffAccount] = relationship()
