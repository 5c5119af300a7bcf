"""Per-site templates: a short YAML or JSON document, column → field, that becomes a profile.

Read when the connector is built. Anything in it that Cairn does not know is refused with a sentence: a column left
empty by a typing error would reach transcripts.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from connectors.errors import Misconfigured
from connectors.file_fields import FIELDS, WHAT, WHO, Formats
from connectors.file_profiles import READY, Profile, fields_of

ANSWER_WORDS = frozenset({
    "row", "code", "words", "student", "registration", "run", "occurrence", "period", "component", "attempt",
    "actual_mark", "agreed_mark", "grade", "state", "reference", "agreed_on",
})


def profile_named(name: str) -> Profile:
    """A ready profile by its name, or a template by its path."""
    if name in READY:
        return READY[name]
    if not name.endswith((".yaml", ".yml", ".json")):
        raise Misconfigured(
            f"There is no file profile {name!r}: use {', '.join(READY)}, or the path of a .yaml or .json template."
        )
    try:
        document = yaml.safe_load(Path(name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Misconfigured(f"The template {name} could not be read as YAML or JSON.") from error
    if not isinstance(document, dict):
        raise Misconfigured(f"The template {name} must be a mapping with at least `name` and `columns`.")
    return from_mapping(document)


def from_mapping(template: Mapping[str, Any]) -> Profile:
    """A per-site template as a profile; the first thing in it that cannot be meant is named."""
    _refuse_unknown("The template", template, KEYS)
    for key, (kind, words) in KEYS.items():
        if key in template and type(template[key]) is not kind:  # exact: True is an int as well
            raise Misconfigured(f"`{key}` in the template must be {words}.")
    _refuse_rewritten(template)
    profile = Profile(
        name=template.get("name", ""), columns=_columns(template), formats=_formats(template),
        required=frozenset(template.get("required", ())), answers=dict(template.get("answers", {})),
        **{key: template[key] for key in SIMPLE if key in template},
    )
    _refuse_unusable(profile)
    return profile


KEYS: dict[str, tuple[type, str]] = {
    "name": (str, "a short name"), "columns": (dict, "a mapping of heading to field"),
    "header": (bool, "yes or no"), "bom": (bool, "yes or no"), "delimiter": (str, "one character"),
    "date_format": (str, "a format such as \"%d/%m/%Y\""), "decimals": (int, "a whole number"),
    "decimal_mark": (str, "\".\" or \",\""), "status_codes": (dict, "a mapping of status to code"),
    "required": (list, "a list of fields"), "one_file_per_run": (bool, "yes or no"),
    "overall_only": (bool, "yes or no"), "answers": (dict, "a mapping of our word to their heading"),
}
SIMPLE = ("header", "bom", "delimiter", "one_file_per_run", "overall_only")


def _columns(template: Mapping[str, Any]) -> dict[str, str]:
    columns = template.get("columns") or {}
    if not columns:
        raise Misconfigured("The template has no columns: write `columns:` with one `heading: field` a line.")
    for heading, expression in columns.items():
        if not isinstance(expression, str):
            raise Misconfigured(f"Column {heading}: the field must be a word such as mark.")
        for name in fields_of(expression):
            if name not in FIELDS:
                raise Misconfigured(f"Column {heading}: there is no field {name!r}{_nearest(name, FIELDS)}")
    return dict(columns)


def _formats(template: Mapping[str, Any]) -> Formats:
    given = {key: template[key] for key in ("date_format", "decimals", "decimal_mark") if key in template}
    if given.get("decimal_mark", ".") not in (".", ","):
        raise Misconfigured("`decimal_mark` in the template must be \".\" or \",\".")
    if given.get("decimals", 0) < 0:
        raise Misconfigured("`decimals` in the template must be 0 or more: so many places a mark is written with.")
    if "date_format" in given and not _tells_the_day(given["date_format"]):
        raise Misconfigured("`date_format` in the template must write day, month and year, such as \"%d/%m/%Y\".")
    return Formats(**given, status_codes=dict(template.get("status_codes", {})))


def _tells_the_day(date_format: str) -> bool:
    """Whether two days, months or years are never written the same."""
    days = (date(2026, 1, 2), date(2026, 1, 3), date(2026, 2, 2), date(2027, 1, 2))
    try:
        written = {day.strftime(date_format) for day in days}
    except ValueError:
        return False
    return len(written) == len(days)


def _refuse_rewritten(template: Mapping[str, Any]) -> None:
    """YAML reads NO as *no*, 007 as 7 and nothing as null: what is to stand in a file must have come as text."""
    texts = [
        *((f"The heading {heading}", heading) for heading in template.get("columns", {})),
        *((f"The code for {status}", code) for status, code in template.get("status_codes", {}).items()),
        *((f"The answer {word}", heading) for word, heading in template.get("answers", {}).items()),
        *(("`required`", name) for name in template.get("required", [])),
    ]
    for where, text in texts:
        if not isinstance(text, str) or not text:
            raise Misconfigured(f"{where} in the template must be text: put it in quotes, such as \"NO\" or \"007\".")


def _refuse_unusable(profile: Profile) -> None:
    _refuse_unknown("`required` in the template", profile.required, FIELDS)
    _refuse_unknown("`answers` in the template", profile.answers, ANSWER_WORDS)
    if not profile.name or not re.fullmatch(r"[a-z0-9_]+", profile.name):
        raise Misconfigured("`name` in the template must be small letters, digits and _: it is part of file names.")
    if len(profile.delimiter) != 1 or profile.delimiter in "\r\n\"":
        raise Misconfigured("`delimiter` in the template must be one character such as \",\" or \";\".")
    if profile.formats.decimal_mark == profile.delimiter:
        raise Misconfigured("`decimal_mark` and `delimiter` in the template must differ.")
    if not profile.fields & WHO:
        raise Misconfigured(f"No column of the template says who: add one of {', '.join(sorted(WHO))}.")
    if not profile.fields & WHAT:
        raise Misconfigured(f"No column of the template says the result: add one of {', '.join(sorted(WHAT))}.")
    if not profile.one_file_per_run and not profile.fields & {"run", "occurrence"}:
        raise Misconfigured("No column of the template says the run: add run, or set one_file_per_run.")


def _refuse_unknown(where: str, given: Iterable[str], known: Iterable[str]) -> None:
    for name in given:
        if name not in known:
            raise Misconfigured(f"{where} does not know {str(name)!r}{_nearest(str(name), known)}")


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1)
    return f": {near[0]!r} is near." if near else f": use one of {', '.join(sorted(known))}."
