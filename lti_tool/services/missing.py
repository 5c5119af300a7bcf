"""Learners who are registered on a run, and whom no account in the LMS has named yet.

An account whose number nobody has is a degree student, who stays out, unless it looks like one of these: then a digit
may be wrong somewhere, and it waits for a person's word.
"""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from lti_tool.models.catalogue import Enrolment
from lti_tool.models.people import LtiUser, Person


def looks_missing(run_ids: Collection[int] | None = None) -> ColumnElement[bool]:
    """Whether an account (the LtiUser of the query) has the e-mail or the name of somebody who is missing on one of
    these runs, or on any of the institution's."""
    other = aliased(LtiUser)
    has_account = exists().where(other.person_id == Person.id)
    on_these = Enrolment.run_id.in_(run_ids) if run_ids is not None else true()
    return exists().where(
        on_these, Enrolment.institution_id == LtiUser.institution_id, Enrolment.status != "withdrawn",
        Person.id == Enrolment.person_id, Person.erased_at.is_(None), ~has_account,
        or_(
            (LtiUser.email != "") & (func.lower(Person.email) == func.lower(LtiUser.email)),
            (LtiUser.name != "") & (func.lower(Person.display_name) == func.lower(LtiUser.name)),
        ),
    )


def among(session: Session, lti_users: Collection[LtiUser], run_ids: Collection[int] | None = None) -> set[int]:
    """The numbers of those accounts that look like somebody who is missing."""
    ids = [user.id for user in lti_users if user.person_id is None]
    return set(session.scalars(select(LtiUser.id).where(LtiUser.id.in_(ids), looks_missing(run_ids)))) if ids else set()
