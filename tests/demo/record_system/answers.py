"""How this server answers: status information, pages of a collection, and the filter that chooses what is in them."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

CONDITION = re.compile(r"\s*([A-Za-z][\w.]*)\s*(!=|>=|<=|=|>|<|~)\s*'((?:[^']|'')*)'\s*")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda ours, asked: ours == asked, "!=": lambda ours, asked: ours != asked,
    ">": lambda ours, asked: ours > asked, "<": lambda ours, asked: ours < asked,
    ">=": lambda ours, asked: ours >= asked, "<=": lambda ours, asked: ours <= asked,
    "~": lambda ours, asked: str(asked) in str(ours),
}


def refusal(status: int, minor: str, words: str) -> Response:
    """An error as OneRoster 1.2 tells it."""
    return as_json({"imsx_StatusInfo": {
        "imsx_codeMajor": "failure", "imsx_severity": "error", "imsx_description": words,
        "imsx_CodeMinor": {"imsx_codeMinorField": [
            {"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": minor},
        ]},
    }}, status)


def as_json(document: object, status: int = 200) -> Response:
    return Response(json.dumps(document, ensure_ascii=False), status, content_type="application/json")


def page(name: str, things: Iterable[dict[str, Any]]) -> Response:
    """The part of a collection that limit, offset and filter ask for, with X-Total-Count and Link."""
    try:
        wanted = parse(request.args.get("filter", ""))
        limit, offset = int(request.args.get("limit", 100)), int(request.args.get("offset", 0))
        if limit < 1 or offset < 0:
            raise ValueError("limit and offset count up from 1 and 0")
        found = [thing for thing in things if wanted(thing)]
    except (ValueError, TypeError) as error:
        return refusal(400, "invalid_filter_field", f"limit, offset or filter cannot be read: {error}")
    if "sort" in request.args:
        field = request.args["sort"]
        found.sort(key=lambda thing: values(thing, field), reverse=request.args.get("orderBy") == "desc")
    answer = as_json({name: found[offset:offset + limit]})
    answer.headers["X-Total-Count"] = str(len(found))
    links = _links(limit, offset, len(found))
    if links:
        answer.headers["Link"] = ", ".join(links)
    return answer


def _links(limit: int, offset: int, total: int) -> list[str]:
    starts = {"first": 0, "last": max(0, (total - 1) // limit * limit)}
    if offset + limit < total:
        starts["next"] = offset + limit
    if offset:
        starts["prev"] = max(0, offset - limit)
    query = request.args.to_dict()
    return [
        f'<{request.base_url}?{urlencode({**query, "limit": limit, "offset": start})}>; rel="{rel}"'
        for rel, start in starts.items()
    ] if total > limit else []


def parse(text: str) -> Callable[[dict[str, Any]], bool]:
    """A filter as a question to a thing: conditions joined by AND or by OR, not by both."""
    conditions: list[tuple[str, str, str]] = []
    joins: set[str] = set()
    rest = text
    while rest.strip():
        found = CONDITION.match(rest)
        if not found:
            raise ValueError(f"near {rest.strip()[:20]!r}")
        conditions.append((found[1], found[2], found[3].replace("''", "'")))
        rest = rest[found.end():]
        if rest:
            word, _, rest = rest.partition(" ")
            if word not in ("AND", "OR") or not rest.strip():
                raise ValueError(f"near {word[:20]!r}")
            joins.add(word)
    if len(joins) > 1:
        raise ValueError("AND and OR cannot be mixed")
    join = any if joins == {"OR"} else all
    return lambda thing: join(_holds(thing, *condition) for condition in conditions)


def _holds(thing: dict[str, Any], field: str, operator: str, asked: str) -> bool:
    compare = COMPARISONS[operator]
    return any(compare(*_alike(value, asked)) for value in values(thing, field))


def _alike(ours: str, asked: str) -> tuple[Any, Any]:
    """Two moments compare as moments: .5Z and Z alone do not sort as text."""
    if "T" in ours and "T" in asked:
        try:
            return datetime.fromisoformat(ours), datetime.fromisoformat(asked)
        except ValueError:
            pass
    return ours, asked


def values(thing: Any, field: str) -> list[str]:
    """What a thing says under a dotted name; of a reference its id counts, of a list each member."""
    things = [thing]
    for name in _names(thing, field):
        things = [one[name] for one in things if isinstance(one, dict) and name in one]
        things = [one for many in things for one in (many if isinstance(many, list) else [many])]
    return [str(one.get("sourcedId", one.get("identifier", ""))) if isinstance(one, dict) else str(one)
            for one in things]


def _names(thing: Any, field: str) -> list[str]:
    """``metadata.cairn.final`` is one key below metadata: what follows that word may hold dots of its own."""
    head, _, rest = field.partition(".")
    return [head, rest] if head == "metadata" and rest else field.split(".")
