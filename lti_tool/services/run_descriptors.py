"""The run that a descriptor names beside its micro-credential, read as strictly."""

from lti_tool.domain.errors import RegulationError
from lti_tool.domain.fields import Fields
from lti_tool.services import descriptors
from lti_tool.services.catalogue import RunDescriptor
from lti_tool.services.errors import Refused

KEYS = frozenset(["code", "occurrence", "period", "title", "starts_on", "board_on", "scale"])


def read(mapping: dict[str, object]) -> RunDescriptor:
    """The run under ``run:``, with the due instants of the components; the record system calls them as we do unless an
    extract says otherwise. Raises :class:`Refused` with a sentence that names the place."""
    descriptor = descriptors.read(mapping)
    try:
        fields = Fields(mapping["run"], f"micro-credential {descriptor.code}, run", KEYS)
        return RunDescriptor(
            code=fields.text("code"), occurrence=fields.maybe("occurrence", fields.text) or "",
            period=fields.maybe("period", fields.text) or "",
            title=fields.maybe("title", fields.text) or descriptor.title,
            board_on=fields.maybe("board_on", fields.day), scale=fields.maybe("scale", fields.text) or "",
            due_at={part.code: part.due_at for part in descriptor.components if part.due_at},
            remote={part.code: part.code for part in descriptor.components},
        )
    except RegulationError as error:
        raise Refused("run", str(error)) from error
