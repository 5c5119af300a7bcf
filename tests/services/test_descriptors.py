"""A descriptor is read strictly: what it means is certain, or it is refused by name."""

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from lti_tool.services import descriptors
from lti_tool.services.errors import Refused

PLAIN = {
    "code": "IL5101", "title": "Seeing the Evidence", "credit": 15, "level": 11, "hours": 150,
    "regulations": "INV-2026.1", "outcomes": [{"code": "LO1", "text": "Choose a form of display"}],
    "components": [
        {"code": "CRIT", "title": "Critique", "weight": "30"},
        {"id": "PORT", "title": "Portfolio", "weight": "70", "out_of": "20", "must_reach": "40", "authority": "cairn",
         "due": "2026-05-08T17:00:00+01:00"},
    ],
    "feeds": ["records"],
}
STORY = Path(__file__).parents[1] / "demo" / "story" / "achievements.yaml"


def test_a_descriptor_is_read_as_written():
    found = descriptors.read(PLAIN)
    assert (found.code, found.credit, found.regulations, found.feeds) == ("IL5101", 15, "INV-2026.1", ("records",))
    assert found.components[1].code == "PORT" and found.components[1].out_of == Decimal(20)
    assert found.components[1].due_at.isoformat() == "2026-05-08T17:00:00+01:00"
    assert found.outcomes == (("LO1", "Choose a form of display"),)


def test_every_micro_credential_of_the_story_is_read():
    entries = yaml.safe_load(STORY.read_text(encoding="utf-8"))["achievements"]
    found = {entry["code"]: descriptors.read(entry) for entry in entries}
    assert found["IL5101"].feeds == ("records",) and found["IL0001"].feeds == ()
    assert found["IL5102"].components[2].is_gate
    assert found["IL4103"].kind == "outcomes" and found["IL4103"].components[0].weight == 0
    assert found["IL0001"].authority == "none" and found["IL0001"].credit == 0


@pytest.mark.parametrize(
    "change, says",
    [
        pytest.param({"wieght": "3"}, "wieght", id="unknown key"),
        pytest.param({"title": ""}, "title", id="no title"),
        pytest.param({"credit": "15"}, "credit must be a whole number", id="credit as text"),
        pytest.param({"authority": "dean"}, "authority is 'dean'", id="unknown authority"),
        pytest.param({"kind": "exam"}, "kind is 'exam'", id="unknown kind"),
        pytest.param(
            {"components": [{"code": "A", "weight": 30}]}, "without quotes", id="a weight that is a float to be"
        ),
        pytest.param({"components": [{"code": "A"}]}, "weight is missing", id="no weight"),
        pytest.param({"components": [{"weight": "1"}]}, "id is missing", id="no code"),
        pytest.param(
            {"components": [{"code": "A", "weight": "1", "due": "2026-05-08T17:00:00"}]},
            "no UTC offset",
            id="a deadline nowhere",
        ),
        pytest.param(
            {"components": [{"code": "A", "weight": "1", "authority": "moodle"}]}, "lms, cairn", id="unknown source"
        ),
        pytest.param({"feeds": "records"}, "feeds must be a list", id="feeds as text"),
    ],
)
def test_an_odd_descriptor_is_refused_by_name(change, says):
    with pytest.raises(Refused, match=says):
        descriptors.read({**PLAIN, **change})


@pytest.mark.parametrize("mapping", [None, [], "IL5101", 3])
def test_what_is_no_mapping_is_refused(mapping):
    with pytest.raises(Refused, match="expected keys"):
        descriptors.read(mapping)
