"""The run beside a descriptor: read strictly, with the due instants of the components."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from lti_tool.services import run_descriptors
from lti_tool.services.errors import Refused


def mapping(**run: Any) -> dict[str, Any]:
    return {
        "code": "IL5101", "title": "Seeing the Evidence",
        "components": [
            {"id": "critique", "weight": "30", "due": "2026-03-27T17:00:00+00:00"}, {"id": "portfolio", "weight": "70"},
        ],
        "run": {"code": "IL5101", **run},
    }


def test_what_is_left_out_follows_the_descriptor() -> None:
    found = run_descriptors.read(mapping())
    assert (found.code, found.occurrence, found.period, found.title) == ("IL5101", "", "", "Seeing the Evidence")
    assert found.board_on is None
    assert found.due_at == {"critique": datetime(2026, 3, 27, 17, tzinfo=UTC)}
    assert found.remote == {"critique": "critique", "portfolio": "portfolio"}


def test_what_is_said_is_taken() -> None:
    found = run_descriptors.read(mapping(
        occurrence="A", period="2025/6 S2", title="Evidence, spring", board_on="2026-06-17", scale="PGT",
        starts_on="2026-02-02",
    ))
    assert (found.occurrence, found.period, found.title, found.scale) == ("A", "2025/6 S2", "Evidence, spring", "PGT")
    assert found.board_on == date(2026, 6, 17)


@pytest.mark.parametrize(("run", "said"), [
    pytest.param({"ocurrence": "A"}, "ocurrence", id="an unknown key is named"),
    pytest.param({"code": ""}, "code", id="no code"),
    pytest.param({"board_on": "17 June"}, "board_on", id="no date"),
    pytest.param({"occurrence": 1}, "occurrence", id="a number where a text is expected"),
])
def test_an_odd_run_is_refused_with_its_place(run: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        run_descriptors.read(mapping(**run))
    assert "IL5101" in refused.value.text
