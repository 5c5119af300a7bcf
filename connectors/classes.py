"""The nine classes of error that staff see: who acts, and what they do.

One table, and beside it the short codes of record systems that say more than the kind of error does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from connectors.errors import ConnectorError, ErrorClass


class Owner(StrEnum):
    """Who must act."""

    NOBODY = "nobody"
    MAPPING_OWNER = "mapping owner"
    REGISTRY = "registry"
    DEPARTMENT = "department"
    REGISTRAR = "registrar"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Class:
    """What staff are told about one class."""

    label: str
    owner: Owner
    sentence: str  # what is so
    action: str  # what the owner does


CLASSES: Mapping[ErrorClass, Class] = {
    ErrorClass.RETRY: Class(
        "Will be tried again", Owner.NOBODY, "The record system could not be reached or was busy; nothing was written.",
        "Nothing to do: it is sent again by itself, and put on hold with the reason if that goes on too long.",
    ),
    ErrorClass.UNKNOWN_OUTCOME: Class(
        "Being looked up", Owner.NOBODY, "The answer was lost, so the record may or may not be there.",
        "Nothing to do: the record system is asked what it holds before anything is sent again.",
    ),
    ErrorClass.FIX_HERE: Class(
        "Fix here", Owner.MAPPING_OWNER, "The record system does not take this value as we send it.",
        "Compare the value with what the record system allows, correct the mapping or the scale, and send again.",
    ),
    ErrorClass.FIX_THERE: Class(
        "Fix there", Owner.REGISTRY, "Something is missing there: a registration, a component, a marking scheme.",
        "Send the prepared request to those who keep the record system, and send again once they have answered.",
    ),
    ErrorClass.DECIDE: Class(
        "Decide", Owner.REGISTRAR, "The record system holds something else than we would write.",
        "Compare the two; keep theirs, amend with authority, or mark it as done by hand.",
    ),
    ErrorClass.DONE_ALREADY: Class(
        "Already there", Owner.NOBODY, "The record system held an equal record already.",
        "Nothing to do: it counts as delivered.",
    ),
    ErrorClass.WINDOW: Class(
        "Window closed", Owner.REGISTRAR, "The record system takes no marks for this period now.",
        "Hold it for the next window, ask for the window to be opened, or have it entered by hand.",
    ),
    ErrorClass.PERMANENT: Class(
        "Cannot be recorded", Owner.REGISTRY, "The record system cannot be told this.",
        "Close it with a reason, or have it entered by hand.",
    ),
    ErrorClass.CONFIG: Class(
        "Connection", Owner.ADMINISTRATOR, "Every record would fail the same way, so the destination is paused.",
        "Correct the connection, test it, and resume the destination.",
    ),
}

# A status number alone says little (PowerSchool's 409 has six meanings), a code often does: Banner's grade API keys and
# D2L's list of them, the minor codes of OneRoster, and our own connectors' codes.
CODES: Mapping[str, tuple[ErrorClass, Owner]] = {
    "GRADE_POSTED": (ErrorClass.DONE_ALREADY, Owner.NOBODY),
    "GRADE_ROLLED": (ErrorClass.DECIDE, Owner.REGISTRAR),
    "INVALID_GRADE": (ErrorClass.FIX_HERE, Owner.MAPPING_OWNER),
    "INVALID_INCMP_FINAL_GRADE": (ErrorClass.FIX_HERE, Owner.MAPPING_OWNER),
    "MISSING_GRDE_CODE": (ErrorClass.FIX_HERE, Owner.MAPPING_OWNER),
    "INVALID_SECTION": (ErrorClass.FIX_THERE, Owner.DEPARTMENT),
    "INVALID_SECT_GRADE": (ErrorClass.FIX_THERE, Owner.DEPARTMENT),
    "FGRADE_COMP_EXIST": (ErrorClass.FIX_THERE, Owner.DEPARTMENT),
    "MGRADE_COMP_EXIST": (ErrorClass.FIX_THERE, Owner.DEPARTMENT),
    "FACULTY_NOT_ASSIGNED": (ErrorClass.FIX_THERE, Owner.DEPARTMENT),
    "MISSING_CRSE_ENRL": (ErrorClass.FIX_THERE, Owner.REGISTRY),
    "MISSING_ENRL": (ErrorClass.FIX_THERE, Owner.REGISTRY),
    "invaliddata": (ErrorClass.FIX_HERE, Owner.MAPPING_OWNER),
    "unknownobject": (ErrorClass.FIX_THERE, Owner.REGISTRY),
    "unauthorisedrequest": (ErrorClass.CONFIG, Owner.ADMINISTRATOR),
    "forbidden": (ErrorClass.CONFIG, Owner.ADMINISTRATOR),
    "server_busy": (ErrorClass.RETRY, Owner.NOBODY),
    "unknown_learner": (ErrorClass.FIX_THERE, Owner.REGISTRY),
    "ambiguous_learner": (ErrorClass.FIX_THERE, Owner.REGISTRY),
    "unknown_run": (ErrorClass.FIX_THERE, Owner.DEPARTMENT),
    "unknown_component": (ErrorClass.FIX_THERE, Owner.DEPARTMENT),
    "file_refused": (ErrorClass.CONFIG, Owner.ADMINISTRATOR),
    "exists_different": (ErrorClass.DECIDE, Owner.REGISTRAR),
    "duplicate_row": (ErrorClass.FIX_HERE, Owner.MAPPING_OWNER),
    "window_closed": (ErrorClass.WINDOW, Owner.REGISTRAR),
    "overridden": (ErrorClass.DECIDE, Owner.DEPARTMENT),
    "not_shown": (ErrorClass.FIX_THERE, Owner.DEPARTMENT),
    "not_read": (ErrorClass.FIX_THERE, Owner.ADMINISTRATOR),
}


def classify(error: Exception) -> ErrorClass:
    """The class of an error: by the system's own code where we know it and a person is to look, else by its kind.

    A code never turns an unknown outcome into a known one, nor a pause of the destination into one record's trouble.
    """
    if not isinstance(error, ConnectorError):
        return ErrorClass.UNKNOWN_OUTCOME
    known = CODES.get(error.code)
    return known[0] if known and _is_refusal(error) else error.error_class


def owner_of(error: Exception) -> Owner:
    """Who must act on an error."""
    error_class = classify(error)
    known = CODES.get(error.code) if isinstance(error, ConnectorError) else None
    return known[1] if known and known[0] is error_class else CLASSES[error_class].owner


def ticket_text(
    error: Exception, *, system: str, run: str, learners: Sequence[str], reference: str, component: str = ""
) -> str:
    """A request ready to send: what was refused, in their words, for whom, and what is asked.

    It names learners by number and belongs on a screen or in the registry's queue, never in a log.
    """
    about = CLASSES[classify(error)]
    lines = (
        f"What is so: {about.sentence}",
        *_met(error),
        f"Run: {run}",
        *([f"Component: {component}"] if component else []),
        f"Learners ({len(learners)}): {', '.join(learners)}",
        f"What to do: {about.action}",
        f"Our reference: {reference}",
    )
    subject = f"{system}: {about.label.lower()}, {run} ({reference})"
    return f"To: {owner_of(error).value}\nSubject: {subject}\n\n" + "\n".join(lines) + "\n"


def _met(error: Exception) -> Iterator[str]:
    if isinstance(error, ConnectorError):
        yield f"What was met: {error}"
        if error.words:
            yield f"Their own words: {error.words}"
        if error.code:
            yield f"Their code: {error.code}"


def _is_refusal(error: ConnectorError) -> bool:
    return error.error_class not in (ErrorClass.RETRY, ErrorClass.UNKNOWN_OUTCOME, ErrorClass.CONFIG)
