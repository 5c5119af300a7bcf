"""The state of a login: signed, short-lived, and bound to the browser that asked, with nothing written down.

The state names registration, nonce and target address, and holds the hash of a secret that only the browser's cookie
holds. Whoever has the one without the other opens nothing (Security Framework 1.0 §5.1.1). That a state opens one
launch only follows from its nonce, which is used up in the launch's transaction.
"""

import hashlib
import hmac
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from lti_tool.lti.refusals import LaunchRefused

LIFETIME = timedelta(minutes=10)
COOKIE_PATH = "/lti/launch"
MAX_LENGTH = 400

_LAYOUT = struct.Struct(">BI16s32s32s")  # version, end, nonce, target address, secret
_VERSION = 1
_MAC = 32


@dataclass(frozen=True, slots=True)
class Issued:
    """What a login gives away: the state to the LMS, the secret to the browser."""

    state: str
    nonce: str
    secret: str = field(repr=False)

    @property
    def cookie(self) -> str:
        return cookie_name(self.state)


@dataclass(frozen=True, slots=True)
class State:
    """What a state says, once it is believed."""

    registration_key: str
    nonce: str
    target_hash: bytes

    def is_for(self, target_link_uri: str) -> bool:
        return hmac.compare_digest(self.target_hash, _digest(target_link_uri))


class StateSigner:
    """Issues states, and believes those that it issued; signs with the first of its keys."""

    def __init__(self, secret_keys: Sequence[bytes]) -> None:
        self._keys = [hmac.digest(key, b"cairn launch state", "sha256") for key in secret_keys]

    def issue(self, registration_key: str, target_link_uri: str, now: datetime) -> Issued:
        nonce, secret = secrets.token_bytes(16), secrets.token_urlsafe(24)
        ends = int((now + LIFETIME).timestamp())
        body = _LAYOUT.pack(_VERSION, ends, nonce, _digest(target_link_uri), _digest(secret))
        body += registration_key.encode()
        signed = urlsafe_b64encode(body + hmac.digest(self._keys[0], body, "sha256")).rstrip(b"=").decode()
        return Issued(signed, _text(nonce), secret)

    def read(self, state: str, secret: str | None, now: datetime) -> State:
        """The state, if it is ours, in time, and in the browser that asked. Raises :class:`LaunchRefused`."""
        body = self._believed(state)
        _, ends, nonce, target, secret_hash = _LAYOUT.unpack_from(body)
        key = body[_LAYOUT.size:].decode()
        if now.timestamp() > ends:
            raise LaunchRefused("state_expired", registration_key=key)
        if not secret or not hmac.compare_digest(_digest(secret), secret_hash):
            raise LaunchRefused("state_cookie", registration_key=key)
        return State(key, _text(nonce), target)

    def _believed(self, state: str) -> bytes:
        if not state:
            raise LaunchRefused("state_missing")
        raw = _raw(state)
        body, mac = raw[:-_MAC], raw[-_MAC:]
        is_ours = any(hmac.compare_digest(hmac.digest(key, body, "sha256"), mac) for key in self._keys)
        if not is_ours or len(body) < _LAYOUT.size or body[0] != _VERSION:
            raise LaunchRefused("state_forged")
        return body


def cookie_name(state: str) -> str:
    """The cookie of one state: each tab has its own, so that two launches at once do not disturb each other."""
    return f"cairn_state_{hashlib.sha256(state.encode()).hexdigest()[:20]}"


def _raw(state: str) -> bytes:
    if len(state) > MAX_LENGTH:
        return b""
    try:
        return urlsafe_b64decode(state.encode("ascii") + b"=" * (-len(state) % 4))
    except ValueError:
        return b""


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _text(nonce: bytes) -> str:
    return urlsafe_b64encode(nonce).rstrip(b"=").decode()
