"""Sending, with no transaction open: look before writing again, and make of whatever happens a plain value."""

import logging
from collections.abc import Sequence
from typing import Protocol, cast, runtime_checkable

from connectors.base import stands
from connectors.classes import classify
from connectors.contract import AwardRecord, BatchRecordSystem, Capability, CapturedResult, RecordSystem, RemoteRecord
from connectors.errors import ConnectorError, ErrorClass, Rejected, Uncertain
from lti_tool.services.bodies import ScoreMessage
from lti_tool.services.results import Claimed, Delivered, Differs, Settled, Stale
from lti_tool.services.shown_figures import is_ours, of_maximum

log = logging.getLogger(__name__)
STALE, OVERRIDDEN = "stale", "overridden"


@runtime_checkable
class ScoreChannel(Protocol):
    """An LMS as the worker sees it: what a connector is to a record system."""

    def post(self, score: ScoreMessage) -> None:
        """Post it. A timestamp that the LMS finds too old is :class:`Rejected` with the code ``stale``."""

    def result(self, score: ScoreMessage) -> CapturedResult | None:
        """What the column shows for this learner."""


Destination = RecordSystem | ScoreChannel


class Connectors(Protocol):
    """Where the worker finds the connector of a destination, by its number."""

    def __getitem__(self, destination: int, /) -> Destination: ...


def deliver_one(connectors: Connectors, message: Claimed) -> Settled:
    """Send one claimed message and say what came of it."""
    looking = message.is_uncertain
    try:
        connector = connectors[message.destination]
        if isinstance(message.body, ScoreMessage):
            return Settled(message=message, result=_score(cast(ScoreChannel, connector), message.body, looking))
        system = cast(RecordSystem, connector)
        found = _looked_up(system, message.body) if looking else None
        looking = False
        return Settled(message=message, result=found or _push(system, message.body))
    except ConnectorError as error:
        return _failed(message, error, looking)
    except Exception as error:  # a bug of ours may have struck after the write: look before writing again
        log.exception("a connector failed in a way of its own")
        return _failed(message, Uncertain.from_surprise(error), looking)


def deliver_batch(connectors: Connectors, messages: Sequence[Claimed]) -> list[Settled]:
    """Send what was claimed for one system that takes files in one act; the uncertain ones are looked up one by one."""
    fresh = {message.record_key: message for message in messages if not message.is_uncertain}
    settled = [deliver_one(connectors, message) for message in messages if message.is_uncertain]
    try:
        system = cast(BatchRecordSystem, connectors[messages[0].destination])
        bodies = [message.body for message in fresh.values()]
        receipts = system.push_batch([body for body in bodies if isinstance(body, AwardRecord)])
    except ConnectorError as error:
        return settled + [_failed(message, error, False) for message in fresh.values()]
    except Exception as error:
        log.exception("a connector failed in a way of its own")
        return settled + [_failed(message, Uncertain.from_surprise(error), False) for message in fresh.values()]
    for key, message in fresh.items():
        if key in receipts:
            delivered = Delivered.by_receipt(receipts[key], message.body, is_telling=False)
            settled.append(Settled(message=message, result=delivered))
        else:  # it was left out; pushed alone it says why
            settled.append(deliver_one(connectors, message))
    return settled


def takes_files(connectors: Connectors, destination: int) -> bool:
    """Whether the messages of a destination go together, in one file."""
    try:
        connector = connectors[destination]
    except ConnectorError:
        return False
    return Capability.BATCH in getattr(connector, "capabilities", frozenset())


def _failed(message: Claimed, error: ConnectorError, looking: bool) -> Settled:
    """A look-up that failed leaves the message as uncertain as it was."""
    is_uncertain = looking or classify(error) is ErrorClass.UNKNOWN_OUTCOME
    return Settled(message=message, result=error, is_uncertain=is_uncertain)


def _looked_up(system: RecordSystem, record: AwardRecord) -> Delivered | None:
    """Found equal; or nothing, or an older version of ours, is there and it may be sent."""
    if Capability.LOOK_UP not in system.capabilities:
        raise Rejected(
            "It may have been recorded, and this record system cannot be asked: look there, then send again or close.",
            code="cannot_look_up", error_class=ErrorClass.DECIDE,
        )
    remote = system.look_up(record.key)
    if remote is None or (remote.version is not None and remote.version < record.version):
        return None
    return _found(system, record, remote)


def _push(system: RecordSystem, record: AwardRecord) -> Delivered:
    is_telling = Capability.BATCH not in system.capabilities
    try:
        return Delivered.by_receipt(system.push(record), record, is_telling=is_telling)
    except Rejected as error:
        if classify(error) is ErrorClass.DONE_ALREADY:
            return Delivered(is_found=True)
        if classify(error) is not ErrorClass.DECIDE or Capability.LOOK_UP not in system.capabilities:
            raise
        remote = _shown(system, record.key)
        if remote is None:
            raise
        raise Differs(
            str(error), code=error.code, state=remote.state, mark=remote.mark, grade=remote.grade
        ) from error


def _shown(system: RecordSystem, key: str) -> RemoteRecord | None:
    """Theirs, to be shown beside ours; the refusal stands whether it can be read or not."""
    try:
        return system.look_up(key)
    except ConnectorError:
        return None


def _found(system: RecordSystem, record: AwardRecord, remote: RemoteRecord) -> Delivered:
    if stands(record, remote):
        return Delivered.by_look_up(remote, is_telling=Capability.BATCH not in system.capabilities)
    raise Differs(
        "The record system holds something else under this key: keep theirs, or amend with authority.",
        code="unreadable_there" if remote.problem else "exists_different", state=remote.state, mark=remote.mark,
        grade=remote.grade,
    )


def _score(channel: ScoreChannel, score: ScoreMessage, looking: bool) -> Delivered:
    """Post a score; a stale one is compared with what the column shows (AGS 2.0 §3.4: 409)."""
    if looking and _shows(channel.result(score), score):
        return Delivered(is_found=True, is_confirmed=True)
    try:
        channel.post(score)
    except Rejected as error:
        if error.code != STALE:
            raise
        return _after_stale(channel.result(score), score, error)
    return Delivered()


def _after_stale(shown: CapturedResult | None, score: ScoreMessage, error: Rejected) -> Delivered:
    if _shows(shown, score):
        return Delivered(is_found=True, is_confirmed=True)
    if shown is None or shown.score is None or is_ours(
        shown.score, shown.maximum, score.previous, score.previous_maximum
    ):
        raise Stale(str(error), code=STALE) from error
    raise Differs(
        "The column shows another figure, which a teacher has given since: it is left as it is.", code=OVERRIDDEN,
        mark=shown.score, grade=of_maximum(shown.maximum),
    ) from error


def _shows(shown: CapturedResult | None, score: ScoreMessage) -> bool:
    theirs = (shown.score, shown.maximum) if shown else (None, None)
    return is_ours(*theirs, score.figure.value, score.figure.maximum)
