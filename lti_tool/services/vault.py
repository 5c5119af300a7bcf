"""Sealing with the right key: a person's own for what is personal, the installation's for secrets."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.people import Person
from lti_tool.seal import Sealer, SealError

WRONG_KEY = (
    "What this database holds was sealed with another key than those of CAIRN_SECRET_KEYS or CAIRN_SECRET_KEYS_FILE. "
    "Put back the key with which it was set up, behind the new one if there is one: without it nothing can be read."
)


class Erased(SealError):
    """The person was erased, and with them the key: what was sealed for them is gone for good."""


def require_key(session: Session) -> None:
    """Whether our keys are those of this database. Raises :class:`SealError`, before anything is done with others."""
    has_key = select(Person).where(Person.data_key.is_not(None))
    for order in (Person.id, Person.id.desc()):
        person = session.scalars(has_key.order_by(order).limit(1)).first()
        try:
            if person is not None:
                _of_person(session, person)
        except SealError as error:
            raise SealError(WRONG_KEY) from error


def sealer_of(session: Session) -> Sealer:
    """The installation's sealer, which the session factory carries."""
    sealer: Sealer = session.info["sealer"]
    return sealer


def new_person(session: Session, institution_id: int, **names: str) -> Person:
    """A person with a data key of their own, added to the session and flushed."""
    person = Person(institution_id=institution_id, **names)
    session.add(person)
    session.flush()
    person.data_key = sealer_of(session).new_key(f"person:{person.key}")
    return person


def seal_for(session: Session, person: Person, value: dict[str, Any], context: str) -> bytes:
    """A JSON document under the person's key, bound to the place that ``context`` names."""
    return _of_person(session, person).seal(json.dumps(value, ensure_ascii=False).encode(), context)


def open_for(session: Session, person: Person, sealed: bytes, context: str) -> dict[str, Any]:
    """The document again. Raises :class:`SealError`; :class:`Erased` when the person was erased."""
    opened: dict[str, Any] = json.loads(_of_person(session, person).open(sealed, context))
    return opened


def seal_secret(session: Session, value: dict[str, Any], context: str) -> bytes:
    return sealer_of(session).seal(json.dumps(value, ensure_ascii=False).encode(), context)


def open_secret(session: Session, sealed: bytes, context: str) -> dict[str, Any]:
    opened: dict[str, Any] = json.loads(sealer_of(session).open(sealed, context))
    return opened


def _of_person(session: Session, person: Person) -> Sealer:
    if person.data_key is None:
        raise Erased("this person was erased; what was sealed for them can no longer be read.")
    return sealer_of(session).under(person.data_key, f"person:{person.key}")
