"""The shipped worker with the shipped OneRoster connector, as a sender for the delivery benchmark.

``rig.deliver --kind oneroster -- sh -c 'cd CHECKOUT && exec .venv/bin/python -m tests.bench.deliver'`` runs it. The
first start ratifies BENCH_EXPECT awards in a fresh database, before the first call and so before the clock; a later
start, such as after ``kill -9``, goes on with what is there. BENCH_DATABASE names the database (a SQLite file in the
temporary folder otherwise, one per rig); CAIRN_… settings count as they always do.
"""

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from sqlalchemy import inspect, text

from lti_tool import worker
from lti_tool.db import Base, Sessions, make_engine, make_sessions
from lti_tool.seal import Sealer
from lti_tool.services import vault
from lti_tool.services.connecting import place
from lti_tool.settings import Settings, from_mapping
from tests.services import delivering

KEY = bytes(range(32))
CHUNK = 500
READY = "bench_is_ready"


def main() -> None:
    settings = replace(
        from_mapping({name: value for name, value in os.environ.items() if name.startswith("CAIRN_")}),
        database_url=os.environ.get("BENCH_DATABASE") or f"sqlite:///{_file()}", secret_keys=(KEY,),
    )
    prepare(settings, int(os.environ["BENCH_EXPECT"]))
    worker.run(settings)


def prepare(settings: Settings, count: int) -> None:
    """Awards, ratified and queued, once."""
    engine = make_engine(settings.database_url)
    if not inspect(engine).has_table(READY):
        Base.metadata.drop_all(engine)
        Base.metadata.create_all(engine)
        _fill(make_sessions(engine, Sealer(settings.secret_keys)), count)
        with engine.begin() as connection:
            connection.execute(text(f"CREATE TABLE {READY} (id INTEGER)"))
    engine.dispose()


def _fill(sessions: Sessions, count: int) -> None:
    with sessions.begin() as session:
        world = delivering.world(session, connector="oneroster", settings=_settings())
        world.destination.secrets_sealed = vault.seal_secret(
            session, {"client_secret": os.environ["BENCH_ONEROSTER_CLIENT_SECRET"]}, place(world.destination)
        )
        world.run.code = "class-1"
    for start in range(1, count + 1, CHUNK):
        with sessions.begin() as session:
            delivering.fill(session, world, range(start, min(start + CHUNK, count + 1)))


def _settings() -> dict[str, str]:
    return {
        "url": os.environ["BENCH_ONEROSTER"], "token_url": os.environ["BENCH_ONEROSTER_TOKEN_URL"],
        "client_id": os.environ["BENCH_ONEROSTER_CLIENT_ID"],
    }


def _file() -> Path:
    """One database for one run of the rig: a start after a kill has the same parent."""
    return Path(tempfile.gettempdir()) / f"cairn-bench-{os.getppid()}.db"


if __name__ == "__main__":
    main()

