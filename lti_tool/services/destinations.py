"""Destinations: the record systems of an institution and, for scores, its LMSs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors import registry
from connectors.contract import CheckReport
from connectors.errors import ConnectorError
from lti_tool.clock import utcnow
from lti_tool.db import Sessions, reading
from lti_tool.domain.ratification import Role
from lti_tool.models.catalogue import AchievementVersion
from lti_tool.models.delivery import Destination, Feed
from lti_tool.models.platform import Registration
from lti_tool.services import audit, records, vault
from lti_tool.services.actors import Actor
from lti_tool.services.connecting import LTI_SCORES as LTI_SCORES
from lti_tool.services.connecting import Connectors as Connectors
from lti_tool.services.connecting import close, place, secrets_of
from lti_tool.services.errors import NotFound, Refused

CAPS_BY = (records.CAIRN, records.RECORD_SYSTEM)


def add(
    session: Session, actor: Actor, *, name: str, connector: str, settings: Mapping[str, str],
    secrets: Mapping[str, str], now: datetime, sends: str = records.OVERALL, caps_by: str = records.CAIRN,
    takes_provisional: bool = False,
) -> Destination:
    """A record system of the institution. Refuses settings with which the connector could not be built."""
    _administrator(actor)
    _check_policy(name, sends, caps_by)
    if session.scalar(_named(actor.institution_id, name)) is not None:
        raise Refused("name_taken", f"There is a destination {name} already; choose another name.")
    _try_out(connector, settings, secrets)
    made = Destination(
        institution_id=actor.institution_id, name=name, connector=connector, settings=dict(settings), sends=sends,
        caps_by=caps_by, takes_provisional=takes_provisional,
    )
    session.add(made)
    session.flush()
    made.secrets_sealed = vault.seal_secret(session, dict(secrets), place(made))
    _note(session, actor, made, "destination.add", {"name": name, "connector": connector}, now)
    return made


def change(
    session: Session, actor: Actor, key: str, *, settings: Mapping[str, str], secrets: Mapping[str, str], now: datetime
) -> Destination:
    """Replace some settings and secrets; those that are not named stay."""
    _administrator(actor)
    found = by_key(session, actor.institution_id, key)
    new, secret = {**found.settings, **settings}, {**secrets_of(session, found), **secrets}
    _try_out(found.connector, new, secret)
    found.settings, found.secrets_sealed = new, vault.seal_secret(session, secret, place(found))
    _note(session, actor, found, "destination.change", {"names": ", ".join(sorted({*settings, *secrets}))}, now)
    return found


def feed(session: Session, actor: Actor, version: AchievementVersion, destination: Destination, now: datetime) -> Feed:
    """Let the results of a micro-credential go to a destination."""
    if not actor.has(Role.REGISTRY, Role.IT_ADMIN):
        raise Refused("role", "Only registry staff and administrators may say where results go.")
    if {version.institution_id, destination.institution_id} != {actor.institution_id}:
        raise NotFound(f"destination {destination.key}")
    found = session.scalar(select(Feed).where(Feed.version_id == version.id, Feed.destination_id == destination.id))
    if found is not None:
        return found
    records.require_readable(version, destination)
    made = Feed(institution_id=actor.institution_id, version_id=version.id, destination_id=destination.id)
    session.add(made)
    session.flush()
    _note(session, actor, destination, "destination.feed", {"version": version.key}, now)
    return made


def check(sessions: Sessions, institution_id: int, key: str) -> CheckReport:
    """Test the connection of a record system; it only reads. Takes the session factory: it calls another machine."""
    with reading(sessions) as session:
        destination = by_key(session, institution_id, key)
        if destination.registration_id is not None:
            raise Refused("lms", "This is an LMS; `cairn platforms check` tests it.")
        connector = registry.configure(destination.connector, destination.settings, secrets_of(session, destination))
    try:
        report = connector.check()
    finally:
        close(connector)
    with sessions.begin() as session:
        session.get_one(Destination, destination.id).checked_at = utcnow()
    return report


def pause(session: Session, actor: Actor, key: str, reason: str, now: datetime) -> Destination:
    """Send nothing there until it is resumed."""
    found = _of_staff(session, actor, key)
    if not reason.strip():
        raise Refused("reason", "Say why the destination is paused; the reason is shown with it.")
    found.is_paused, found.pause_reason = True, reason.strip()[:255]
    _note(session, actor, found, "destination.pause", {"reason": found.pause_reason}, now)
    return found


def resume(session: Session, actor: Actor, key: str, now: datetime) -> Destination:
    """Go on sending; what was waiting is due at once."""
    found = _of_staff(session, actor, key)
    found.is_paused, found.pause_reason = False, ""
    _note(session, actor, found, "destination.resume", {}, now)
    return found


def by_key(session: Session, institution_id: int, key: str) -> Destination:
    """One destination of an institution, by key or name. Raises :class:`NotFound`."""
    found = session.scalar(
        select(Destination).where(Destination.key == key, Destination.institution_id == institution_id)
    ) or session.scalar(_named(institution_id, key))
    if found is None:
        raise NotFound(f"There is no record system {key} here. `cairn destinations list` shows those that are.")
    return found


def of_lms(session: Session, registration_id: int, institution_id: int) -> Destination:
    """The LMS of a registration as a destination of scores; made when the first score is queued."""
    found = session.scalar(select(Destination).where(
        Destination.registration_id == registration_id, Destination.institution_id == institution_id,
    ))
    if found is None:
        key = session.get_one(Registration, registration_id).key
        found = Destination(
            institution_id=institution_id, name=f"lms {key}", connector=LTI_SCORES, registration_id=registration_id,
        )
        session.add(found)
        session.flush()
    return found


def _try_out(connector: str, settings: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    try:
        close(registry.configure(connector, settings, secrets))
    except ConnectorError as error:
        raise Refused("settings", str(error)) from error


def _check_policy(name: str, sends: str, caps_by: str) -> None:
    if not name.strip() or len(name) > 60:
        raise Refused("name", "Give the destination a name of at most 60 characters.")
    if sends not in records.SENDS:
        raise Refused("sends", f"A destination sends one of {', '.join(records.SENDS)}.")
    if caps_by not in CAPS_BY:
        raise Refused("caps_by", f"A cap is applied by one of {', '.join(CAPS_BY)}.")


def _administrator(actor: Actor) -> None:
    if not actor.has(Role.IT_ADMIN):
        raise Refused("role", "Only administrators may set up destinations.")


def _of_staff(session: Session, actor: Actor, key: str) -> Destination:
    if not actor.has(Role.REGISTRY, Role.IT_ADMIN):
        raise Refused("role", "Only registry staff and administrators may pause and resume destinations.")
    return by_key(session, actor.institution_id, key)


def _named(institution_id: int, name: str) -> Any:
    return select(Destination).where(Destination.institution_id == institution_id, Destination.name == name)


def _note(
    session: Session, actor: Actor, destination: Destination, action: str, details: audit.Details, now: datetime
) -> None:
    audit.record(
        session, institution_id=destination.institution_id, action=action, subject=f"destination:{destination.key}",
        now=now, actor=actor.person_id, details=details,
    )

