"""Dates and instants as people read them: in the institution's zone, the month in words."""

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from flask import Flask, g

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)


def day(value: date | None) -> str:
    """17 June 2026; of an instant, the day it was in the institution's zone."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(zone())
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def when(value: datetime | None) -> str:
    """17 June 2026, 14:00; the zone is named only where nobody's is known."""
    if value is None:
        return ""
    local = value.astimezone(zone())
    named = "" if g.get("institution") else " UTC"
    return f"{day(value)}, {local:%H:%M}{named}"


def zone() -> tzinfo:
    """That of the institution behind this request."""
    institution = g.get("institution")
    return ZoneInfo(institution.timezone) if institution else UTC


def register(app: Flask) -> None:
    """``{{ moment|when }}`` and ``{{ date|day }}`` in every template."""
    app.add_template_filter(day)
    app.add_template_filter(when)
