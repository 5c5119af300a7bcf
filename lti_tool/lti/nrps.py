"""The roster of a course (Names and Role Provisioning Services 2.0), as plain values."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import ConnectorError, Rejected
from connectors.http import Answer
from lti_tool.domain.ratification import Role
from lti_tool.lti import wire
from lti_tool.lti.roles import role_of
from lti_tool.lti.service import ROSTER, Service

MEMBERS_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
OLDER_TYPE = "application/vnd.ims.lis.v2.membershipcontainer+json"  # some Canvas and Moodle versions know only this
NOT_THIS_TYPE = {"400", "406", "415"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """Somebody on the roster, as far as the LMS tells. Personal data."""

    user: str
    role: Role | None
    is_active: bool = True
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    sourcedid: str = field(default="", repr=False)


def members(service: Service, memberships_url: str) -> tuple[Member, ...]:
    """The whole roster, or an error: whoever is missing from a part of it has not left the course."""
    found: dict[str, Member] = {}
    for answer in _pages(service, memberships_url):
        for entry in _entries(answer):
            member = _member(entry)
            if member is not None:
                found[member.user] = member
    return tuple(found.values())


def _pages(service: Service, url: str) -> Iterator[Answer]:
    limit = service.platform.roster_limit
    params = {"limit": limit} if limit else None
    pages = service.pages(url, [ROSTER], accept=MEMBERS_TYPE, params=params)
    try:
        yield next(pages)
    except ConnectorError as error:
        if not _is_about_type(error):
            raise
        pages = service.pages(url, [ROSTER], accept=OLDER_TYPE, params=params)
    yield from pages


def _is_about_type(error: ConnectorError) -> bool:
    return error.code in NOT_THIS_TYPE or (isinstance(error, Rejected) and "No handler found" in error.words)


def _entries(answer: Answer) -> list[Any]:
    found = answer.json()
    entries = found.get("members") if isinstance(found, Mapping) else None
    if not isinstance(entries, list):
        raise answer.error("rubbish")
    return entries


def _member(entry: object) -> Member | None:
    if not isinstance(entry, Mapping) or not wire.id_of(entry.get("user_id")):
        return None
    roles = entry.get("roles")
    name = _text(entry, "name") or f"{_text(entry, 'given_name')} {_text(entry, 'family_name')}".strip()
    return Member(
        user=wire.id_of(entry["user_id"]), name=name, email=_text(entry, "email"),
        role=role_of(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else None,
        is_active=entry.get("status", "Active") == "Active", sourcedid=_sourcedid(entry),
    )


def _sourcedid(entry: Mapping[str, Any]) -> str:
    text = _text(entry, "lis_person_sourcedid")
    return "" if text.startswith("$") else text  # a variable that nobody filled


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return "".join(filter(str.isprintable, value))[:255] if isinstance(value, str) else ""
