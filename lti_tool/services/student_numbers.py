"""Student numbers, as the institution writes them.

Institutions differ: ``S1234567`` and ``1234567`` may be one number, ``1234567/2`` a second registration of one student.
``Institution.words["student_number_pattern"]`` is a regular expression for the whole text; its first group, or else the
whole, is the number. Without it, case and blanks are all that is evened out.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.institution import Institution
from lti_tool.models.people import Person, PersonIdentifier
from lti_tool.services.errors import NotFound, Refused

KIND = "student_number"
NAMING = (KIND, "esi", "staff_number")  # the kinds of number that may name somebody
LONGEST = 100
AT_ONCE = 500


def normalise(institution: Institution, text: str) -> str:
    """The number in its one form; empty for what is no student number here."""
    return in_one_form(str(institution.words.get("student_number_pattern") or ""), text)


def in_one_form(pattern: str, text: str) -> str:
    """The same by the institution's pattern alone, which may be empty."""
    bare = "".join(text.split()).upper()
    if not bare or len(bare) > LONGEST or bare.startswith("$"):  # an LMS that knows no value sends "$Person.sourcedId"
        return ""
    if not pattern:
        return bare
    found = _compiled(pattern).fullmatch(bare)
    return (found.group(1) if found.re.groups else found.group()) or "" if found else ""


def institution_of(session: Session, institution_id: int) -> Institution:
    """The institution, whose rules and words count."""
    institution = session.get(Institution, institution_id)
    if institution is None:
        raise NotFound(f"institution {institution_id}")
    return institution


def person_with(session: Session, institution_id: int, number: str) -> Person | None:
    """The person whom a normalised student number names."""
    return session.scalar(
        select(Person).join(PersonIdentifier, PersonIdentifier.person_id == Person.id).where(
            PersonIdentifier.institution_id == institution_id, PersonIdentifier.kind == KIND,
            PersonIdentifier.value == number,
        )
    )


def people_with(session: Session, institution_id: int, numbers: Iterable[str]) -> dict[str, int]:
    """The ids of those whom these normalised numbers name, by number; a few hundred numbers to a query."""
    wanted, found = sorted(numbers), dict[str, int]()
    for start in range(0, len(wanted), AT_ONCE):
        found.update(session.execute(
            select(PersonIdentifier.value, PersonIdentifier.person_id).where(
                PersonIdentifier.institution_id == institution_id, PersonIdentifier.kind == KIND,
                PersonIdentifier.value.in_(wanted[start:start + AT_ONCE]),
            )
        ).tuples().all())
    return found


@lru_cache(maxsize=32)
def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.ASCII | re.IGNORECASE)
    except re.error as error:
        text = "The pattern of student numbers in the institution's settings cannot be read; correct it."
        raise Refused("student_number_pattern", text) from error
