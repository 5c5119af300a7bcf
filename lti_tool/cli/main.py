"""The group of all commands."""

import click

from lti_tool import __version__
from lti_tool.cli import achievements, deliveries, platforms, registry, regulations, server, setup, staff


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="Cairn")
def main() -> None:
    """Cairn: from an assessed outcome in the LMS to a confirmed award in the student record system.

    Start with `cairn init`. Settings come from cairn.env beside you and from the environment (CAIRN_…).
    """


for command in (
    setup.init, setup.institutions, setup.db, server.serve, server.worker, platforms.platforms, staff.staff,
    regulations.regulations, achievements.achievements, registry.extracts, registry.audit, registry.explain,
    deliveries.connectors, deliveries.destinations, deliveries.capture, deliveries.reconcile,
):
    main.add_command(command)
