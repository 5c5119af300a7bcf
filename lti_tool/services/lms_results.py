"""Columns read from the LMSs themselves, by Assignment and Grade Services."""

import logging
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy.exc import OperationalError

from connectors.errors import ConnectorError
from lti_tool.clock import Clock
from lti_tool.db import Sessions
from lti_tool.lti import ags
from lti_tool.lti.service import Service
from lti_tool.services import capture
from lti_tool.services.connecting import Connectors
from lti_tool.services.readings import Reading

log = logging.getLogger(__name__)


class AgsResults:
    """An outcome source: what a column of ours shows."""

    def __init__(self, lms: Callable[[int], Service]) -> None:
        self._lms = lms

    def results(self, column: capture.Column) -> Iterator[Reading]:
        for found in ags.results(self._lms(column.registration_id), column.url):
            yield Reading(user_id=found.user, score=found.score, maximum=found.maximum, at=found.changed_at)


def read_columns(sessions: Sessions, connectors: Connectors, line_items: Sequence[int], now: Clock) -> int:
    """Read these columns one by one; one that cannot be read does not keep the others. Returns how many could not."""
    source, failed = AgsResults(connectors.lms), 0
    for line_item_id in line_items:
        try:
            capture.capture(sessions, source, line_item_id, now)
        except OperationalError:
            raise  # the database is away, for all of them
        except Exception as error:
            failed += 1
            if not isinstance(error, ConnectorError):
                log.exception("a column could not be read, for a fault of ours; line_item=%s", line_item_id)
            said = str(error).rstrip(".") if isinstance(error, ConnectorError) else type(error).__name__
            log.warning("a column could not be read, and is tried again later: %s; line_item=%s", said, line_item_id)
    return failed
