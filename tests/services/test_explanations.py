"""An explanation is values only: frozen, and JSON but for its dates and instants."""

from dataclasses import FrozenInstanceError, asdict, fields, is_dataclass
from datetime import UTC, date, datetime
from inspect import getmembers

import pytest

from lti_tool.services import explanations
from lti_tool.services.explanations import Act

ACT = Act(
    authority="cairn", reference="INV-DATA 2026/1", held_on=date(2026, 6, 1), by="Alice", list_digest="0", board="Data",
    ratified_at=datetime(2026, 6, 1, tzinfo=UTC), present=("Alice (chair)",), amendment="", proposed_by="",
)


def test_it_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        ACT.by = "Bob"


def test_no_row_is_part_of_it():
    kinds = [kind for _, kind in getmembers(explanations, is_dataclass)]
    assert len(kinds) == 7
    types = [str(field.type) for kind in kinds for field in fields(kind)]
    assert not any("Mapped" in name or "models" in name for name in types)
    assert asdict(ACT)["present"] == ("Alice (chair)",)
