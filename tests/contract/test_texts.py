"""Texts of other machines, whatever is in them, can be kept and shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connectors.texts import plain


@pytest.mark.parametrize(("text", "kept"), [
    pytest.param("The year is closed.", "The year is closed.", id="as it is"),
    pytest.param("Zoë Müller 學", "Zoë Müller 學", id="any script"),
    pytest.param("one\n two\t three ", "one two three", id="lines become words"),
    pytest.param("a\x00b", "a b", id="a NUL"),
    pytest.param("half \ud83d", "half", id="half a character"),
    pytest.param("\u202egnp.exe", "gnp.exe", id="what turns the reading round"),
    pytest.param("x" * 900, "x" * 500, id="too long"),
])
def test_what_is_kept(text: str, kept: str) -> None:
    assert plain(text) == kept


@given(some.text(some.characters(), max_size=200))
def test_whatever_comes_can_be_written_and_stays_as_it_is(text: str) -> None:
    kept = plain(text, 80)
    assert kept.encode() and kept.isprintable() or kept == ""
    assert len(kept) <= 80
    assert plain(kept, 80) == kept
