"""Compact signed tokens (RFC 7515 §7.1): read strictly before they are believed, and signed."""

import binascii
import json
from dataclasses import dataclass, field
from typing import Any

from joserfc import jws

from lti_tool.lti import wire
from lti_tool.lti.keys import PlatformKey
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.lti.tool_keys import SigningKey

MAX_LENGTH = 64 * 1024  # a full Canvas token has some 4 kB
_URLSAFE = bytes.maketrans(b"-_+/=", b"+/\x00\x00\x00")  # what is not of the URL-safe alphabet must not decode


@dataclass(frozen=True, slots=True)
class Token:
    """A token taken apart, not yet believed."""

    header: dict[str, Any]
    claims: dict[str, Any] = field(repr=False)
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)


def read(text: str) -> Token:
    """Take a token apart. Raises :class:`LaunchRefused` for anything but two JSON objects and a signature."""
    if not text:
        raise LaunchRefused("token_missing")
    if len(text) > MAX_LENGTH:
        raise LaunchRefused("token_too_long")
    try:
        head, body, signature = text.encode("ascii").split(b".")
        return Token(_object(head), _object(body), head + b"." + body, _decoded(signature))
    except (ValueError, RecursionError) as error:
        raise LaunchRefused("token_malformed") from error


def believe(token: Token, key: PlatformKey) -> None:
    """Check the signature, by the one algorithm that the key is for. Raises :class:`LaunchRefused`."""
    if token.header.get("alg") != key.algorithm or "crit" in token.header:  # we know no extensions (RFC 7515 §4.1.11)
        raise LaunchRefused("token_algorithm")
    if not key.verifies(token.signed, token.signature):
        raise LaunchRefused("token_signature")


def sign(claims: dict[str, Any], key: SigningKey) -> str:
    """A token of ours; its key id is always said (Moodle and Brightspace insist)."""
    header = {"typ": "JWT", "alg": "RS256", "kid": key.kid}
    return jws.serialize_compact(header, wire.dumps(claims), key.key, algorithms=["RS256"])


def _decoded(part: bytes) -> bytes:
    return binascii.a2b_base64(part.translate(_URLSAFE) + b"=" * (-len(part) % 4), strict_mode=True)


def _object(part: bytes) -> dict[str, Any]:
    found = _DECODER.decode(_decoded(part).decode())
    if not isinstance(found, dict):
        raise ValueError("an object is expected")
    return found


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")  # two readers could believe different ones (RFC 7519 §4)
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_no_twins, parse_constant=_no_constant)
