"""Reading the roster of a course, all pages, and matching everybody on it by explicit rules.

The network is read with no transaction open. A reading that breaks off changes nothing at all: nobody is taken for gone
because a page was missing (NRPS 2.0 §2.4).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.db import Sessions, reading
from lti_tool.lti import nrps
from lti_tool.lti.nrps import Member
from lti_tool.lti.service import Service
from lti_tool.lti.values import LIS
from lti_tool.models.people import LtiUser, Membership
from lti_tool.models.platform import Context
from lti_tool.services import identity
from lti_tool.services.errors import NotFound, Refused


@dataclass(frozen=True, kw_only=True)
class Course:
    """Where to read: the roster of one course of one LMS."""

    registration_id: int
    url: str


class Roster(Protocol):
    """Whatever reads all pages of a roster; it raises rather than stop in the middle."""

    def members(self, course: Course) -> Iterable[Member]: ...


class LmsRoster:
    """The roster as the LMS itself gives it, by Names and Role Provisioning Services."""

    def __init__(self, lms: Callable[[int], Service]) -> None:
        self._lms = lms

    def members(self, course: Course) -> Iterable[Member]:
        return nrps.members(self._lms(course.registration_id), course.url)


@dataclass(frozen=True, kw_only=True)
class RosterRead:
    """How a reading went: people on the roster, new to us, matched by now, gone since the last time."""

    members: int
    new: int
    matched: int
    gone: int


def read_roster(sessions: Sessions, roster: Roster, context_id: int, now: Clock) -> RosterRead:
    """Read a roster and bring accounts, memberships and matches up to date. Opens its own transactions."""
    with reading(sessions) as session:
        course = _course(session, context_id)
    members = list(roster.members(course))
    with sessions.begin() as session:
        return store(session, context_id, members, now())


def store(session: Session, context_id: int, members: Sequence[Member], now: datetime) -> RosterRead:
    """A complete roster, in one transaction."""
    context = session.get_one(Context, context_id)
    listed = {member.user: member for member in members}
    users, new = _users(session, context, listed, now)
    memberships = {row.lti_user_id: row for row in session.scalars(
        select(Membership).where(Membership.context_id == context_id)
    )}
    for sub, member in listed.items():
        _enrol(session, context, users[sub], memberships.get(users[sub].id), member, now)
    session.flush()
    gone = _gone(memberships, {user.id for user in users.values()}) if listed else 0
    states = [identity.match_user(session, users[sub], now) for sub in sorted(listed)]
    context.roster_read_at = now
    matched = sum(state in (identity.MATCHED, identity.CONFIRMED) for state in states)
    return RosterRead(members=len(listed), new=new, matched=matched, gone=gone)


def _course(session: Session, context_id: int) -> Course:
    context = session.get(Context, context_id)
    if context is None:
        raise NotFound("course")
    if not context.memberships_url:
        text = "The LMS does not share the roster of this course. Ask its administrator to switch on Names and Roles."
        raise Refused("no_roster", text)
    return Course(registration_id=context.deployment.registration_id, url=context.memberships_url)


def _users(
    session: Session, context: Context, listed: dict[str, Member], now: datetime
) -> tuple[dict[str, LtiUser], int]:
    found = {user.sub: user for user in session.scalars(select(LtiUser).where(
        LtiUser.registration_id == context.deployment.registration_id,
        LtiUser.institution_id == context.institution_id, LtiUser.sub.in_(listed),
    ))}
    new = [sub for sub in listed if sub not in found]
    for sub in new:
        found[sub] = LtiUser(
            institution_id=context.institution_id, registration_id=context.deployment.registration_id, sub=sub
        )
        session.add(found[sub])
    for sub, user in found.items():
        _tell(user, listed[sub], now)
    session.flush()
    return found, len(new)


def _tell(user: LtiUser, member: Member, now: datetime) -> None:
    """What a roster keeps back (privacy settings) does not take away what a launch told."""
    user.name = member.name[:255] or user.name or ""
    user.email = member.email[:255] or user.email or ""
    if member.sourcedid:
        user.sourcedid, user.number_from = member.sourcedid[:255], LIS
    user.seen_at = now


def _enrol(
    session: Session, context: Context, user: LtiUser, membership: Membership | None, member: Member, now: datetime
) -> None:
    if membership is None:
        membership = Membership(institution_id=context.institution_id, context_id=context.id, lti_user_id=user.id)
        session.add(membership)
    membership.role, membership.is_active, membership.seen_at = member.role or "", member.is_active, now


def _gone(memberships: dict[int, Membership], listed: set[int]) -> int:
    """Whoever a complete roster no longer names has left the course; the account and all marks stay."""
    left = [row for user_id, row in memberships.items() if user_id not in listed and row.is_active]
    for row in left:
        row.is_active = False
    return len(left)
