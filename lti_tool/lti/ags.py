"""Gradebook columns and results (Assignment and Grade Services 2.0), as plain values."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from connectors.base import decimal_of
from connectors.contract import CapturedResult
from connectors.errors import Misconfigured, Unavailable
from connectors.http import Answer
from lti_tool.lti import wire
from lti_tool.lti.service import LINE_ITEM, LINE_ITEM_READ, RESULT_READ, Service

ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"


@dataclass(frozen=True, kw_only=True, slots=True)
class LmsColumn:
    """A line item as the LMS shows it; ``fields`` is all of it, since an update must send back what it read."""

    url: str
    label: str
    maximum: Decimal
    resource_id: str = ""
    resource_link_id: str = ""
    tag: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewColumn:
    """A column to be made. Without a ``resource_id`` nobody could find it again after a course copy."""

    label: str
    maximum: Decimal
    resource_id: str
    tag: str = ""
    resource_link_id: str = ""


def below(line_item_url: str, part: str) -> str:
    """``/scores`` or ``/results`` of a line item: behind the path, with the query kept (Moodle: ``?type_id=``)."""
    parts = urlsplit(line_item_url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{part}"))


def columns(
    service: Service, lineitems_url: str, scopes: Collection[str], *, resource_id: str = ""
) -> Iterator[LmsColumn]:
    """The columns of ours in a course. What a platform does not filter, we do."""
    params = {"resource_id": resource_id} if resource_id else None
    for answer in service.pages(lineitems_url, _reading(scopes), accept=ITEMS_TYPE, params=params):
        for found in _list(answer):
            column = _column(found)
            if column is not None and resource_id in {"", column.resource_id}:
                yield column


def find(service: Service, lineitems_url: str, scopes: Collection[str], resource_id: str) -> LmsColumn | None:
    """The column made for this thing of ours, the first if there are two."""
    return next(columns(service, lineitems_url, scopes, resource_id=resource_id), None)


def find_or_create(service: Service, lineitems_url: str, scopes: Collection[str], new: NewColumn) -> LmsColumn:
    """The column for this thing of ours: making it is not idempotent, so it is looked for first (AGS §3.2.4)."""
    found = find(service, lineitems_url, scopes, new.resource_id)
    return found or create(service, lineitems_url, scopes, new)


def create(service: Service, lineitems_url: str, scopes: Collection[str], new: NewColumn) -> LmsColumn:
    """Make a column. Raises :class:`Misconfigured` where the LMS does not let us."""
    if LINE_ITEM not in scopes:
        raise Misconfigured(
            "The LMS does not let Cairn make columns: a teacher makes one, or an administrator allows it in the tool's "
            "settings there.", code="scope",
        )
    body = {"label": new.label, "scoreMaximum": new.maximum, "resourceId": new.resource_id}
    body |= {"tag": new.tag} if new.tag else {}
    body |= {"resourceLinkId": new.resource_link_id} if new.resource_link_id else {}
    answer = service.call(
        "POST", lineitems_url, [LINE_ITEM], accept=ITEM_TYPE, content_type=ITEM_TYPE, body=wire.dumps(body),
    )
    return _one(answer)


def read(service: Service, line_item_url: str, scopes: Collection[str]) -> LmsColumn:
    """One column, as it is now."""
    return _one(service.call("GET", line_item_url, _reading(scopes), accept=ITEM_TYPE))


def update(service: Service, column: LmsColumn, **changes: object) -> LmsColumn:
    """Change fields of a column, by their names on the wire; a PUT replaces, so all else is sent back as read."""
    body = wire.dumps({**column.fields, **changes})
    return _one(service.call("PUT", column.url, [LINE_ITEM], accept=ITEM_TYPE, content_type=ITEM_TYPE, body=body))


def results(service: Service, line_item_url: str, *, user: str = "") -> Iterator[CapturedResult]:
    """What the column shows, all pages. No ``limit`` is sent (Moodle answers it with a crash), and a filter is not
    relied upon (Open edX ignores it)."""
    params = {"user_id": user} if user else None
    for answer in service.pages(below(line_item_url, "results"), [RESULT_READ], accept=RESULTS_TYPE, params=params):
        for found in _list(answer):
            result = _result(found)
            if result is not None and user in {"", result.user}:
                yield result


def _result(found: object) -> CapturedResult | None:
    if not isinstance(found, Mapping) or not wire.id_of(found.get("userId")):
        return None
    comment = found.get("comment")
    return CapturedResult(
        user=wire.id_of(found["userId"]), score=decimal_of(found.get("resultScore")),
        maximum=decimal_of(found.get("resultMaximum")), comment=comment if isinstance(comment, str) else "",
        changed_at=_instant(found.get("timestamp")),
    )


def _instant(text: object) -> datetime | None:
    """When the result was made. Not in the specification, but Moodle says it, and a resit with the very same mark is
    seen by nothing else. One that no calendar has in UTC is none."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
        return found.astimezone(UTC) if found is not None and found.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _column(found: object) -> LmsColumn | None:
    if not isinstance(found, Mapping) or not isinstance(found.get("id"), str):
        return None
    maximum = decimal_of(found.get("scoreMaximum"))
    return None if maximum is None else LmsColumn(
        url=found["id"], maximum=maximum, fields=dict(found),
        **{ours: _text(found, theirs) for ours, theirs in (
            ("label", "label"), ("resource_id", "resourceId"), ("resource_link_id", "resourceLinkId"), ("tag", "tag"),
        )},
    )


def _one(answer: Answer) -> LmsColumn:
    column = _column(answer.json())
    if column is None:
        raise answer.error("rubbish")
    return column


def _list(answer: Answer) -> list[object]:
    found = answer.json()
    if not isinstance(found, list):
        raise Unavailable("The LMS answered with something that is not a list.", code="rubbish")
    return found


def _reading(scopes: Collection[str]) -> list[str]:
    """Reading needs the read scope by name (Moodle); Open edX grants the full one only."""
    return [LINE_ITEM_READ] if LINE_ITEM_READ in scopes or LINE_ITEM not in scopes else [LINE_ITEM]


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
