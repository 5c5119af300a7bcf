"""What services raise on purpose is one family, and a refusal is a sentence for a person."""

import pytest

from lti_tool.services.errors import NotFound, Refused, ServiceError


@pytest.mark.parametrize("error", [NotFound("There is no such board."), Refused("role", "Only the chair.")])
def test_one_family(error):
    assert isinstance(error, ServiceError)


def test_a_refusal_has_a_code_and_a_sentence():
    refusal = Refused("role", "Only the chair ratifies.")
    assert refusal.code == "role" and refusal.text == str(refusal) == "Only the chair ratifies."
