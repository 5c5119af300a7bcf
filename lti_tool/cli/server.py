"""Running: the web server with its dispatcher, and workers of their own."""

import click

from lti_tool.cli.house import house


@click.command()
@click.option("--bind", default="", help="Address and port; CAIRN_BIND otherwise.")
@click.option("--no-dispatch", is_flag=True, help="Leave the outbox to `cairn worker`.")
def serve(bind: str, no_dispatch: bool) -> None:
    """Serve Cairn, and drain the outbox beside it."""
    from lti_tool.serving import run

    with house() as opened:
        settings = opened.settings
    click.echo(f"Cairn serves {settings.public_url} on {bind or settings.bind}.")
    run(settings, bind=bind or settings.bind, is_dispatching=settings.is_dispatching and not no_dispatch)


@click.command()
def worker() -> None:
    """Drain the outbox in a process of its own; several at once on PostgreSQL."""
    from lti_tool import worker as module

    with house() as opened:
        settings = opened.settings
    module.run(settings)
