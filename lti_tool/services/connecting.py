"""The connectors of this process: built from what destinations say, and kept until that changes."""

import logging
from collections.abc import Mapping
from threading import Lock
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from connectors import registry
from connectors.errors import ConnectorError, Misconfigured
from connectors.http import HttpClient
from lti_tool.db import Sessions, reading
from lti_tool.lti.scores import LmsScores
from lti_tool.lti.service import Service, Services
from lti_tool.lti.tool_config import ToolConfig, registered
from lti_tool.models.delivery import Destination
from lti_tool.models.platform import Registration
from lti_tool.seal import SealError
from lti_tool.services import delivery, vault

log = logging.getLogger(__name__)
LTI_SCORES = "lti_scores"  # the connector of an LMS, which no administrator adds: the first score queued makes it


class Connectors:
    """Connectors by the number of their destination, each built when first needed, with their connections."""

    def __init__(self, sessions: Sessions, given: Mapping[int, delivery.Destination] | None = None) -> None:
        self._sessions = sessions
        self._given = dict(given or {})
        self._built: dict[int, tuple[delivery.Destination, tuple[Any, ...]]] = {}
        self._retired: list[delivery.Destination] = []
        self._http = HttpClient()
        self._services = Services(self._http, ToolConfig(sessions))
        self._lock = Lock()

    def __getitem__(self, destination: int) -> delivery.Destination:
        """The connector. Raises :class:`Misconfigured` when it cannot be built, whatever the reason."""
        if destination in self._given:
            return self._given[destination]
        with self._lock:
            if destination not in self._built:
                with reading(self._sessions) as session:
                    row = session.get_one(Destination, destination)
                    self._built[destination] = (self._built_or_refused(session, row), _settings_of(row))
            return self._built[destination][0]

    def lms(self, registration_id: int) -> Service:
        """The services of an LMS."""
        with reading(self._sessions) as session:
            return self._services.of(registered(session.get_one(Registration, registration_id)))

    def refresh(self, session: Session) -> None:
        """Forget the connectors whose settings have changed; whoever is using one may finish with it."""
        with self._lock:
            for row in session.scalars(select(Destination).where(Destination.id.in_(self._built))):
                if self._built[row.id][1] != _settings_of(row):
                    self._retired.append(self._built.pop(row.id)[0])

    def close(self) -> None:
        """Close the connections of all."""
        with self._lock:
            for connector in (*self._retired, *(built for built, _ in self._built.values())):
                close(connector)
            self._retired.clear()
            self._built.clear()
            self._http.close()

    def _built_or_refused(self, session: Session, row: Destination) -> delivery.Destination:
        """One that cannot be built refuses its own messages, and keeps nobody else's waiting."""
        try:
            return self._build(session, row)
        except (ConnectorError, OperationalError):
            raise
        except SealError as error:
            text = "Its secrets are sealed with a key that is not in CAIRN_SECRET_KEYS: put it back, or set them again."
            raise Misconfigured(text, code="sealed") from error
        except Exception as error:
            log.exception("a connector cannot be built; destination=%s", row.key)
            text = f"It cannot be set up ({type(error).__name__}): check its settings with `cairn destinations check`."
            raise Misconfigured(text, code=type(error).__name__) from error

    def _build(self, session: Session, row: Destination) -> delivery.Destination:
        if row.registration_id is not None:
            return LmsScores(self._services.of(registered(session.get_one(Registration, row.registration_id))))
        return registry.configure(row.connector, row.settings, secrets_of(session, row))


def secrets_of(session: Session, destination: Destination) -> dict[str, str]:
    """The secrets of a destination, unsealed."""
    sealed = destination.secrets_sealed
    return vault.open_secret(session, sealed, place(destination)) if sealed else {}


def place(destination: Destination) -> str:
    """Where the secrets of a destination belong."""
    return f"destination:{destination.key}"


def close(connector: object) -> None:
    """Close its connections, if it has any."""
    close = getattr(connector, "close", None)
    if close is not None:
        close()


def _settings_of(destination: Destination) -> tuple[Any, ...]:
    return destination.connector, destination.settings, destination.secrets_sealed
