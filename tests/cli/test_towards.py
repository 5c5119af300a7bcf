"""``cairn achievements towards``: the larger awards that micro-credentials may add up to."""

from pathlib import Path

from tests.cli.conftest import Cairn

STORY = Path(__file__).parents[1] / "demo" / "story" / "achievements.yaml"


def test_the_larger_award_of_a_file_is_offered(cairn: Cairn) -> None:
    said = cairn("achievements", "towards", str(STORY))
    assert "PGCERT-DCPG: PGCert Data and Change for Public Good, 60 credits of IL5101, IL5102, IL4103, IL5104." in said


def test_a_file_without_one_and_one_that_cannot_be_read_are_refused(cairn: Cairn) -> None:
    file = cairn.folder / "awards.yaml"
    file.write_text("larger_awards: 3\n", encoding="utf-8")
    assert "larger_awards" in cairn("achievements", "towards", str(file), code=2)
    file.write_text("larger_awards: [{code: X, title: X, items: [A], credits: many}]\n", encoding="utf-8")
    assert "cannot be read" in cairn("achievements", "towards", str(file), code=2)
    file.write_bytes(b"\xff\xfe\x00")
    assert "is not UTF-8 text; save it as UTF-8." in cairn("achievements", "towards", str(file), code=2)
    file.write_text("larger_awards: [", encoding="utf-8")
    assert "is not readable as YAML" in cairn("achievements", "towards", str(file), code=2)
