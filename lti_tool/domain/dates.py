"""How long credit may be used, and by when a micro-credential must be completed."""

from datetime import date, timedelta

LEAP_DAY = (2, 29)


def anniversary(day: date, years: int) -> date:
    """The same day ``years`` later; 29 February stays where the year has one, else it is the 28th."""
    year = day.year + years
    is_missing = (day.month, day.day) == LEAP_DAY and (year % 4 or (year % 100 == 0 and year % 400))
    return day.replace(year=year, day=28 if is_missing else day.day)


def last_valid_day(awarded: date, years: int) -> date:
    """The last day, itself included, on which credit may be used in a larger award."""
    return anniversary(awarded, years)


def is_valid_on(used_on: date, awarded: date, years: int) -> bool:
    """Whether credit may be used: not before it is awarded, and not after the last valid day."""
    return awarded <= used_on <= last_valid_day(awarded, years)


def latest_completion(registered: date, weeks: int, leave_days: int = 0) -> date:
    """Leave moves the end by its own length."""
    return registered + timedelta(weeks=weeks, days=leave_days)
