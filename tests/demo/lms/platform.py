"""The seam to lti1p3platform: the platform's protocol is theirs, an implementation that is not ours.

What it leaves open is added here: the assertion's ``aud``, ``iss``, ``sub``, ``exp`` and ``jti`` (Security Framework
1.0 §4.1.1; the library checks the signature only), one fresh look at the tool's keys when a signature does not fit,
Link headers, media types, and the shape of a score.
"""

import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Request as FlaskRequest
from lti1p3platform.exceptions import LtiException, LtiServiceException
from lti1p3platform.ltiplatform import LTI1P3PlatformConfAbstract
from lti1p3platform.registration import Registration
from lti1p3platform.request import Request as LibraryRequest
from lti1p3platform.response import Response

PEM = serialization.Encoding.PEM
TICKET_COUNT = 2000  # the oldest launch tickets fall away


class Refused(Exception):
    """Something from the tool that we do not take, and why in one sentence."""


class Tickets:
    """Launches under way: what a message hint stands for. Each opens once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, dict[str, str]] = {}

    def issue(self, **what: str) -> str:
        with self._lock:
            ticket = secrets.token_urlsafe(16)
            self._open[ticket] = what
            while len(self._open) > TICKET_COUNT:
                self._open.pop(next(iter(self._open)))
            return ticket

    def take(self, ticket: str) -> dict[str, str] | None:
        with self._lock:
            return self._open.pop(ticket, None)


class Platform(LTI1P3PlatformConfAbstract):  # type: ignore[misc]
    """One conversation with the tool. Made per request: the library keeps the token it reads on the object."""

    def init_platform_config(self, **kwargs: Any) -> None:
        self._registration = kwargs["registration"]
        self.used = kwargs["used"]

    def get_registration_by_params(self, **kwargs: Any) -> Registration:
        return self._registration

    def tool_validate_and_decode(self, jwt_token_string: str) -> dict[str, Any]:
        """The library keeps the tool's keys for ever; a tool that rotates them deserves one fresh look."""
        try:
            return super().tool_validate_and_decode(jwt_token_string)
        except (LtiException, jwt.InvalidSignatureError):
            self._registration.set_tool_key_set(None)
            return super().tool_validate_and_decode(jwt_token_string)

    def read_tool_token(self, token: str, audience: str, once: str) -> dict[str, Any]:
        """The claims of a token that the tool signed, for us, now, for the first time."""
        try:
            claims: dict[str, Any] = self.tool_validate_and_decode(token)
        except (LtiException, jwt.PyJWTError) as error:
            raise Refused(f"The token could not be verified: {type(error).__name__}.") from error
        wanted = claims.get("aud")
        if audience not in (wanted if isinstance(wanted, list) else [wanted]):
            raise Refused("The token is not meant for this platform: aud.")
        if claims.get("iss") != self._registration.get_client_id():
            raise Refused("The token does not come from this tool: iss.")
        if "exp" not in claims:
            raise Refused("The token never ends: exp is missing.")
        mark = claims.get(once)
        if not mark or mark in self.used:
            raise Refused(f"The token was used before, or cannot be told from another: {once}.")
        self.used.add(mark)
        return claims


class ToolRequest(LibraryRequest):  # type: ignore[misc]
    """A Flask request as the library wants it; query parameters that it passes on are typed and known ones only."""

    def __init__(self, request: FlaskRequest, known: tuple[str, ...] = (), **defaults: Any) -> None:
        self.known, self.defaults = known, defaults
        super().__init__(request)

    def build_metadata(self, request: FlaskRequest) -> dict[str, Any]:
        query: dict[str, Any] = {**self.defaults, **{k: v for k, v in request.args.items() if k in self.known}}
        for name in ("page", "limit"):
            if name in query:
                query[name] = max(1, int(query[name])) if str(query[name]).isdecimal() else 1
        return {
            "method": request.method,
            "form_data": request.form.to_dict(),
            "get_data": query,
            "headers": request.headers,
            "content_type": request.content_type,
            "path": request.path,
            "json": request.get_json(force=True, silent=True) if request.data else None,
        }


def new_registration(
    issuer: str, client_id: str, deployment_id: str, key: rsa.RSAPrivateKey, tool: dict[str, str],
) -> Registration:
    """The one tool of this LMS, as the library keeps it; its addresses may be known only later."""
    private = key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    public = key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    registration = Registration()
    registration.set_iss(issuer).set_client_id(client_id).set_deployment_id(deployment_id)
    registration.set_platform_private_key(private).set_platform_public_key(public)
    set_tool(registration, tool)
    return registration


def set_tool(registration: Registration, tool: dict[str, str]) -> None:
    """Write down where the tool lives, and forget its old keys."""
    registration.set_oidc_login_url(tool.get("login_url", ""))
    registration.set_launch_url(tool.get("launch_url", ""))
    registration.set_deeplink_launch_url(tool.get("launch_url", ""))
    registration.set_tool_key_set_url(tool.get("jwks_url", ""))
    registration.set_tool_key_set(None)


def signing_key(file: Path | None) -> rsa.RSAPrivateKey:
    """The platform's key: kept in its folder, or new for this run."""
    if file is not None and file.exists():
        loaded = serialization.load_pem_private_key(file.read_bytes(), password=None)
        assert isinstance(loaded, rsa.RSAPrivateKey)
        return loaded
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    if file is not None:
        file.touch(mode=0o600)
        file.write_bytes(
            key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        )
    return key


def answered(act: Callable[..., Response], **kwargs: Any) -> Response:
    """What the library answers; a token that it cannot read is a 401, not a crash."""
    try:
        return act(**kwargs)
    except LtiServiceException as error:
        return Response(result=None, code=error.status_code, message=error.message)
    except (LtiException, jwt.PyJWTError):
        return Response(result=None, code=401, message="Invalid LTI 1.3 authentication token")
