"""Running: the web server with its dispatcher, and workers of their own."""

import click

from lti_tool.cli.house import Problem, house
from lti_tool.settings import bind_of


@click.command()
@click.option("--bind", default="", help="Address and port; CAIRN_BIND otherwise.")
@click.option("--no-dispatch", is_flag=True, help="Leave the outbox to `cairn worker`.")
def serve(bind: str, no_dispatch: bool) -> None:
    """Serve Cairn, and drain the outbox beside it."""
    from lti_tool.serving import run

    with house() as opened:
        settings = opened.settings
    address = _checked(bind) if bind else settings.bind
    click.echo(f"Cairn serves {settings.public_url} on {address}.")
    run(settings, bind=address, is_dispatching=settings.is_dispatching and not no_dispatch)


def _checked(bind: str) -> str:
    try:
        return bind_of(bind)
    except ValueError as error:
        raise Problem(f"--bind: {error}") from error


@click.command()
def worker() -> None:
    """Drain the outbox in a process of its own; several at once on PostgreSQL."""
    from lti_tool import worker as module

    with house() as opened:
        settings = opened.settings
    module.run(settings)
