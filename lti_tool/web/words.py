"""Plain words for what the database keeps in short: what stands in a column never stands on a page."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal, InvalidOperation

from flask import Flask

from connectors.classes import CLASSES

KINDS: Mapping[str, str] = {
    "PASS": "Pass", "RESIT": "Resit due", "FAIL_FINAL": "Fail", "NOT_YET": "Not yet met", "DEFERRED": "Deferred",
    "CREDIT_REFUSED": "Credit refused", "INCOMPLETE": "Incomplete", "WITHDRAWN": "Withdrawn",
}
STATES: Mapping[str, str] = {
    "ready": "Waiting to be sent", "sending": "Being sent", "sent": "Sent, not yet read back", "confirmed": "Confirmed",
    "on_hold": "On hold for a person", "failed": "Closed", "superseded": "Replaced by a later version",
    "unseen": "Sent, not seen in the column yet", "shown": "Shown in the column",
    "loaded": "Loaded, by its receipt", "loaded_undecided": "Loaded, waiting for the record system’s decision",
    "undecided": "Held there, waiting for the record system’s decision",
}
AUTHORITIES: Mapping[str, str] = {
    "cairn": "a board here", "minuted": "a board elsewhere, by its minute", "record_system": "the record system",
}
ROLES: Mapping[str, str] = {
    "chair": "Chair", "secretary": "Secretary", "external": "External examiner", "board_member": "Board member",
    "internal": "Internal examiner", "registry": "Registry", "auditor": "Auditor", "it_admin": "IT administrator",
}
DISCREPANCIES: Mapping[str, str] = {
    "late_score": "The LMS changed a mark after ratification", "other_side": "The other gradebook shows another mark",
    "record_differs": "The record system holds something else",
    "record_unexpected": "The record system holds a record that we never sent",
    "record_unreadable": "The record system holds a record that cannot be read",
}
STATUSES: Mapping[str, str] = {
    "marked": "Marked", "absent": "Absent", "pending": "Not marked yet", "deferred": "Deferred",
    "unagreed": "Markers differ", "exempt": "Exempt", "misconduct_zero": "Zero as a penalty",
    "carried": "Carried from an earlier attempt",
}
BOARDS: Mapping[str, str] = {"open": "To be decided", "ratified": "Ratified", "refused": "Put away"}
SENDS: Mapping[str, str] = {
    "overall": "the overall result", "component_raw": "each component's mark, before any penalty",
    "component_final": "each component's mark, after any penalty",
}
CAPS: Mapping[str, str] = {"cairn": "Cairn", "record_system": "the record system"}
TOTALS: Mapping[str, str] = {
    "sent": "Sent by us", "held": "Held there", "equal": "Read back equal", "different": "Different",
    "loaded": "Loaded, by a receipt; their figure is unseen",
    "missing": "Missing there", "unreadable": "Unreadable there", "not_loaded": "In a file, not loaded yet",
    "unexpected": "There, never sent by us",
    "waiting": "A newer version is on its way", "arrived": "There already, and noticed only now",
    "unreadable_files": "Files or pages that cannot be read",
    "rejected": "Refused there", "on_hold": "On hold for a person, so not sent", "on_the_way": "Not sent yet",
    "overdue": "Of those not sent or not loaded, for three days and more",
}
RECONCILIATIONS: Mapping[str, str] = {
    "waiting": "waiting", "reading": "being read back", "comparing": "being compared", "failed": "not finished",
}
DENIALS: Mapping[str, str] = {"agreed": "Decided otherwise in the record", "kept": "Figure in the record kept"}
ATTEMPTS: Mapping[str, str] = {
    "sending": "Being sent", "delivered": "Delivered", "found": "It was there already", "returned": "Given back unsent",
    **{error_class.value: about.label for error_class, about in CLASSES.items()},
}
ACTIONS: Mapping[str, str] = {
    "read": "Details read", "award.grant": "Result ratified", "award.revoke": "Award taken back",
    "board.convene": "Board convened", "board.attendance": "Attendance written down",
    "board.list": "List brought up to date",
    "board.conflict": "Conflict declared", "board.ratify": "Board decided", "board.put_away": "Board put away",
    "minute.enter": "Minute entered",
    "minute.confirm": "Minute confirmed", "minute.withdraw": "Minute put away",
    "amendment.propose": "Amendment proposed",
    "amendment.approved": "Amendment approved", "amendment.refused": "Amendment refused",
    "outbox.retry": "Message sent again", "outbox.hold": "Message kept back", "outbox.close": "Message closed",
    "destination.add": "Record system added", "destination.change": "Record system changed",
    "destination.feed": "Results led to a record system", "destination.pause": "Record system paused",
    "destination.resume": "Record system sent to again", "discrepancy.close": "Discrepancy closed",
    "reconciliation.sign": "Reconciliation signed", "identity_confirmed": "Account matched by a person",
    "identity_evidence": "Evidence for a match", "identity_unlinked": "Account unmatched",
    "give_held_result": "Result given to a learner", "set_aside_held_result": "Result set aside",
    "import_extract": "Extract applied", "registration_status": "Registration changed", "person.erase": "Person erased",
    "person.export": "Person's data given out", "staff.add": "Staff account added",
    "staff.accept": "Staff account set up", "staff.invite": "Staff account opened anew",
    "staff.remove": "Staff account closed", "staff.roles": "Staff roles changed",
    "institution.add": "Institution added", "platform_added": "LMS registered", "tool_keys_rotated": "Keys renewed",
    "student_field_named": "Custom field for student numbers named",
    "publish": "Micro-credential published", "choose_authority": "Authority of a component chosen",
    "open_sitting": "Next sitting opened", "join_course": "Course joined to a run", "pick_link": "Link picked",
    "ask_to_teach": "Course asks to teach a run", "withdraw_request": "Course asks no more",
    "let_course_in": "Course let in to a run", "refuse_course": "Course refused a run",
    "part_course": "Course parted from a run",
}
TONES: Mapping[str, str] = {
    "PASS": "good", "RESIT": "care", "FAIL_FINAL": "bad", "NOT_YET": "care", "DEFERRED": "info",
    "CREDIT_REFUSED": "care", "INCOMPLETE": "care", "sending": "info", "sent": "info", "confirmed": "good",
    "unseen": "info", "shown": "good", "loaded": "good", "loaded_undecided": "info", "undecided": "info",
    "on_hold": "bad", "failed": "care", "open": "info", "ratified": "good",
}
TABLES: Mapping[str, Mapping[str, str]] = {
    "kind": KINDS, "state": STATES, "authority": AUTHORITIES, "role": ROLES,
    "discrepancy": DISCREPANCIES,
    "status": STATUSES, "board": BOARDS, "sends": SENDS, "caps": CAPS, "total": TOTALS, "attempt": ATTEMPTS,
    "action": ACTIONS, "reconciliation": RECONCILIATIONS, "denial": DENIALS,
}


def in_words(code: object, table: str) -> str:
    """``{{ decision.kind|in_words("kind") }}``; a code without a word is shown without its underscores."""
    text = str(code)
    return TABLES[table].get(text) or text.replace("_", " ").capitalize()


def tone(code: object) -> str:
    """The colour of a badge: good, care, bad, info or none."""
    return TONES.get(str(code), "")


def figure(value: object, places: int = 2) -> str:
    """A mark without trailing zeros, cut for the eye where it does not end; a dash where there is none."""
    if value is None or value == "":
        return "–"
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    exponent = number.as_tuple().exponent
    is_long = isinstance(exponent, int) and -exponent > places
    # Cut, never rounded: 49.997 must not look like the pass that it is not.
    text = format(number.quantize(Decimal(1).scaleb(-places), ROUND_DOWN) if is_long else number, "f")
    plain = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{plain}…" if is_long and Decimal(plain) != number else plain


def register(app: Flask) -> None:
    """As filters in every template."""
    for filter_ in (in_words, tone, figure):
        app.add_template_filter(filter_)
