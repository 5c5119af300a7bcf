import pytest

from lti_tool.domain.clauses import Clause, Notebook, clauses_from
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.regulations import KEYS

from .facts import fields

CAP = Clause("5.4", "A reassessment is capped.")


def test_a_finding_quotes_the_clause_of_its_key() -> None:
    notes = Notebook({"pass_mark": Clause("3.1", "Fifty passes.")})
    notes.note("pass_mark", "Pass mark 50 reached.", True)
    assert notes.findings[0].clause == Clause("3.1", "Fifty passes.")


@pytest.mark.parametrize("key", ["cap_level", "counts", "min_overall_for_right"])
def test_a_detail_quotes_the_clause_of_the_key_it_belongs_to(key: str) -> None:
    notes = Notebook({"reassessment": CAP})
    notes.note(key, "text")
    assert notes.findings[0].clause == CAP


def test_a_detail_with_a_clause_of_its_own_quotes_that() -> None:
    notes = Notebook({"reassessment": CAP, "counts": Clause("5.5", "The best counts.")})
    notes.note("counts", "text")
    assert notes.findings[0].clause == Clause("5.5", "The best counts.")


def test_without_a_clause_the_key_stands_for_itself() -> None:
    notes = Notebook({})
    notes.note("late", "text")
    assert (notes.findings[0].clause, notes.findings[0].key) == (None, "late")


@pytest.mark.parametrize(
    ("clauses", "words"),
    [
        pytest.param({"passmark": {"ref": "1", "text": "t"}}, "unknown key 'passmark'", id="a key that no set has"),
        pytest.param(
            {"late": {"ref": 4.1, "text": "t"}}, "ref must be text", id="a reference that YAML read as a number"
        ),
        pytest.param({"late": {"ref": "4.1"}}, "text is missing", id="no words"),
    ],
)
def test_a_clause_that_cannot_be_quoted_is_refused(clauses: object, words: str) -> None:
    with pytest.raises(RegulationError, match=words):
        clauses_from(fields(clauses=clauses), KEYS)
