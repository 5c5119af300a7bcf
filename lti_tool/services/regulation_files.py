"""Regulation sets in YAML files: read with care, then handed to the domain."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import yaml

from lti_tool.domain import casefile
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.regulations import Regulations, is_publishable

LARGEST = 1_000_000  # bytes; a policy that is longer is not a policy
TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Loader(yaml.SafeLoader):
    """YAML as people mean it: no key twice, and dates stay the text that was written."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                text = f"the key {key.value!r} stands twice in one place, again in line {key.start_mark.line + 1}."
                raise RegulationError(text, key=key.value)
            seen.add(str(key.value))
        return super().construct_mapping(node, deep=deep)


@dataclass(frozen=True, kw_only=True)
class RegulationFile:
    """A file as read: its text, the digest of the text, and the sets in it by name."""

    name: str
    text: str
    digest: str
    mapping: Mapping[str, object]
    regulations: Mapping[str, Regulations]


def parse(text: str, name: str = "the file") -> Mapping[str, object]:
    """Parse one YAML document; an error says in one sentence what is wrong, and where."""
    try:
        parsed = yaml.load(text, Loader=_Loader)  # a SafeLoader
    except RegulationError as error:
        raise RegulationError(str(error), key=error.key, where=name) from error
    except RecursionError as error:
        raise RegulationError("is nested too deeply to be a regulation set.", where=name) from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f" near line {mark.line + 1}" if mark else ""
        text = f"is not readable as YAML{line}; check indentation, quotes and brackets."
        raise RegulationError(text, where=name) from error
    if not isinstance(parsed, dict):
        raise RegulationError("has no keys; a regulation file has version, scales, regulations, cases.", where=name)
    return parsed


def read(path: Path) -> str:
    """The text of a file, or one sentence on why there is none."""
    try:
        content = path.read_bytes()
        if len(content) > LARGEST:
            raise RegulationError(f"is larger than {LARGEST} bytes, so it is no regulation set.", where=str(path))
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RegulationError("is not UTF-8 text; save it as UTF-8.", where=str(path)) from error
    except OSError as error:
        raise RegulationError(f"cannot be read: {error.strerror or 'unknown reason'}.", where=str(path)) from error


def load(path: Path) -> RegulationFile:
    """Read a file and its regulation sets; its cases are not run."""
    return from_text(read(path), path.name)


def from_text(text: str, name: str) -> RegulationFile:
    """The same from text, as it is kept with a version of a set."""
    mapping = parse(text, name)
    return RegulationFile(
        name=name,
        text=text,
        digest=sha256(text.encode()).hexdigest(),
        mapping=mapping,
        regulations=casefile.regulations_in(mapping),
    )


def check(path: Path) -> casefile.Report:
    """Run the worked cases of a file (``cairn regulations check``)."""
    return casefile.check(parse(read(path), path.name))


def reasons_against_publishing(file: RegulationFile, version: str) -> list[str]:
    """Why a set may not be published yet: its own worked cases, then the clauses that are missing. Empty: it may."""
    if version not in file.regulations:
        return [f"There is no regulation set {version!r} in {file.name}."]
    report = casefile.check(file.mapping)
    failed = [f"Worked case {case.id} fails." for case in report.with_status(casefile.CaseStatus.FAILED)]
    unproven = [] if failed or report.proves(version) else [f"No worked case runs {version} as it stands."]
    clauses = [f"The key {key} has no clause." for key in is_publishable(file.regulations[version])]
    return failed + unproven + clauses
