"""Erasure and export: a person goes, what was ratified stays under a pseudonym, and the audit chain stays valid."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from lti_tool.domain.ratification import Role
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.delivery import OutboxMessage
from lti_tool.models.outcome import HeldResult
from lti_tool.models.people import (
    LtiUser,
    Person,
    PersonIdentifier,
    StaffAccount,
    StaffInvitation,
    StaffRole,
    StaffSession,
)
from lti_tool.models.platform import LaunchSession
from lti_tool.services import audit, cases, decisions
from lti_tool.services.actors import Actor
from lti_tool.services.duties import require_role
from lti_tool.services.errors import NotFound, Refused

UNDELIVERED = ("ready", "sending", "on_hold")


def erase(session: Session, actor: Actor, person_key: str, now: datetime) -> None:
    """Empty everything that says who somebody is, and forget the key to everything sealed for them.

    Awards, decisions and outcomes stay, of a person whom only a random key names. Cannot be undone.
    """
    by = require_role(actor, "Only registry erases a person.", Role.REGISTRY)
    person = find(session, actor, person_key)
    if person.id == by:
        raise Refused("four_eyes", "Another person must do this; nobody erases themselves.")
    _refuse_while_undelivered(session, person)
    _empty_lti_users(session, person)
    _empty_registrations(session, person)
    _close_accounts(session, person)
    session.execute(delete(PersonIdentifier).where(PersonIdentifier.person_id == person.id))
    person.family_name = person.given_name = person.display_name = person.email = ""
    person.data_key, person.erased_at = None, now
    forgotten = audit.forget(session, person.id)
    audit.record(
        session, institution_id=actor.institution_id, action="person.erase", subject=f"person:{person.key}", now=now,
        actor=by, details={"entries": forgotten},
    )


def waiting(session: Session, person: Person) -> list[str]:
    """The runs on which a result of theirs waits to be ratified; once they are erased, nobody can."""
    mine = select(Enrolment).where(
        Enrolment.person_id == person.id, Enrolment.regulation_set_id.is_not(None)
    ).order_by(Enrolment.id)
    present = [decisions.present(session, enrolment) for enrolment in session.scalars(mine).all()]
    return [row.enrolment.run.code for row in present if row is not None and cases.is_awaiting(session, row)]


def find(session: Session, actor: Actor, person_key: str) -> Person:
    """A person of this institution who has not been erased. Raises."""
    wanted = select(Person).where(Person.institution_id == actor.institution_id, Person.key == person_key)
    person = session.scalar(wanted.with_for_update())
    if person is None:
        raise NotFound("There is no such person.")
    if person.erased_at is not None:
        raise Refused("erased", "This person was erased already.")
    return person


def _refuse_while_undelivered(session: Session, person: Person) -> None:
    """What is still to be sent could not be opened any more, and the record system would never hear of it."""
    waiting = session.scalar(select(func.count(OutboxMessage.id)).where(
        OutboxMessage.person_id == person.id, OutboxMessage.state.in_(UNDELIVERED),
    ))
    if waiting:
        raise Refused("undelivered", f"Messages about this person wait to be sent ({waiting}); deliver or close them.")


def _empty_lti_users(session: Session, person: Person) -> None:
    users = session.scalars(select(LtiUser).where(LtiUser.person_id == person.id)).all()
    for user in users:
        user.name = user.email = user.sourcedid = user.number_from = user.match_reason = ""
        user.sub = f"erased {user.key}"
    numbers = [user.id for user in users]
    session.execute(delete(LaunchSession).where(LaunchSession.lti_user_id.in_(numbers)))
    for held in session.scalars(select(HeldResult).where(HeldResult.lti_user_id.in_(numbers))):
        held.body = None


def _empty_registrations(session: Session, person: Person) -> None:
    for enrolment in session.scalars(select(Enrolment).where(Enrolment.person_id == person.id)):
        enrolment.registration, enrolment.remote_person = f"erased {enrolment.key}", ""


def _close_accounts(session: Session, person: Person) -> None:
    for account in session.scalars(select(StaffAccount).where(StaffAccount.person_id == person.id)):
        account.login, account.password_hash, account.totp_sealed = f"erased {account.id}", "", None
        account.is_active = False
        for model in (StaffRole, StaffSession, StaffInvitation):
            session.execute(delete(model).where(model.account_id == account.id))
