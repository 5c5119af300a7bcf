"""What a spreadsheet does to ID numbers when somebody opens an export and saves it: names nobody, and is never guessed.

A long number becomes 1.23457E+06, of which only the first figures are left; the zeros before a number go.
"""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import Enrolment
from lti_tool.models.people import PersonIdentifier
from lti_tool.services.student_numbers import KIND

SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+?\d{1,3}", re.ASCII | re.IGNORECASE)
REMEDY = "Export again, and upload the file as it comes, without opening it in a spreadsheet."


class Damage:
    """Knows the numbers on one run that begin with a zero."""

    def __init__(self, session: Session, run_id: int) -> None:
        numbers = session.scalars(
            select(PersonIdentifier.value).join(Enrolment, Enrolment.person_id == PersonIdentifier.person_id)
            .where(Enrolment.run_id == run_id, PersonIdentifier.kind == KIND, PersonIdentifier.value.startswith("0"))
        )
        self._without_zeros = {number.lstrip("0") for number in numbers}

    def to(self, number: str) -> str:
        """What was done to a number that names nobody, with the remedy; empty where nothing seems to be."""
        bare = number.strip()
        if SHORTENED.fullmatch(bare):
            return f"A spreadsheet has shortened the ID number to “{bare}”, so it names nobody any more. {REMEDY}"
        if bare and bare in self._without_zeros:
            return (
                f"The ID number “{bare}” is nobody's, but with a zero before it is a learner's: spreadsheets take such "
                f"zeros away. {REMEDY}"
            )
        return ""
