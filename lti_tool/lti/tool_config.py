"""Our registrations and signing keys, as LTI asks for them; kept for moments, so that a launch need not look.

Whether a registration or deployment is still active is not answered from here but in the transaction of the launch.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import fields
from threading import Lock
from typing import Any, Generic, TypeVar

from pylti1p3.deployment import Deployment as LibraryDeployment
from pylti1p3.registration import Registration as LibraryRegistration
from pylti1p3.tool_config.abstract import ToolConfAbstract
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from connectors.errors import Misconfigured
from lti_tool.db import Sessions, looking, reading
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.lti.registered import Registered
from lti_tool.lti.tool_keys import SigningKey, parse
from lti_tool.models.institution import Institution
from lti_tool.models.platform import Deployment, Registration, ToolKey

SECONDS = 30.0
MOST = 4096
PATTERN = "student_number_pattern"  # the only thing here that the institution says and not the registration

V = TypeVar("V")


# built once: building a statement costs more than sending it, and with many registrations most are asked for seldom
_ACTIVE = select(
    *(getattr(Registration, field.name) for field in fields(Registered) if field.name != PATTERN),
    func.coalesce(Institution.words[PATTERN].as_string(), "").label(PATTERN),
).join(Institution, Institution.id == Registration.institution_id).where(Registration.is_active).limit(2)
BY_KEY = _ACTIVE.where(Registration.key == bindparam("wanted_key"))
BY_ISSUER = _ACTIVE.where(Registration.issuer == bindparam("wanted_issuer"))
BY_CLIENT = BY_ISSUER.where(Registration.client_id == bindparam("wanted_client"))


class ToolConfig(ToolConfAbstract[Any]):
    """Registrations by key, or by issuer and client id; deployments; and the key that signs for an institution."""

    def __init__(self, sessions: Sessions, clock: Callable[[], float] = time.monotonic) -> None:
        self._sessions = sessions
        self._by_key: Recent[Registered] = Recent(clock)
        self._by_client: Recent[Registered] = Recent(clock)
        self._signing: Recent[SigningKey] = Recent(clock)
        self._parsed: dict[str, SigningKey] = {}

    def by_key(self, key: str) -> Registered:
        """The active registration of a login address. Raises :class:`LaunchRefused`."""
        found = self._by_key.get(key)
        return self._kept(self._one(BY_KEY, {"wanted_key": key})) if found is None else found

    def by_client(self, issuer: str, client_id: str) -> Registered:
        """The one active registration of issuer and client id, if that was said. Raises :class:`LaunchRefused`."""
        found = self._by_client.get((issuer, client_id))
        if found is None:
            wanted = {"wanted_issuer": issuer, **({"wanted_client": client_id} if client_id else {})}
            found = self._kept(self._one(BY_CLIENT if client_id else BY_ISSUER, wanted))
            self._by_client.put((issuer, client_id), found)
        return found

    def signing_key(self, institution_id: int) -> SigningKey:
        """The key that signs for an institution; parsed once per process."""
        found = self._signing.get(institution_id)
        if found is None:
            with reading(self._sessions) as session:
                found = self._read_signing_key(session, institution_id)
            self._signing.put(institution_id, found)
        return found

    def forget(self) -> None:
        """After a change in this process: look again at once."""
        for kept in (self._by_key, self._by_client, self._signing):
            kept.clear()

    # what PyLTI1p3 asks; it is told that an issuer may have many clients, whatever its own class-wide notes say

    def check_iss_has_one_client(self, iss: str) -> bool:
        return False

    def check_iss_has_many_clients(self, iss: str) -> bool:
        return True

    def find_registration_by_issuer(self, iss: str, *args: Any, **kwargs: Any) -> LibraryRegistration:
        return as_library(self.by_client(iss, ""))

    def find_registration_by_params(
        self, iss: str, client_id: str, *args: Any, **kwargs: Any
    ) -> LibraryRegistration:
        return as_library(self.by_client(iss, client_id))

    def find_deployment(self, iss: str, deployment_id: str) -> LibraryDeployment | None:
        return self.find_deployment_by_params(iss, deployment_id, "")

    def find_deployment_by_params(
        self, iss: str, deployment_id: str, client_id: str, *args: Any, **kwargs: Any
    ) -> LibraryDeployment | None:
        known = self.by_client(iss, client_id)
        wanted = select(Deployment.id).where(
            Deployment.registration_id == known.id, Deployment.deployment_id == deployment_id,
            Deployment.is_active,
        )
        with reading(self._sessions) as session:
            is_known = session.scalar(wanted) is not None
        return LibraryDeployment().set_deployment_id(deployment_id) if is_known else None

    def _one(self, statement: Any, wanted: dict[str, str]) -> Registered:
        with looking(self._sessions) as connection:
            rows = connection.execute(statement, wanted).all()
        if len(rows) > 1:
            raise LaunchRefused("registration_ambiguous")
        if not rows:
            raise LaunchRefused("registration_unknown")
        return Registered(**rows[0]._mapping)

    def _kept(self, found: Registered) -> Registered:
        """The launch that follows a login asks for it by its key."""
        self._by_key.put(found.key, found)
        return found

    def _read_signing_key(self, session: Session, institution_id: int) -> SigningKey:
        row = session.scalar(
            select(ToolKey).where(ToolKey.institution_id == institution_id, ToolKey.state == "active")
            .order_by(ToolKey.id.desc()).limit(1)
        )
        if row is None:
            raise Misconfigured("This institution has no signing key: adding a platform makes one.", code="no_key")
        if row.kid not in self._parsed:
            self._parsed[row.kid] = parse(row.kid, row.private_sealed, session.info["sealer"])
        return self._parsed[row.kid]


class Recent(Generic[V]):
    """The newest few thousand values, each good for half a minute. Only what exists is kept, never a miss."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, tuple[float, V]] = OrderedDict()

    def get(self, key: Hashable) -> V | None:
        ends, value = self._kept.get(key, (0.0, None))
        return value if self._clock() < ends else None

    def put(self, key: Hashable, value: V) -> None:
        with self._lock:
            self._kept[key] = (self._clock() + SECONDS, value)
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


def registered(row: Registration) -> Registered:
    """The row as a plain value."""
    return Registered(
        id=row.id, key=row.key, institution_id=row.institution_id, issuer=row.issuer, client_id=row.client_id,
        auth_url=row.auth_url, token_url=row.token_url, jwks_url=row.jwks_url, token_audience=row.token_audience,
        profile=row.profile, name=row.name, student_field=row.student_field,
    )


def as_library(known: Registered) -> LibraryRegistration:
    """The registration in PyLTI1p3's words; our private key never enters its objects."""
    return (
        LibraryRegistration().set_issuer(known.issuer).set_client_id(known.client_id)
        .set_auth_login_url(known.auth_url).set_auth_token_url(known.token_url).set_auth_audience(known.audience)
        .set_key_set_url(known.jwks_url)
    )
