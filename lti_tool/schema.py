"""Which migrations a database has had, and giving it those that it lacks."""

import sysconfig
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from lti_tool.db import beginning_to_read


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
        return MigrationContext.configure(connection).get_current_revision() or ""


def newest() -> str:
    return ScriptDirectory(str(shipped("migrations"))).get_current_head() or ""


def require_newest(engine: Engine) -> None:
    """Raises :class:`NotMigrated` with the command to run."""
    found = current(engine)
    if found != newest():
        what = "has no tables yet" if not found else "is older than this version of Cairn, or newer"
        raise NotMigrated(f"The database {what}. Run `cairn db upgrade`, then try again.")
