"""The group of all commands: each is there, each explains itself."""

from collections.abc import Iterator

import click
import pytest

from lti_tool.cli.main import COMMANDS, main
from tests.cli.conftest import Cairn


def everything(group: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command and subcommand, as typed."""
    yield words, group
    if isinstance(group, click.Group):
        with click.Context(group) as context:
            for name in group.list_commands(context):
                found = group.get_command(context, name)
                assert found is not None
                yield from everything(found, (*words, name))


@pytest.mark.parametrize(
    ("words", "command"), [pytest.param(*found, id=" ".join(found[0]) or "cairn") for found in everything(main)]
)
def test_every_command_explains_itself_and_its_options(
    bare: Cairn, words: tuple[str, ...], command: click.Command
) -> None:
    told = bare(*words, "--help")
    assert told.startswith("Usage: ")
    assert command.help and command.help[0].isupper() and command.help.rstrip().endswith((".", "(CAIRN_…)."))
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{option.name} has no text"
            assert option.help[0].isupper() and option.help.endswith("."), option.help


def test_commands_come_in_the_order_of_the_first_day(bare: Cairn) -> None:
    told = bare("--help")
    places = [told.index(f"\n  {name} ") for name in COMMANDS]
    assert places == sorted(places)


def test_an_unknown_command_is_a_sentence(bare: Cairn) -> None:
    assert "No such command 'launch'" in bare("launch", code=2)


def test_the_version_is_told(bare: Cairn) -> None:
    assert bare("--version").startswith("Cairn, version ")
