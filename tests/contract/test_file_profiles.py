"""The ready profiles, byte by byte against golden files, and what a profile refuses."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.contract import AwardRecord, LearnerIdentity
from connectors.errors import ErrorClass, Rejected
from connectors.file_batch import build
from connectors.file_profiles import READY, Profile, fields_of
from connectors.testing import a_record

WIRE = Path(__file__).parent / "wire" / "file_drop"


def cohort() -> list[AwardRecord]:
    """One plain pass, a nought, an absence, and identifiers that spreadsheets like to spoil."""
    records = []
    people = (("S0000001", "0000001/1"), ("S0000002", "0000002/2"), ("0000003", "0000003/1"))
    results = ((Decimal("67.5"), "marked", "B"), (Decimal(0), "marked", "F"), (None, "absent", ""))
    for (number, registration), (mark, status, grade) in zip(people, results, strict=True):
        learner = LearnerIdentity(student_number=number, registration=registration)
        run = replace(a_record().run, code="IL5101", occurrence="0012", period="2026/7 S1")
        records.append(a_record(
            number, learner=learner, run=run, mark=mark, status=status, grade=grade,
            credit=Decimal(15 if mark else 0), source=replace(a_record().source, course="=1+1"),
        ))
    return records


@pytest.mark.parametrize("name", sorted(READY))
def test_a_ready_profile_writes_exactly_this(name: str) -> None:
    _, content = build(READY[name], cohort(), {})
    assert content == (WIRE / f"{name}.csv").read_bytes()


def test_a_byte_order_mark_where_the_site_wants_one() -> None:
    plain, marked = (replace(READY["sits_marks"], bom=bom).document([]) for bom in (False, True))
    assert marked == b"\xef\xbb\xbf" + plain
    assert plain.endswith(b"RECORD_KEY\r\n")


def test_diacritics_survive_and_delimiters_are_quoted() -> None:
    profile = Profile(name="p", columns={"Nom": "family_name", "Mark": "mark"}, delimiter=";")
    record = a_record(learner=replace(a_record().learner, family_name="Ó Briain; Ψ"))
    assert profile.document([profile.row(record)]).decode() == 'Nom;Mark\r\n"Ó Briain; Ψ";67.5\r\n'


def test_a_pattern_joins_fields_and_is_disarmed_as_a_whole() -> None:
    profile = Profile(name="p", columns={"c": "{component}-{run}", "mark": "mark"})
    assert profile.row(a_record()) == ("'-class-1", "67.5")
    assert fields_of("{component}-{run}") == ("component", "run")


def test_a_final_grade_file_takes_no_components() -> None:
    record = a_record(grade="A", run=replace(a_record().run, component="001"))
    with pytest.raises(Rejected, match="overall") as caught:
        READY["banner_final_grades"].row(record)
    assert caught.value.error_class is ErrorClass.FIX_HERE


def test_what_a_file_needs_and_a_record_has_not_is_named() -> None:
    with pytest.raises(Rejected, match="occurrence"):
        READY["banner_final_grades"].row(a_record(grade="A", run=replace(a_record().run, occurrence="")))


@pytest.mark.parametrize("name", ["sits_marks", "two_column"])
def test_a_line_that_would_say_nothing_is_refused(name: str) -> None:
    with pytest.raises(Rejected, match="mark"):
        READY[name].row(a_record(mark=None, grade="", decision=""))
