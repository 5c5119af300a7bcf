"""Micro-credentials from the command line: loaded, published only when their rules are proven, listed."""

import re
from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from lti_tool.db import Sessions
from lti_tool.models.catalogue import Run
from lti_tool.schema import shipped
from tests.cli.conftest import Cairn

SET = shipped("config") / "regulations" / "inverlea-2026.yaml"
DESCRIPTOR = {
    "code": "IL5101", "title": "Seeing the Evidence", "credit": 15, "level": 11, "hours": 150,
    "regulations": "INV-2026.1", "authority": "cairn",
    "components": [
        {"id": "critique", "title": "Critique", "weight": "30", "out_of": "100"},
        {"id": "portfolio", "title": "Portfolio", "weight": "70", "out_of": "100", "due": "2026-05-08T17:00:00+01:00"},
    ],
    "run": {"code": "IL5101", "occurrence": "A", "period": "2025/6 S2"},
}


def written(cairn: Cairn, *descriptors: dict[str, object]) -> str:
    text = yaml.safe_dump({"achievements": list(descriptors)}, allow_unicode=True)
    (cairn.folder / "achievements.yaml").write_text(text, encoding="utf-8")
    return "achievements.yaml"


@pytest.fixture
def ruled(cairn: Cairn) -> Cairn:
    cairn("regulations", "load", str(SET))
    return cairn


def test_a_draft_is_loaded_published_and_its_run_opened(ruled: Cairn, sessions: Sessions) -> None:
    told = ruled("achievements", "load", written(ruled, DESCRIPTOR), "--publish")
    assert told.splitlines() == [
        "IL5101 version 1: draft loaded.", "IL5101 version 1: published.", "IL5101: run IL5101 A 2025/6 S2 is open.",
    ]
    with sessions() as session:
        run = session.scalars(select(Run)).one()
        due = [part.due_at.isoformat() for part in run.components if part.due_at]
        assert due == ["2026-05-08T16:00:00+00:00"]


def test_the_newest_draft_is_published_later(ruled: Cairn) -> None:
    ruled("achievements", "load", written(ruled, DESCRIPTOR))
    assert re.search(r"IL5101 +v1  draft +15 credits  Seeing the Evidence", ruled("achievements", "list"))
    ruled("achievements", "publish", "IL5101")
    assert "v1  published" in ruled("achievements", "list")
    assert "published already" in ruled("achievements", "publish", "IL5101", code=2)


def test_it_cannot_be_published_before_its_sets_own_worked_cases_pass(cairn: Cairn) -> None:
    text = SET.read_text(encoding="utf-8").replace('overall_reported: "50"', 'overall_reported: "51"')
    (cairn.folder / "set.yaml").write_text(text, encoding="utf-8")
    cairn("regulations", "load", "set.yaml")
    cairn("achievements", "load", written(cairn, DESCRIPTOR))
    told = cairn("achievements", "publish", "IL5101", code=2)
    assert re.search(r"Worked case INV-\S+ fails\.", told)
    assert "v1  draft" in cairn("achievements", "list")


def test_weights_that_do_not_add_up_are_a_sentence(ruled: Cairn) -> None:
    heavy = [{**part, "weight": "60"} for part in DESCRIPTOR["components"]]  # type: ignore[attr-defined]
    ruled("achievements", "load", written(ruled, {**DESCRIPTOR, "components": heavy}))
    assert "120" in ruled("achievements", "publish", "IL5101", code=2)


@pytest.mark.parametrize(("other", "said"), [
    pytest.param({"regulations": "INV-1899"}, "INV-1899, which is not loaded. Load it first.", id="no such set"),
    pytest.param({"feeds": ["records"]}, "records, which is no destination here. Add it first.", id="no such feed"),
    pytest.param({"kredit": 15}, "kredit", id="an unknown key"),
    pytest.param({"run": {"code": "IL5101", "ocurrence": "A"}}, "ocurrence", id="an unknown key of the run"),
])
def test_a_descriptor_that_does_not_fit_is_refused_whole(
    ruled: Cairn, other: dict[str, object], said: str
) -> None:
    told = ruled("achievements", "load", written(ruled, DESCRIPTOR, {**DESCRIPTOR, "code": "B", **other}), "--publish",
                 code=2)
    assert said in told
    assert ruled("achievements", "list") == "", "not even the first of the file"


def test_a_file_without_micro_credentials_is_a_sentence(cairn: Cairn) -> None:
    (cairn.folder / "odd.yaml").write_text("achievements: 7\n", encoding="utf-8")
    assert "a list under `achievements:`" in cairn("achievements", "load", "odd.yaml", code=2)
    assert "There is no micro-credential IL9." in cairn("achievements", "publish", "IL9", code=2)


def test_larger_awards_are_offered_in_place_of_those_before(cairn: Cairn) -> None:
    story = Path(__file__).parents[1] / "demo" / "story" / "achievements.yaml"
    cairn("regulations", "load", str(SET))
    assert re.search(r"credits of IL\d+", cairn("achievements", "towards", str(story)))
    (cairn.folder / "odd.yaml").write_text("larger_awards: 7\n", encoding="utf-8")
    assert "a list under `larger_awards:`" in cairn("achievements", "towards", "odd.yaml", code=2)
