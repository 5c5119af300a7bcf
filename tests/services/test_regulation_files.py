from pathlib import Path

import pytest

from lti_tool.domain.errors import RegulationError
from lti_tool.services.regulation_files import check, from_text, load, parse, read, reasons_against_publishing

SHIPPED = Path(__file__).parents[2] / "config" / "regulations" / "inverlea-2026.yaml"
TEXT = SHIPPED.read_text(encoding="utf-8")


def test_a_file_is_loaded_with_its_sets_and_the_digest_of_its_text() -> None:
    file = load(SHIPPED)
    assert list(file.regulations) == ["INV-2026.1"]
    assert (len(file.digest), file.name) == (64, "inverlea-2026.yaml")
    assert from_text(TEXT, "again").digest == file.digest
    assert from_text(TEXT + "# a word\n", "again").digest != file.digest


def test_checking_a_file_runs_its_cases() -> None:
    assert check(SHIPPED).holds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param(
            "version: 1\nversion: 1\n",
            "policy: the key 'version' stands twice in one place, again in line 2",
            id="key twice",
        ),
        pytest.param("a: {b: 1, c: 2, b: 3}", "the key 'b' stands twice", id="nested key twice"),
        pytest.param("a: [1", "is not readable as YAML near line", id="broken"),
        pytest.param("a: !!python/object/apply:os.getcwd []", "is not readable as YAML", id="code is not run"),
        pytest.param("[" * 5000, "policy: is n", id="nested too deeply"),
        pytest.param("- a", "has no keys; a regulation file has", id="a list"),
        pytest.param("", "has no keys", id="empty"),
        pytest.param("? [1]\n: 2", "is not readable as YAML", id="a key that is a list"),
    ],
)
def test_what_cannot_be_parsed_gets_one_sentence(text: str, words: str) -> None:
    with pytest.raises(RegulationError, match=words):
        parse(text, "policy")


def test_dates_stay_the_text_that_was_written() -> None:
    assert parse("a: 2021-06-12\nb: 2026-03-02T12:00:00+00:00") == {"a": "2021-06-12", "b": "2026-03-02T12:00:00+00:00"}


def test_a_key_may_override_what_it_merges() -> None:
    assert parse("a: &a {x: '1', y: '2'}\nb: {<<: *a, x: '3'}")["b"] == {"x": "3", "y": "2"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "cannot be read: No such file", id="missing"),
        pytest.param(b"\xff\xfea", "is not UTF-8 text", id="another encoding"),
        pytest.param(b"#" * 1_000_001, "is larger than", id="too large"),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_sentence(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "policy.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RegulationError, match=words):
        read(path)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(b"\xef\xbb\xbfversion: 1\n")
    assert read(path) == "version: 1\n"


@pytest.mark.parametrize(
    ("written", "instead", "reasons"),
    [
        pytest.param("", "", [], id="nothing"),
        pytest.param(
            'overall_exact: "49.5"', 'overall_exact: "49"', ["Worked case INV-01 fails."], id="a case that fails"
        ),
        pytest.param(
            '      grades: {ref: "3.3"',
            '      cap_at: {ref: "3.3"',
            ["The key grades has no clause."],
            id="a clause that is missing",
        ),
    ],
)
def test_why_a_set_may_not_be_published(written: str, instead: str, reasons: list[str]) -> None:
    file = from_text(TEXT.replace(written, instead, 1) if written else TEXT, "policy")
    assert reasons_against_publishing(file, "INV-2026.1") == reasons


def test_a_set_without_cases_of_its_own_is_not_published() -> None:
    bare = from_text(TEXT[: TEXT.index("cases:")], "policy")
    assert reasons_against_publishing(bare, "INV-2026.1") == ["No worked case runs INV-2026.1 as it stands."]
    assert reasons_against_publishing(bare, "other") == ["There is no regulation set 'other' in policy."]
