"""Settings: read once at the edge from the environment and a settings file, refused with a sentence when odd."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lti_tool.clock import business_clock

PREFIX = "CAIRN_"
DEFAULT_FILE = "cairn.env"


class SettingsError(ValueError):
    """A setting is missing or odd; the text names the key and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that an installation may choose. ``docs/settings.md`` explains each key."""

    database_url: str = "sqlite:///var/cairn.db"
    public_url: str = "http://localhost:8400"
    secret_keys: tuple[bytes, ...] = ()
    bind: str = "127.0.0.1:8400"
    web_workers: int = 1
    web_threads: int = 8
    is_dispatching: bool = True
    worker_threads: int = 32
    worker_batch: int = 200
    lease_seconds: int = 60
    sweep_seconds: int = 5
    capture_minutes: int = 15
    clock_leeway_seconds: int = 60
    launch_minutes: int = 480
    staff_minutes: int = 480
    trusted_proxies: int = 0
    demo_clock: str = ""
    log_level: str = "INFO"

    @property
    def host(self) -> str:
        return urlsplit(self.public_url).netloc

    @property
    def is_https(self) -> bool:
        return urlsplit(self.public_url).scheme == "https"


def load(environ: Mapping[str, str] | None = None, file: Path | None = None) -> Settings:
    """Settings from the settings file, overruled by the environment; ``NAME_FILE`` names a file that holds a value.

    Raises :class:`SettingsError`.
    """
    environ = os.environ if environ is None else environ
    path = file or Path(environ.get(PREFIX + "SETTINGS", DEFAULT_FILE))
    given = {**_from_file(path), **{k: v for k, v in environ.items() if k.startswith(PREFIX)}}
    given.pop(PREFIX + "SETTINGS", None)
    return from_mapping(given, base=path.parent)


def from_mapping(given: Mapping[str, str], *, base: Path | None = None) -> Settings:
    """Settings from ``CAIRN_…`` texts; relative ``_FILE`` paths start at ``base``. Raises :class:`SettingsError`."""
    values: dict[str, Any] = {}
    for name, text in _resolved(given, base or Path()).items():
        reader = READERS.get(name)
        if reader is None:
            raise SettingsError(f"{PREFIX}{name.upper()} is no setting of Cairn; see docs/settings.md.")
        try:
            values[name] = reader(text.strip())
        except ValueError as error:
            raise SettingsError(f"{PREFIX}{name.upper()}: {error}") from error
    return Settings(**values)


def _resolved(given: Mapping[str, str], base: Path) -> dict[str, str]:
    found = {}
    for key, text in given.items():
        name = key.removeprefix(PREFIX)
        if name.endswith("_FILE") and name.removesuffix("_FILE").lower() in READERS:
            path = base / text
            if not path.is_file():
                raise SettingsError(f"{key} names {text}, which is no file that can be read.")
            name, text = name.removesuffix("_FILE"), _text_of(path, f"{key} names {text}, which")
        found[name.lower()] = text
    return found


def _from_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    found = {}
    for number, line in enumerate(_text_of(path, f"The settings file {path}").splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals:
            raise SettingsError(f"{path}, line {number}: expected NAME=value.")
        found[name.strip()] = value.strip()
    return found


def _text_of(path: Path, what: str) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")  # an editor on Windows puts a byte order mark in front
        if "\0" in text:
            raise ValueError("UTF-16")
        return text
    except ValueError as error:
        raise SettingsError(f"{what} is not UTF-8 text: save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(f"{what} cannot be read: let the account that runs Cairn read it.") from error


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most} is expected.")
        return int(text)

    return read


def _url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets, or a port, that cannot be
        is_whole = False
    if not is_whole or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("an address such as https://cairn.example.ac.uk is expected, without a path.")
    local = (parts.hostname or "") in {"localhost", "127.0.0.1", "::1"}
    if parts.scheme == "http" and not local:
        raise ValueError("browsers keep our cookies on https only; plain http works on localhost alone.")
    return text.rstrip("/")


def bind_of(text: str) -> str:
    """Where to listen: address and port, or a socket as gunicorn names it. Raises :class:`ValueError`."""
    address = re.fullmatch(r"\S*:([0-9]{1,5})", text)
    if not (address and 0 < int(address[1]) <= 65535) and not re.fullmatch(r"unix:\S+|fd://[0-9]+", text):
        raise ValueError("an address and a port up to 65535 are expected, such as 127.0.0.1:8400.")
    return text


def _clock_file(text: str) -> str:
    path = Path(text)
    if text and not path.exists() and not (path.is_absolute() and path.parent.is_dir()):
        raise ValueError(
            f"there is no file {text} here: name one that holds an instant, or the full path of one that is to come."
        )
    try:
        business_clock(text)()
    except (ValueError, OSError) as error:
        raise ValueError(f"{text} must hold one instant with its zone, such as 2026-06-17T14:00:00+01:00.") from error
    return text


def _switch(text: str) -> bool:
    if text.lower() not in {"yes", "no"}:
        raise ValueError("yes or no is expected.")
    return text.lower() == "yes"


def _keys(text: str) -> tuple[bytes, ...]:
    try:
        keys = tuple(bytes.fromhex(part) for part in text.split())
    except ValueError:
        keys = ()
    if not keys or any(len(key) != 32 for key in keys):
        raise ValueError("one or more keys of 64 hexadecimal digits are expected; `cairn init` writes one.")
    return keys


def _level(text: str) -> str:
    if text.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("DEBUG, INFO, WARNING or ERROR is expected.")
    return text.upper()


def _text(text: str) -> str:
    return text


READERS: dict[str, Callable[[str], Any]] = {
    "database_url": _text,
    "public_url": _url,
    "secret_keys": _keys,
    "bind": bind_of,
    "web_workers": _whole(1, 64),
    "web_threads": _whole(1, 128),
    "is_dispatching": _switch,
    "worker_threads": _whole(1, 256),
    "worker_batch": _whole(1, 5000),
    "lease_seconds": _whole(2, 3600),
    "sweep_seconds": _whole(1, 600),
    "capture_minutes": _whole(1, 1440),
    "clock_leeway_seconds": _whole(0, 300),
    "launch_minutes": _whole(5, 1440),
    "staff_minutes": _whole(5, 1440),
    "trusted_proxies": _whole(0, 5),
    "demo_clock": _clock_file,
    "log_level": _level,
}
assert set(READERS) == {field.name for field in fields(Settings)}
