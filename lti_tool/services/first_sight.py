"""Whether a number may name somebody, asked within the one look of a launch at what is known.

Most of those who open a link are on no extract of ours, and the whole of the matching rules costs more than a launch.
"""

from typing import Any

from sqlalchemy import bindparam, exists, or_

from lti_tool.lti.values import Launch
from lti_tool.models.people import PersonIdentifier
from lti_tool.services import identity, student_numbers

FORMS = ("upper", "lower", "as_sent")


def somebody(institution_id: Any) -> Any:
    """Somebody of this institution has the number, in one of the ways of writing it that :func:`forms` gives."""
    kind, value = PersonIdentifier.kind, PersonIdentifier.value
    return exists().where(  # each alternative by itself: a list is spelt out anew at every execution
        PersonIdentifier.institution_id == institution_id, or_(*(kind == name for name in student_numbers.NAMING)),
        or_(*(value == bindparam(form) for form in FORMS)),
    )


def forms(launch: Launch) -> dict[str, str | None]:
    """The number of a launch as the database is asked for it; nothing where it is no number."""
    number, sent = _number(launch), launch.user.sourcedid if launch.user else ""
    if not number:
        return dict.fromkeys(FORMS)
    return {"upper": number.upper(), "lower": number.lower(), "as_sent": sent}


def reason(launch: Launch, is_somebody: bool) -> str:
    """Why nobody is meant; empty if somebody may be, which :func:`identity.match_user` then says."""
    if not _number(launch):
        return identity.NO_NUMBER
    return "" if is_somebody else identity.NUMBER_UNKNOWN


def _number(launch: Launch) -> str:
    pattern = launch.registration.student_number_pattern
    return student_numbers.in_one_form(pattern, launch.user.sourcedid) if launch.user else ""
