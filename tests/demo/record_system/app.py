"""Puts the parts of the demo record system together."""

from pathlib import Path

from flask import Flask

from tests.demo.record_system import gradebook, registry
from tests.demo.record_system.faults import Faults
from tests.demo.record_system.held import Held
from tests.demo.record_system.night import Night
from tests.demo.record_system.store import Store
from tests.demo.record_system.students import Students


def create_record_system(
    data_dir: Path, *, students: Path | None = None, registry_password: str = "registry", client_id: str = "cairn",
    client_secret: str = "inverlea-gradebook", token_lifetime: int = 3600,
) -> Flask:
    """The record system as a Flask application; ``app.extensions["held"]`` is what it knows."""
    app = Flask(__name__)
    held = Held(Store(data_dir / "journal.jsonl"), Students.from_file(students), Faults())
    tokens = gradebook.Tokens(client_id, client_secret, token_lifetime)
    app.register_blueprint(gradebook.blueprint(held, tokens))
    app.register_blueprint(registry.blueprint(held, Night(held, data_dir / "sftp"), registry_password))
    app.extensions |= {"held": held, "tokens": tokens}
    return app
