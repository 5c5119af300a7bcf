"""The systems of an institution with where their messages stand, and what a message leads on to."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.models.award import Award
from lti_tool.models.delivery import Destination, OutboxMessage
from lti_tool.models.people import Person
from lti_tool.models.platform import Registration
from lti_tool.services import outbox


@dataclass(frozen=True, kw_only=True)
class System:
    """One destination; an LMS is called by its own name."""

    row: Destination
    name: str
    counts: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Links:
    """The award that a message tells of, and the person; empty where there is none."""

    award_key: str = ""
    person_key: str = ""


def systems(session: Session, institution_id: int) -> list[System]:
    """Every destination, by name."""
    counted = session.execute(
        select(OutboxMessage.destination_id, OutboxMessage.state, func.count())
        .where(OutboxMessage.institution_id == institution_id)
        .group_by(OutboxMessage.destination_id, OutboxMessage.state)
    )
    counts: dict[int, dict[str, int]] = {}
    for destination_id, state, count in counted:
        counts.setdefault(destination_id, {})[state] = count
    rows = session.scalars(
        select(Destination).where(Destination.institution_id == institution_id).order_by(Destination.name)
    )
    return [System(row=row, name=name_of(session, row), counts=counts.get(row.id, {})) for row in rows]


def name_of(session: Session, row: Destination) -> str:
    """What staff call it."""
    lms = session.get(Registration, row.registration_id) if row.registration_id else None
    return f"{lms.name}, for scores" if lms else row.name


def links(session: Session, institution_id: int, message_key: str) -> Links:
    """Raises :class:`NotFound`."""
    message = outbox.by_key(session, institution_id, message_key)
    award = session.get(Award, message.award_id) if message.award_id else None
    person = session.get(Person, message.person_id) if message.person_id else None
    return Links(award_key=award.key if award else "", person_key=person.key if person else "")
