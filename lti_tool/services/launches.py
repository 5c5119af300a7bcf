"""Writing a launch down: one look at what is known, then only what is new, in the one transaction of the launch.

The nonce is used up by the launch's own row. Nobody looks for it first: of two that come at once, the second finds it
taken, and leaves nothing behind.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.db import new_key
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.lti.registered import origin_of
from lti_tool.lti.values import CUSTOM, LIS, Launch
from lti_tool.models.catalogue import RunComponent
from lti_tool.models.institution import Institution
from lti_tool.models.people import LtiUser, Membership
from lti_tool.models.platform import Context, LaunchSession, LineItem, ResourceLink
from lti_tool.services import columns, first_sight, linking
from lti_tool.services.launch_facts import add, change, differing, insert_into, known_of
from lti_tool.services.launch_sessions import Found, OpenLaunch, secret_hash

SEEN_EVERY = timedelta(hours=1)  # "last seen" need not be truer than that, and a write per launch is dear
DEFAULT_MAXIMUM = Decimal(100)
# what the teacher is told of a link: it names a component that it may not stand for, or it is a copy made in the course
ANOTHER_RUN, COPY = "another_run", "copy"

Match = Callable[[Session, LtiUser, datetime], object]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A launch that stands: its key for the URL, its secret for the cookie."""

    key: str
    secret: str = field(repr=False)
    found: Found = field(repr=False)  # what its first page would else look up


def record_launch(
    session: Session, launch: Launch, *, now: datetime, lasts: timedelta, match: Match | None = None
) -> Recorded:
    """Bring course, link, column and person up to date, and open a launch session, which uses up the nonce.

    ``match`` says who somebody is who is new, or whose number is. Raises :class:`LaunchRefused` for a deployment that
    is not ours, and for a launch that was used already.
    """
    db = session.connection()
    known = known_of(db, launch)
    if known is None or not (known.deployment_is_active and known.registration_is_active):
        raise LaunchRefused("deployment_unknown", registration_key=launch.registration.key)
    course_id = _course(db, launch, known)
    link_id, note = _link(session, launch, known, course_id, now)
    user_id, is_to_match = _user(db, launch, known, now)
    _membership(db, launch, known, course_id, user_id, now)
    person_id = known.user_person_id
    if is_to_match and match is not None:
        user = session.get_one(LtiUser, user_id)
        match(session, user, now)
        person_id = user.person_id
    return _open(db, launch, known, (course_id, link_id, user_id, person_id), now, lasts, note)


def _course(db: Connection, launch: Launch, known: Row[Any]) -> int | None:
    if launch.course is None:
        return None
    told = {"label": launch.course.label, "title": launch.course.title, "memberships_url": launch.memberships_url}
    # what a launch keeps back, it does not take away
    values: dict[str, Any] = {name: value for name, value in told.items() if value}
    if launch.grades.lineitems:
        values |= {"lineitems_url": launch.grades.lineitems, "scopes": list(launch.grades.scopes)}
    if known.course_id is not None:
        change(db, Context, known.course_id, differing(known, "course", values))
        return int(known.course_id)
    return add(db, Context, {
        **values, "institution_id": known.deployment_institution_id, "deployment_id": known.deployment_id,
        "context_id": launch.course.id,
    })


def _link(
    session: Session, launch: Launch, known: Row[Any], course_id: int | None, now: datetime
) -> tuple[int | None, str]:
    """The link's row, and what its teacher must be told of it, if anything."""
    if launch.link is None or course_id is None:
        return None, ""
    db, note = session.connection(), ""
    component_id = known.link_run_component_id or _component_id(session, launch, known, course_id, now)
    values = {"title": launch.link.title, "run_component_id": component_id}
    link_id = known.link_id
    if link_id is not None:
        change(db, ResourceLink, link_id, differing(known, "link", values))
    else:
        link_id = add(db, ResourceLink, {
            **values, "institution_id": known.deployment_institution_id, "context_id": course_id,
            "resource_link_id": launch.link.id,
        })
    if launch.grades.lineitem and known.line_item_id is None and component_id is not None:
        note = _column(session, launch, launch.link.id, course_id, component_id)
    if launch.component_key and component_id is None:
        note = ANOTHER_RUN
    return int(link_id), note


def _component_id(session: Session, launch: Launch, known: Row[Any], course_id: int, now: datetime) -> int | None:
    """The run component that the link names, if it is of this institution and a link may join the course with its run.

    Teachers can write a link's address and custom fields themselves, every learner of a course can read them, and a
    course that is copied takes last year's along.
    """
    if not launch.component_key:
        return None
    part = session.scalar(select(RunComponent).where(
        RunComponent.key == launch.component_key, RunComponent.institution_id == known.deployment_institution_id,
    ))
    if part is None:
        return None
    course = session.get_one(Context, course_id)
    return part.id if linking.is_open_by_link(session, course, part.run, now.date()) else None


def _column(session: Session, launch: Launch, link: str, course_id: int, component_id: int) -> str:
    """The column of a link that stands for a component; after a course copy or a change of host its URL is another.

    A copy of the link, made in the same course, stands for the component too, and leaves the column where it is.
    """
    column = session.scalar(
        select(LineItem).where(LineItem.context_id == course_id, LineItem.run_component_id == component_id)
    )
    if column is not None:
        if not _is_of(session, column, link):
            return COPY
        column.url, column.state, column.resource_link_id = launch.grades.lineitem, "open", link
        column.missed_at = None
        return ""
    standing = session.get_one(RunComponent, component_id)
    maximum = standing.component.out_of if standing.component else None
    add(session.connection(), LineItem, {
        "institution_id": standing.institution_id, "context_id": course_id,
        "run_component_id": component_id, "resource_id": columns.resource_id_of(standing),
        "url": launch.grades.lineitem, "label": launch.link.title if launch.link else "",
        "maximum": maximum or DEFAULT_MAXIMUM, "holds": "component" if standing.component else "overall",
        "resource_link_id": link,
    })
    return ""


def _is_of(session: Session, column: LineItem, link: str) -> bool:
    """Whether a launch of this link says where the column is: it is its own, or nobody's, or not there any more."""
    if not column.url or column.missed_at is not None:
        return True
    return link == (column.resource_link_id or session.scalar(
        select(ResourceLink.resource_link_id).where(
            ResourceLink.context_id == column.context_id, ResourceLink.run_component_id == column.run_component_id
        ).order_by(ResourceLink.id).limit(1)
    ))


def _user(db: Connection, launch: Launch, known: Row[Any], now: datetime) -> tuple[int | None, bool]:
    """The person's row, and whether it is worth asking who that is."""
    if launch.user is None:
        return None, False
    told = {
        "name": launch.user.name, "email": launch.user.email, "sourcedid": launch.user.sourcedid,
        "number_from": launch.user.number_from,
    }
    if known.user_id is None:
        reason = first_sight.reason(launch, known.is_somebody)
        return add(db, LtiUser, {
            **told, "registration_id": launch.registration.id, "institution_id": known.deployment_institution_id,
            "sub": launch.user.sub, "match_reason": reason, "seen_at": now,
        }), not reason
    if (known.user_number_from, launch.user.number_from) == (LIS, CUSTOM):  # LIS first, whichever came first
        del told["sourcedid"], told["number_from"]
    # a launch that keeps names back does not take away what another one told
    changed = differing(known, "user", {name: value for name, value in told.items() if value})
    change(db, LtiUser, known.user_id, _seen(changed, known.user_seen_at, now))
    return int(known.user_id), "sourcedid" in changed


def _membership(
    db: Connection, launch: Launch, known: Row[Any], course_id: int | None, user_id: int | None, now: datetime
) -> None:
    if course_id is None or user_id is None:
        return
    values = {"role": launch.role.value if launch.role else "", "is_active": True}
    if known.membership_id is not None:
        changed = differing(known, "membership", values)
        change(db, Membership, known.membership_id, _seen(changed, known.membership_seen_at, now))
        return
    add(db, Membership, {
        **values, "institution_id": known.deployment_institution_id, "context_id": course_id, "lti_user_id": user_id,
        "seen_at": now,
    })


def _seen(changed: dict[str, Any], seen_at: datetime, now: datetime) -> dict[str, Any]:
    return {**changed, "seen_at": now} if changed or now - seen_at > SEEN_EVERY else {}


def _open(
    db: Connection, launch: Launch, known: Row[Any], ids: tuple[int | None, int | None, int | None, int | None],
    now: datetime, lasts: timedelta, note: str,
) -> Recorded:
    secret, (course_id, link_id, user_id, person_id) = secrets.token_urlsafe(24), ids
    values: dict[str, Any] = {
        "key": new_key(), "secret_hash": secret_hash(secret), "institution_id": known.deployment_institution_id,
        "registration_id": launch.registration.id, "deployment_id": known.deployment_id, "context_id": course_id,
        "resource_link_id": link_id, "lti_user_id": user_id, "role": launch.role.value if launch.role else "",
        "message_type": launch.message_type, "claims": _kept(launch, note), "expires_at": now + lasts,
    }
    nonce_hash = hashlib.sha256(launch.nonce.encode()).hexdigest()
    try:
        db.execute(insert_into(LaunchSession), {**values, "nonce_hash": nonce_hash, "created_at": now})
    except IntegrityError as error:
        raise LaunchRefused("replayed", registration_key=launch.registration.key) from error
    found = Found(
        launch=OpenLaunch(**values), institution=_institution(known), person_id=person_id, course=_title(launch, known),
    )
    return Recorded(values["key"], secret, found)


def _title(launch: Launch, known: Row[Any]) -> str:
    """What the course is called from now on."""
    if launch.course is None:
        return ""
    return launch.course.title or known.course_title or launch.course.label or known.course_label or ""


def _institution(known: Row[Any]) -> Institution:
    return Institution(
        id=known.deployment_institution_id, key=known.institution_key, code=known.institution_code,
        name=known.institution_name, timezone=known.institution_timezone, words=known.institution_words,
    )


def _kept(launch: Launch, note: str) -> dict[str, Any]:
    """What the pages behind a launch need of its claims; never names."""
    origins = (*launch.registration.origins, origin_of(launch.return_url))
    kept: dict[str, Any] = {"frame_ancestors": sorted({origin for origin in origins if origin})}
    for name in ("return_url", "locale", "document_target", "component_key"):
        if getattr(launch, name):
            kept[name] = getattr(launch, name)
    if note:
        kept["link_note"] = note
    if launch.deep_linking is not None:
        kept["deep_linking"] = launch.deep_linking.as_json()
    return kept
