"""Reading from a OneRoster service: whole collections, single objects, and why it refused."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.base import DIGITS
from connectors.errors import ConnectorError, Unavailable
from connectors.http import Answer, HttpClient
from connectors.symptoms import Fault

PAGE = 1000


def pages(
    http: HttpClient, path: str, names: Sequence[str], chosen: Mapping[str, str] | None = None
) -> Iterator[Mapping[str, Any]]:
    """All members, by offset: the next link of a system behind a gateway may name its inner host.

    A short page is not the last one, since systems lower the limit as they like. Without an order some systems repeat
    members on one page and skip others on the next.
    """
    offset = 0
    while True:
        page: dict[str, str | int] = {"limit": PAGE, "offset": offset}
        answer = http.get(path, params={**page, "sort": "sourcedId", "orderBy": "asc", **(chosen or {})})
        found = members(answer, names)
        yield from found
        offset += len(found)
        total = answer.headers.get("X-Total-Count", "")
        is_last = offset >= int(total) if total.isdecimal() and len(total) < DIGITS else "next" not in answer.links
        if not found or is_last:
            return


def members(answer: Answer, names: Sequence[str]) -> list[Mapping[str, Any]]:
    """The members of one page, under the first of these names that is there."""
    document = answer.json()
    found = next((at(document, name) for name in names if at(document, name) is not None), None)
    if not isinstance(found, list) or not all(isinstance(member, Mapping) for member in found):
        raise Unavailable(f"The record system answered without a list of {names[0]}.", code="rubbish")
    return found


def one(answer: Answer, name: str) -> Mapping[str, Any]:
    """One object, out of its wrapper."""
    found = at(answer.json(), name)
    if not isinstance(found, Mapping):
        raise answer.error("rubbish")
    return found


def explain(answer: Answer) -> Fault:
    """The minor code and the description of an imsx_StatusInfo."""
    try:
        found = answer.json()
    except ConnectorError:
        return Fault(str(answer.status))
    info = at(found, "imsx_StatusInfo") or found
    fields = at(at(info, "imsx_CodeMinor"), "imsx_codeMinorField")
    minor = at(fields[0] if isinstance(fields, list) and fields else None, "imsx_codeMinorFieldValue")
    return Fault(str(minor or answer.status)[:80], str(at(info, "imsx_description") or "")[:200])


def at(value: object, name: str) -> Any:
    """A member of what may be no object at all."""
    return value.get(name) if isinstance(value, Mapping) else None
