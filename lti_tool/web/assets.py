"""Style, scripts and pictures of our own, at addresses that change with their content: a browser asks for each once."""

import hashlib
from pathlib import Path

from flask import Flask

KEPT_SECONDS = 365 * 24 * 3600


def register(app: Flask) -> None:
    """``{{ asset("cairn.css") }}`` in every template."""
    app.jinja_env.globals["asset"] = addresses(Path(app.static_folder or ""), app.static_url_path or "").__getitem__
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = KEPT_SECONDS


def addresses(folder: Path, prefix: str) -> dict[str, str]:
    """By file name; read once, when the application is made."""
    return {path.name: f"{prefix}/{path.name}?{_digest(path)}" for path in folder.iterdir() if path.is_file()}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
