"""Worked cases of kind ``workflow`` need people and states, so a file check only reads them strictly."""

from lti_tool.domain.fields import Fields

WORKFLOW_KEYS = frozenset({"events", "final"})
EVENT_KEYS = frozenset({"do", "actor", "mark", "timestamp", "reason", "expect", "why", "sends"})
FINAL_KEYS = frozenset({"versions", "current", "first_version_kept", "report_to_next_board", "received", "applied"})


def read_workflow(fields: Fields) -> None:
    """See that every key is known and every mark exact; the application's services run the events."""
    for event in fields.each("events", EVENT_KEYS):
        event.text("do")
        event.text("expect")
        event.maybe("mark", event.decimal)
        _read_figure(event, "sends", frozenset({"version", "mark", "decision"}))
    if fields.has("final"):
        _read_figure(fields.within("final", FINAL_KEYS), "current", frozenset({"mark", "decision"}))


def _read_figure(fields: Fields, key: str, known: frozenset[str]) -> None:
    if fields.has(key):
        inner = fields.within(key, known)
        inner.maybe("mark", inner.decimal)
