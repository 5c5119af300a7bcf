"""The documents keep up with the code: commands, connectors, reason codes, keys of regulations, links, paths."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from connectors import registry
from lti_tool.cli.main import main
from lti_tool.domain.regulations import KEYS
from lti_tool.lti.refusals import REASONS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "connectors" / "docs").glob("*.md")])
TREES = ("lti_tool", "connectors", "migrations", "config", "docs", "tests", ".ci")
HEADINGS = ("## What it does", "## Settings", "## How to test it", "## Limitations and quirks")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"\bcairn ([a-z][a-z-]+)(?: ([a-z][a-z-]+))?")
PRIVATE = re.compile(r"(?<![\w.~/-])/(?:" + "work|root|home|Users" + r")/\w")


def commands(group: click.Command = main, words: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command that does something, as typed."""
    if not isinstance(group, click.Group):
        yield " ".join(words)
        return
    with click.Context(group) as context:
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            assert found is not None
            yield from commands(found, (*words, name))


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_is_documented(command: str) -> None:
    assert f"| `cairn {command}` |" in text(ROOT / "docs" / "commands.md")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_that_is_named_exists(page: Path) -> None:
    known = set(commands())
    groups = {command.split()[0] for command in known}
    quoted = " ".join(re.findall(r"```.*?```|`[^`\n]+`|^ {4}.+$", text(page), re.DOTALL | re.MULTILINE))
    for first, second in COMMAND.findall(quoted):
        assert first in groups, f"cairn {first}"
        if first not in known:
            assert not second or f"{first} {second}" in known, f"cairn {first} {second}"


@pytest.mark.parametrize("name", [one.name for one in registry.available()])
def test_every_connector_has_its_page_with_the_fixed_headings(name: str) -> None:
    page = text(ROOT / "connectors" / "docs" / f"{name}.md")
    places = [page.find(heading) for heading in HEADINGS]
    assert -1 not in places and places == sorted(places)
    assert page.count("\n## ") == len(HEADINGS), "limitations and quirks come last"
    for setting in registry.load(name).SETTINGS:
        assert f"`{setting.name}`" in page, setting.name
    assert f"[{name}](../connectors/docs/{name}.md)" in text(ROOT / "docs" / "connectors.md")


@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_reason_code_of_a_launch_has_a_remedy(code: str) -> None:
    assert f"`{code}`" in text(ROOT / "docs" / "platforms.md")


@pytest.mark.parametrize("key", KEYS)
def test_every_key_of_a_regulation_set_is_explained(key: str) -> None:
    assert f"| `{key}` |" in text(ROOT / "docs" / "regulations.md")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(text(page)):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    found = [f"{name_of(path)}:{number}" for path in files() for number, line in enumerate(lines(path), 1)
             if PRIVATE.search(line)]
    assert found == []


def files() -> Iterator[Path]:
    yield from (path for path in ROOT.iterdir() if path.is_file())
    for tree in TREES:
        yield from (path for path in (ROOT / tree).rglob("*") if path.is_file() and "__pycache__" not in path.parts)


def lines(path: Path) -> list[str]:
    try:
        return text(path).splitlines()
    except UnicodeDecodeError:
        return []  # a picture


def test_every_invariant_that_is_cited_is_listed() -> None:
    listed = set(re.findall(r"^\| (I\d+) \|", text(ROOT / "docs" / "invariants.md"), re.MULTILINE))
    code = [path for tree in ("lti_tool", "connectors") for path in (ROOT / tree).rglob("*.py")]
    cited = {one for path in code for one in re.findall(r"\bI\d{1,2}\b(?=[),:])", text(path))}
    assert len(cited) > 10
    assert cited <= listed
