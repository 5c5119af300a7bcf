"""What is known of a launch, by one statement, and the two ways to write down what is not."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Row, Table, and_, bindparam, insert, inspect, select, update

from lti_tool.db import Base
from lti_tool.lti.values import Launch
from lti_tool.models.institution import Institution
from lti_tool.models.people import LtiUser, Membership
from lti_tool.models.platform import Context, Deployment, LineItem, Registration, ResourceLink
from lti_tool.services import first_sight


def table_of(model: type[Base]) -> Table:
    table = inspect(model).local_table
    assert isinstance(table, Table)
    return table


@cache
def insert_into(model: type[Base]) -> Insert:
    """Built once: building a statement costs more than sending it."""
    return insert(table_of(model))


def known_of(db: Connection, launch: Launch) -> Row[Any] | None:
    """The deployment and whatever of course, link, person, membership and column is here; None: no such deployment."""
    return db.execute(KNOWN, {
        "registration": launch.registration.id, "deployment": launch.deployment_id,
        "course": launch.course.id if launch.course else None, "link": launch.link.id if launch.link else None,
        "sub": launch.user.sub if launch.user else None, "line_item": launch.grades.lineitem or None,
        **first_sight.forms(launch),
    }).one_or_none()


def add(db: Connection, model: type[Base], values: Mapping[str, Any]) -> int:
    """Insert a row that was not there a moment ago. Where another launch was quicker, the database says so."""
    added = db.execute(insert_into(model), values)
    return int(added.inserted_primary_key[0])  # type: ignore[index]  # one row, one key


def differing(known: Row[Any], prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the values that the row at hand does not hold yet; mostly none."""
    return {name: value for name, value in values.items() if getattr(known, f"{prefix}_{name}") != value}


def change(db: Connection, model: type[Base], row_id: int, values: Mapping[str, Any]) -> None:
    if values:
        table = table_of(model)
        db.execute(update(table).where(table.c.id == row_id).values(**values))


def _known() -> Any:
    """Every join runs over a unique index: the cost does not grow with registrations, courses or people."""
    d, r, i, c, rl, u, m, li = map(
        table_of, (Deployment, Registration, Institution, Context, ResourceLink, LtiUser, Membership, LineItem)
    )
    joined = (
        d.join(r, r.c.id == d.c.registration_id).join(i, i.c.id == d.c.institution_id)
        .outerjoin(c, and_(c.c.deployment_id == d.c.id, c.c.context_id == bindparam("course")))
        .outerjoin(rl, and_(rl.c.context_id == c.c.id, rl.c.resource_link_id == bindparam("link")))
        .outerjoin(u, and_(u.c.registration_id == r.c.id, u.c.institution_id == d.c.institution_id,
                           u.c.sub == bindparam("sub")))
        .outerjoin(m, and_(m.c.context_id == c.c.id, m.c.lti_user_id == u.c.id))
        .outerjoin(li, and_(li.c.context_id == c.c.id, li.c.url == bindparam("line_item")))
    )
    columns = (
        *_labelled(d, "deployment", "id", "institution_id", "is_active"), *_labelled(r, "registration", "is_active"),
        *_labelled(i, "institution", "key", "code", "name", "timezone", "words"),
        *_labelled(c, "course", "id", "label", "title", "memberships_url", "lineitems_url", "scopes"),
        *_labelled(rl, "link", "id", "title", "run_component_id"),
        *_labelled(u, "user", "id", "name", "email", "sourcedid", "number_from", "match", "person_id", "seen_at"),
        *_labelled(m, "membership", "id", "role", "is_active", "seen_at"), *_labelled(li, "line_item", "id"),
        first_sight.somebody(d.c.institution_id).label("is_somebody"),
    )
    return select(*columns).select_from(joined).where(
        d.c.registration_id == bindparam("registration"), d.c.deployment_id == bindparam("deployment"),
    ).limit(1)  # of columns there might be two with one address


def _labelled(table: Table, prefix: str, *names: str) -> list[Any]:
    return [table.c[name].label(f"{prefix}_{name}") for name in names]


KNOWN = _known()
