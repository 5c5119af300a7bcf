"""Accounts that nobody knows: learners in a course with a micro-credential, of whom no rule says who they are."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.outcome import HeldResult
from lti_tool.models.people import LtiUser, Membership, Person
from lti_tool.models.platform import Context
from lti_tool.services import courses, identity, missing

#: Why an account waits, for the person who looks at it.
REASONS = {
    identity.NO_NUMBER: "The LMS sends no student number for this account.",
    identity.NUMBER_CHANGED:
        "The LMS now sends another student number for this account. Marks that it brought to anybody else are taken "
        "back once you say who it is.",
    identity.GIVEN_TO_ANOTHER:
        "The LMS sends one person's student number, and registry gave a result of this account to another.",
    identity.NUMBER_TWICE: "Two accounts in the LMS send this one student number.",
    identity.NUMBER_UNKNOWN:
        "Nobody has the number that the LMS sends, and a registered learner like this has no account.",
    identity.TWO_PEOPLE: "Two people have the number that the LMS sends.",
    identity.UNLINKED:
        "Somebody said that this account was matched to the wrong person, whose marks from it are taken back once you "
        "say who it is.",
}


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """Somebody it might be, and why one might think so; the same name may be somebody else's."""

    person_key: str
    display_name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Unknown:
    """One account in quarantine. Personal data: name and e-mail, for registry's screen."""

    lti_user_key: str
    name: str
    email: str
    courses: tuple[str, ...]
    reason: str
    held_results: int
    seen_at: datetime
    suggestions: tuple[Suggestion, ...]


def quarantine(session: Session, institution_id: int, context_ids: list[int] | None = None) -> list[Unknown]:
    """Who waits for a person's word, longest known first. A number that is not on our extract is a degree student's,
    who stays out and is only counted, unless somebody of that name or e-mail is missing."""
    taught = courses.teaching_context_ids(session, institution_id)
    contexts = taught if context_ids is None else [found for found in context_ids if found in taught]
    rows = session.scalars(
        select(LtiUser).join(Membership, Membership.lti_user_id == LtiUser.id).where(
            LtiUser.institution_id == institution_id, Membership.context_id.in_(contexts),
            Membership.role == Role.LEARNER, Membership.is_active.is_(True),
            _is_riddle(courses.run_ids_of(session, contexts)),
        ).distinct().order_by(LtiUser.id)
    ).all()
    return [_unknown(session, lti_user, contexts) for lti_user in rows]


def _is_riddle(run_ids: list[int]) -> ColumnElement[bool]:
    return or_(
        LtiUser.match == identity.AMBIGUOUS,
        (LtiUser.match == identity.NONE) & (LtiUser.match_reason != identity.NUMBER_UNKNOWN),
        (LtiUser.match == identity.NONE) & missing.looks_missing(run_ids),
    )


def _unknown(session: Session, lti_user: LtiUser, contexts: list[int]) -> Unknown:
    labels = session.scalars(
        select(Context.label).join(Membership, Membership.context_id == Context.id).where(
            Membership.lti_user_id == lti_user.id, Context.id.in_(contexts)
        ).order_by(Context.label)
    )
    held_results = session.scalar(select(func.count(HeldResult.id)).where(
        HeldResult.lti_user_id == lti_user.id, HeldResult.resolved_at.is_(None)
    ))
    return Unknown(
        lti_user_key=lti_user.key, name=lti_user.name, email=lti_user.email, courses=tuple(labels),
        reason=REASONS.get(lti_user.match_reason, REASONS[identity.NO_NUMBER]), held_results=held_results or 0,
        seen_at=lti_user.seen_at, suggestions=tuple(suggestions(session, lti_user)),
    )


def suggestions(session: Session, lti_user: LtiUser) -> list[Suggestion]:
    """People with the same e-mail first, then with the same name. A suggestion is never a match."""
    found: dict[str, Suggestion] = {}
    for column, value, reason in (
        (Person.email, lti_user.email, "the same e-mail"), (Person.display_name, lti_user.name, "the same name"),
    ):
        if not value.strip():
            continue
        for person in session.scalars(select(Person).where(
            Person.institution_id == lti_user.institution_id, Person.erased_at.is_(None),
            func.lower(column) == value.strip().lower(),
        ).order_by(Person.id).limit(5)):
            found.setdefault(person.key, Suggestion(
                person_key=person.key, display_name=person.display_name, reason=reason
            ))
    return list(found.values())
