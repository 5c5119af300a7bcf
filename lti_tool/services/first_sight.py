"""Whether a number may name somebody, asked by one statement when an account is seen for the first time.

Most of those who open a link are on no extract of ours, and the whole of the matching rules costs more than a launch.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, select

from lti_tool.models.people import PersonIdentifier
from lti_tool.services import identity, student_numbers

KINDS = (student_numbers.KIND, "esi", "staff_number")

SOMEBODY = select(PersonIdentifier.id).where(
    PersonIdentifier.institution_id == bindparam("institution"), PersonIdentifier.kind.in_(KINDS),
    PersonIdentifier.value.in_((bindparam("upper"), bindparam("lower"), bindparam("as_sent"))),
).limit(1)


def reason(db: Connection, institution_id: int, words: Mapping[str, Any], sourcedid: str) -> str:
    """Why nobody is meant; empty if somebody may be, which :func:`identity.match_user` then says."""
    number = student_numbers.in_one_form(words, sourcedid)
    if not number:
        return identity.NO_NUMBER
    found = db.execute(SOMEBODY, {
        "institution": institution_id, "upper": number.upper(), "lower": number.lower(), "as_sent": sourcedid,
    })
    return "" if found.first() else identity.NUMBER_UNKNOWN
