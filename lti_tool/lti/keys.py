"""Keys of the platforms, parsed once per process and asked for anew when a key id is not known.

A platform rotates without telling (Brightspace about hourly), so an unknown key id asks once more, and so does a known
one under which another key signs; made-up ones must not turn us against the platform, so it is asked once a minute at
most.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry

from connectors.errors import ConnectorError
from connectors.http import HttpClient
from lti_tool.lti.refusals import LaunchRefused

REFETCH_SECONDS = 60.0
RETRY_SECONDS = 5.0  # after a fetch that failed
STALE_SECONDS = 12 * 3600.0  # a key that the platform took back stops opening launches
MIN_RSA_BITS = 2048

# Security Framework 1.1 §5.1: never "none", never a shared secret. An RSA key without "alg" is for RS256 (Brightspace).
RSA_ALGORITHMS = frozenset({"RS256", "RS384", "RS512"})
CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}


@dataclass(frozen=True, slots=True)
class PlatformKey:
    """A public key, and the only algorithm that it is believed with."""

    key: RSAKey | ECKey = field(repr=False)
    algorithm: str

    def verifies(self, message: bytes, signature: bytes) -> bool:
        return JWSRegistry.algorithms[self.algorithm].verify(message, signature, self.key)


@dataclass(slots=True)
class _KeySet:
    keys: Mapping[str, PlatformKey] = field(default_factory=dict)
    next_fetch: float = 0.0
    stale_at: float = 0.0
    lock: Lock = field(default_factory=Lock)


class PlatformKeys:
    """Public keys by the address of their set and their key id."""

    def __init__(self, http: HttpClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._http = http
        self._clock = clock
        self._sets: dict[str, _KeySet] = {}
        self._lock = Lock()

    def find(self, jwks_url: str, kid: str) -> PlatformKey:
        """The key, with no call while it is known. Raises :class:`LaunchRefused`."""
        key_set = self._set(jwks_url)
        known = key_set.keys
        key = known.get(kid)
        if key is not None and self._clock() < key_set.stale_at:
            return key
        with key_set.lock:  # whoever waited here finds what the first one fetched
            if key_set.keys is known and self._clock() >= key_set.next_fetch:
                self._fetch(jwks_url, key_set)
        key = key_set.keys.get(kid)
        if key is None:
            raise LaunchRefused("token_key_unknown" if key_set.keys else "keys_unreachable")
        return key

    def replacement(self, jwks_url: str, kid: str, key: PlatformKey) -> PlatformKey | None:
        """The key that the platform has under this id by now, where ``key`` was not the one that signed."""
        key_set = self._set(jwks_url)
        with key_set.lock:
            if key_set.keys.get(kid) is key and self._clock() >= key_set.next_fetch:
                self._fetch(jwks_url, key_set)
        newer = key_set.keys.get(kid)
        return None if newer is key else newer

    def _set(self, jwks_url: str) -> _KeySet:
        found = self._sets.get(jwks_url)
        if found is None:
            with self._lock:
                found = self._sets.setdefault(jwks_url, _KeySet())
        return found

    def _fetch(self, jwks_url: str, key_set: _KeySet) -> None:
        try:
            keys = read_keys(self._http.get(jwks_url).json())
        except ConnectorError:  # what is known stays good for as long as it was
            key_set.next_fetch = self._clock() + RETRY_SECONDS
            return
        # the first reading does not count: a platform may rotate right after it
        key_set.next_fetch = self._clock() + (REFETCH_SECONDS if key_set.keys else 0.0)
        key_set.keys = keys
        key_set.stale_at = self._clock() + STALE_SECONDS


def read_keys(document: object) -> dict[str, PlatformKey]:
    """The usable keys of a key set (RFC 7517 §5) by their ids; what we cannot use is passed over, as §5 asks."""
    listed = document.get("keys") if isinstance(document, Mapping) else None
    found: dict[str, PlatformKey] = {}
    for jwk in listed if isinstance(listed, list) else ():
        key = _read_key(jwk) if isinstance(jwk, Mapping) else None
        if key is not None:
            found.setdefault(str(jwk["kid"]), key)
    return found


def _read_key(jwk: Mapping[str, Any]) -> PlatformKey | None:
    if not isinstance(jwk.get("kid"), str) or not jwk["kid"] or jwk.get("use", "sig") != "sig":
        return None
    public = {name: jwk[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in jwk}
    algorithm = jwk.get("alg")
    try:
        if jwk.get("kty") == "RSA" and (algorithm is None or algorithm in RSA_ALGORITHMS):
            is_long = len(jwk["n"]) * 6 >= MIN_RSA_BITS  # base64url: six bits a letter
            return PlatformKey(RSAKey.import_key(public), algorithm or "RS256") if is_long else None
        if jwk.get("kty") == "EC" and algorithm in {None, CURVES.get(str(jwk.get("crv")))}:
            return PlatformKey(ECKey.import_key(public), CURVES[jwk["crv"]])
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None
