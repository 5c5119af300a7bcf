"""The group of all commands, each imported only when it is called: a command line should answer at once."""

from importlib import import_module

import click

from lti_tool import __version__

COMMANDS = {  # in the order in which somebody new needs them: name, module
    "init": "setup", "institutions": "setup", "db": "setup", "serve": "server", "worker": "server",
    "platforms": "platforms", "regulations": "regulations", "achievements": "achievements",
    "destinations": "destinations", "connectors": "destinations", "staff": "staff", "extracts": "registry",
    "people": "people", "capture": "deliveries", "reconcile": "deliveries", "explain": "registry",
    "audit": "registry",
}


class Commands(click.Group):
    """Looks a command up in its module when it is asked for."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        module = COMMANDS.get(name)
        if module is None:
            return None
        command: click.Command = getattr(import_module(f"lti_tool.cli.{module}"), name)
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="Cairn")
def main() -> None:
    """Cairn: from an assessed outcome in the LMS to a confirmed award in the student record system.

    Start with `cairn init`. Settings come from cairn.env beside you and from the environment (CAIRN_…).
    """
