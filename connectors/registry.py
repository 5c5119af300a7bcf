"""Connectors by name: found through entry points, loaded when asked for, configured with checked settings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol, cast

from connectors.base import Setting
from connectors.contract import RecordSystem
from connectors.errors import Misconfigured

GROUP = "cairn.connectors"


class ConnectorClass(Protocol):
    """What the registry asks of a connector besides the contract."""

    name: str
    SETTINGS: tuple[Setting, ...]

    def from_settings(self, settings: Mapping[str, str], secrets: Mapping[str, str]) -> RecordSystem:
        """A class method: build one from settings that were checked against ``SETTINGS``."""


@dataclass(frozen=True, slots=True)
class Available:
    """One connector for a list; ``problem`` says why it cannot be loaded."""

    name: str
    summary: str = ""
    capabilities: tuple[str, ...] = ()
    problem: str = ""


def available() -> tuple[Available, ...]:
    """Every connector that is installed, by name; one that cannot be loaded says why."""
    return tuple(_describe(name) for name in sorted(point.name for point in _points()))


def load(name: str) -> ConnectorClass:
    """The connector's class."""
    point = next((point for point in _points() if point.name == name), None)
    if point is None:
        known = ", ".join(sorted(point.name for point in _points()))
        raise Misconfigured(f"There is no connector {name!r}; installed are: {known}.", code="no_connector")
    try:
        return cast(ConnectorClass, point.load())
    except ModuleNotFoundError as error:
        raise Misconfigured(
            f"The connector {name} needs {error.name}: {_install_line(point, error.name or '')}", code="not_installed"
        ) from error


def configure(name: str, settings: Mapping[str, str], secrets: Mapping[str, str]) -> RecordSystem:
    """A connector ready for use, or one sentence for each setting that is unknown, missing or misplaced."""
    connector = load(name)
    faults = tuple(_faults(name, connector.SETTINGS, settings, secrets))
    if faults:
        raise Misconfigured(" ".join(faults), code="settings")
    return connector.from_settings(
        _filled(connector.SETTINGS, settings, is_secret=False), _filled(connector.SETTINGS, secrets, is_secret=True)
    )


def _points() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group=GROUP))


def _describe(name: str) -> Available:
    try:
        connector = load(name)
    except Misconfigured as error:
        return Available(name, problem=str(error))
    summary = (connector.__doc__ or "").strip().partition("\n")[0]
    return Available(name, summary, tuple(sorted(getattr(connector, "capabilities", ()))))


def _faults(
    name: str, declared: tuple[Setting, ...], settings: Mapping[str, str], secrets: Mapping[str, str]
) -> Iterator[str]:
    by_name = {setting.name: setting for setting in declared}
    for given, is_secret in ((settings, False), (secrets, True)):
        for key in given:
            yield from _misplaced(name, key, by_name.get(key), is_secret)
    for setting in declared:
        value = (secrets if setting.is_secret else settings).get(setting.name) or setting.default
        if value is None:
            which = f"the secret {setting.name}" if setting.is_secret else setting.name
            yield f"{name} needs {which}: {setting.text}"
        elif setting.choices and value not in setting.choices:
            yield f"{name}: {setting.name} must be one of {', '.join(setting.choices)}."


def _misplaced(name: str, key: str, setting: Setting | None, is_secret: bool) -> Iterator[str]:
    if setting is None:
        yield f"{name} has no setting {key}; see connectors/docs/{name}.md."
    elif setting.is_secret and not is_secret:
        yield f"{name}: {key} is a secret; give it as one, not among the settings."
    elif is_secret and not setting.is_secret:
        yield f"{name}: {key} is no secret; give it among the settings."


def _filled(declared: tuple[Setting, ...], given: Mapping[str, str], *, is_secret: bool) -> dict[str, str]:
    return {
        setting.name: given.get(setting.name) or setting.default or ""
        for setting in declared if setting.is_secret is is_secret
    }


def _install_line(point: EntryPoint, module: str) -> str:
    """The line that installs what is missing: the extra that brings it, where the distribution names one."""
    wanted = module.partition(".")[0]
    package = point.dist.name if point.dist is not None else "cairn-lti"
    for requirement in (point.dist.requires if point.dist is not None else None) or ():
        needed, _, marker = requirement.partition(";")
        if needed.lower().startswith(wanted.lower()) and "extra ==" in marker:
            extra = marker.split("extra ==")[1].strip(" '\")")
            return f'pip install "{package}[{extra}]"'
    return f"pip install {wanted}"
