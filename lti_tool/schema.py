"""Which migrations a database has had, and giving it those that it lacks."""

import re
import sysconfig
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from lti_tool.db import beginning_to_read

REVISION = re.compile(r'^(down_revision|revision) = "(\w+)"', re.MULTILINE)


class NotMigrated(Exception):
    """The database is empty or older than this version of Cairn; the text says what to run."""


def shipped(name: str) -> Path:
    """A folder that comes with Cairn, in a checkout or where the wheel puts it. ``name``: migrations or config."""
    checkout = Path(__file__).resolve().parent.parent
    if (checkout / "setup.cfg").is_file():  # not merely a folder of this name: another package may have left one there
        return checkout / name
    installed = [Path(sysconfig.get_path("data", scheme)) / "share" / "cairn" / name for scheme in _schemes()]
    return next((path for path in installed if path.is_dir()), installed[0])


def _schemes() -> tuple[str, str]:
    """Where pip puts data: here, or with --user."""
    return sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user")


def upgrade(engine: Engine, revision: str = "head") -> tuple[str, str]:
    """Give the database the migrations it lacks, all or none. Returns the revision before and after."""
    from alembic import command  # here, for loading it takes a fifth of the time of every other command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")).replace("%", "%%"))
    before = current(engine)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return before, current(engine)


def current(engine: Engine) -> str:
    """The revision a database is at; empty for none."""
    with beginning_to_read(), engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""


@cache
def newest() -> str:
    """The revision that no other comes after, from the files themselves, which alembic would have to load."""
    texts = [path.read_text(encoding="utf-8") for path in shipped("migrations").glob("versions/*.py")]
    found = [pair for one in texts for pair in REVISION.findall(one)]
    last = {name for word, name in found if word == "revision"} - {name for word, name in found if word != "revision"}
    return last.pop() if len(last) == 1 else ""


def require_newest(engine: Engine) -> None:
    """Raises :class:`NotMigrated` with the command to run."""
    found = current(engine)
    if found != newest():
        what = "has no tables yet" if not found else "is older than this version of Cairn, or newer"
        raise NotMigrated(f"The database {what}. Run `cairn db upgrade`, then try again.")
