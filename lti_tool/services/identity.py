"""Who an account in the LMS is: by explicit rules, else by a person's word; never by a guess.

In this order: the student number that the LMS sends (LIS, or a trusted custom field), the ID number of a gradebook
row. An equal e-mail or name is a suggestion for a person to look at (records of two people with one name exist).
"""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.institution import Institution
from lti_tool.models.people import (
    IdentityLink,
    LtiUser,
    Person,
    PersonIdentifier,
    StaffAccount,
)
from lti_tool.services import audit, duties, follow_up, held, missing, outcomes, passback, student_numbers
from lti_tool.services.actors import Actor
from lti_tool.services.errors import NotFound, Refused

NONE, MATCHED, CONFIRMED, AMBIGUOUS = "none", "matched", "confirmed", "ambiguous"
BY_NUMBER, BY_HAND = "student_number", "by_hand"
NO_NUMBER, NUMBER_UNKNOWN = "no_number", "number_unknown"
NUMBER_CHANGED, NUMBER_TWICE, TWO_PEOPLE, UNLINKED = "number_changed", "number_twice", "two_people", "unlinked"
GIVEN_TO_ANOTHER = "given_to_another"
REGISTRY_ONLY = "Only registry says who somebody is."


def match_user(session: Session, lti_user: LtiUser, now: datetime) -> str:
    """Match one account by its student number, and take up what was held of it. Returns the state of the match."""
    if lti_user.match in (CONFIRMED, AMBIGUOUS):  # a person's word stands, and a person's word is needed
        return lti_user.match
    institution = student_numbers.institution_of(session, lti_user.institution_id)
    number = student_numbers.normalise(institution, lti_user.sourcedid)
    people = _people_with(session, institution, number, lti_user.sourcedid)
    if lti_user.match == MATCHED:
        return _recheck(session, lti_user, number, people, now)
    rivals = _rivals(session, lti_user, people[0]) if len(people) == 1 else []
    if rivals:  # one of them has the wrong number, and only a person can say which
        for account in (lti_user, *(rival for rival in rivals if rival.match == MATCHED)):
            _end_links(session, account, now)
            account.match, account.match_reason = AMBIGUOUS, NUMBER_TWICE
    elif len(people) == 1 and outcomes.stand_for_others(session, lti_user, people[0].id):
        lti_user.match, lti_user.match_reason = AMBIGUOUS, GIVEN_TO_ANOTHER
    elif len(people) == 1:
        _link(session, lti_user, people[0], BY_NUMBER, now)
        lti_user.match, lti_user.match_reason = MATCHED, BY_NUMBER
        follow_up.after(session, held.take_up_held(session, lti_user, now), now)
    elif people:
        lti_user.match, lti_user.match_reason = AMBIGUOUS, TWO_PEOPLE
    elif number:  # somebody's number, and nobody's on our extract: a degree student, until an extract says otherwise
        lti_user.match_reason = NUMBER_UNKNOWN
        if not missing.among(session, [lti_user]):
            held.forget(session, lti_user, now)
    else:
        lti_user.match_reason = NO_NUMBER
    return lti_user.match


def rematch(session: Session, institution_id: int, now: datetime) -> int:
    """Try again the accounts whose number named nobody, as after an extract. Returns how many found someone."""
    waiting = session.scalars(select(LtiUser).where(
        LtiUser.institution_id == institution_id, LtiUser.match == NONE, LtiUser.sourcedid != ""
    ).order_by(LtiUser.id)).all()
    return sum(match_user(session, lti_user, now) == MATCHED for lti_user in waiting)


def confirm(session: Session, actor: Actor, lti_user_key: str, person_key: str, now: datetime) -> LtiUser:
    """Registry says who an account is. One person may have several accounts."""
    by = duties.require_role(actor, REGISTRY_ONLY, Role.REGISTRY)
    lti_user, person = _user(session, actor, lti_user_key), _person(session, actor, person_key)
    _say(session, actor, lti_user, person, by, now)
    return lti_user


def join_staff(session: Session, actor: Actor, lti_user_key: str, person_key: str, now: datetime) -> LtiUser:
    """Say that an account in the LMS is a member of staff, so that duties are kept apart across both."""
    text = "Only registry and IT administrators join accounts of staff."
    by = duties.require_role(actor, text, Role.REGISTRY, Role.IT_ADMIN)
    lti_user, person = _user(session, actor, lti_user_key), _person(session, actor, person_key)
    if session.scalar(select(StaffAccount.id).where(StaffAccount.person_id == person.id).limit(1)) is None:
        raise Refused("no_staff", "This person has no staff account. Add one first.")
    _say(session, actor, lti_user, person, by, now)
    return lti_user


def unlink(session: Session, actor: Actor, lti_user_key: str, now: datetime) -> LtiUser:
    """Registry says that an account is not who we thought; it waits for a person's word from then on."""
    by = duties.require_role(actor, REGISTRY_ONLY, Role.REGISTRY)
    lti_user = _user(session, actor, lti_user_key)
    was = lti_user.person_id
    _end_links(session, lti_user, now)
    lti_user.match, lti_user.match_reason = AMBIGUOUS, UNLINKED
    _record(session, "identity_unlinked", lti_user, was, by, now)
    return lti_user


def _say(session: Session, actor: Actor, lti_user: LtiUser, person: Person, by: int, now: datetime) -> None:
    if lti_user.person_id != person.id:
        _end_links(session, lti_user, now)
        _link(session, lti_user, person, BY_HAND, now, by)
    lti_user.match, lti_user.match_reason = CONFIRMED, BY_HAND
    taken_back = outcomes.take_back(session, lti_user, now)
    _record(session, "identity_confirmed", lti_user, person.id, by, now, marks_taken_back=len(taken_back))
    follow_up.after(session, [*taken_back, *held.take_up_held(session, lti_user, now)], now)
    if _was_another(session, lti_user):
        passback.after_rematch(session, lti_user, now)


def _was_another(session: Session, lti_user: LtiUser) -> bool:
    """Whether this account was ever taken for somebody else."""
    return session.scalar(select(IdentityLink.id).where(
        IdentityLink.lti_user_id == lti_user.id, IdentityLink.person_id != lti_user.person_id
    ).limit(1)) is not None


def _recheck(session: Session, lti_user: LtiUser, number: str, people: list[Person], now: datetime) -> str:
    """A match holds while the LMS sends the same person's number, or none; another number needs a person's word."""
    if number and [person.id for person in people] != [lti_user.person_id]:
        _end_links(session, lti_user, now)
        lti_user.match, lti_user.match_reason = AMBIGUOUS, NUMBER_CHANGED
    return lti_user.match


def _rivals(session: Session, lti_user: LtiUser, person: Person) -> list[LtiUser]:
    """Other accounts of the same LMS that are this person, by number or by somebody's word, or that claim to be."""
    claims = select(IdentityLink.lti_user_id).where(IdentityLink.person_id == person.id)
    return list(session.scalars(select(LtiUser).where(
        LtiUser.registration_id == lti_user.registration_id, LtiUser.institution_id == lti_user.institution_id,
        LtiUser.id != lti_user.id, LtiUser.id.in_(claims),
        or_(LtiUser.person_id == person.id, LtiUser.match_reason == NUMBER_TWICE),
    )))


def _people_with(session: Session, institution: Institution, number: str, sent: str) -> list[Person]:
    """Everybody whom this number names, as student or otherwise; it should be one."""
    if not number:
        return []
    return list(session.scalars(
        select(Person).where(Person.id.in_(
            select(PersonIdentifier.person_id).where(
                PersonIdentifier.institution_id == institution.id,
                PersonIdentifier.kind.in_(student_numbers.NAMING),
                PersonIdentifier.value.in_((number.upper(), number.lower(), sent)),
            )
        )).order_by(Person.id)
    ))


def _link(
    session: Session, lti_user: LtiUser, person: Person, rule: str, now: datetime, by: int | None = None
) -> None:
    if lti_user.institution_id != person.institution_id:
        raise NotFound("person")
    session.add(IdentityLink(
        institution_id=lti_user.institution_id, lti_user_id=lti_user.id, person_id=person.id, rule=rule,
        confirmed_by=by, linked_at=now,
    ))
    lti_user.person = person
    session.flush()


def _end_links(session: Session, lti_user: LtiUser, now: datetime) -> None:
    for link in session.scalars(select(IdentityLink).where(
        IdentityLink.lti_user_id == lti_user.id, IdentityLink.ended_at.is_(None)
    )):
        link.ended_at = now
    lti_user.person = None
    session.flush()


def _record(
    session: Session, action: str, lti_user: LtiUser, person_id: int | None, by: int, now: datetime, **details: int
) -> None:
    audit.record(
        session, institution_id=lti_user.institution_id, action=action, subject=f"lti_user:{lti_user.key}", now=now,
        actor=by, person=person_id, details=details,
    )


def _user(session: Session, actor: Actor, key: str) -> LtiUser:
    found = session.scalar(
        select(LtiUser).where(LtiUser.institution_id == actor.institution_id, LtiUser.key == key)
    )
    if found is None:
        raise NotFound("account")
    return found


def _person(session: Session, actor: Actor, key: str) -> Person:
    found = session.scalar(select(Person).where(
        Person.institution_id == actor.institution_id, Person.key == key, Person.erased_at.is_(None)
    ))
    if found is None:
        raise NotFound("person")
    return found
