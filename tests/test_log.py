"""Nothing personal and no token gets through the log, whatever a careless line says."""

import logging

import pytest

from lti_tool.log import Redacting, context_ids


def logged(text: str) -> str:
    record = logging.LogRecord("cairn", logging.INFO, __file__, 1, text, None, None)
    return Redacting("%(message)s").format(record)


@pytest.mark.parametrize("text, left", [
    ("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI0In0.c2ln came", "token [token] came"),
    ("Authorization: Bearer abc123", "Authorization: Bearer [token]"),
    ("mail to ola.w@inverlea.example failed", "mail to [address] failed"),
    ("GET https://lms.example/a?user_id=4&x=1 failed", "GET https://lms.example/a?[query] failed"),
])
def test_it_is_cut_out(text, left):
    assert logged(text) == left


def test_ids_of_the_moment_are_added():
    token = context_ids.set((("launch", "k1"),))
    try:
        assert logged("opened") == "opened launch=k1"
    finally:
        context_ids.reset(token)


def test_of_an_error_place_and_kind_are_told_and_not_its_words():
    name = "Lena Learner"
    try:
        try:
            raise KeyError(name)
        except KeyError as error:
            raise ValueError(f"no mark of {name}") from error
    except ValueError as error:
        told = (type(error), error, error.__traceback__)
    record = logging.LogRecord("cairn", logging.ERROR, __file__, 1, "failed", None, told)
    text = Redacting("%(message)s").format(record)
    assert "ValueError" in text and "KeyError" in text and "test_log.py" in text
    assert "Learner" not in text
