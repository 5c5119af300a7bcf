"""From the posted form to a frozen :class:`Launch`: every check that a launch must pass.

The order of the checks is PyLTI1p3's, the checks are ours: its own let a token be posted twice, need no ``exp``, read
only the first of several audiences and know no leeway. Nothing is stored here; that the nonce opens one launch only,
and that the deployment is ours, is settled in the transaction of ``services/launches.py``.
"""

import hmac
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NoReturn

import requests
from pylti1p3.message_launch import MessageLaunch

from lti_tool.lti import claims, compact
from lti_tool.lti.keys import PlatformKeys
from lti_tool.lti.login import is_ours
from lti_tool.lti.reading import launch_from
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.lti.registered import Registered
from lti_tool.lti.state import State, StateSigner
from lti_tool.lti.tool_config import ToolConfig
from lti_tool.lti.values import Launch

OLDEST = timedelta(days=1)
MOST_ID = 255


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What the checks lean on."""

    config: ToolConfig
    signer: StateSigner
    keys: PlatformKeys
    public_url: str
    leeway_seconds: int


class LaunchCheck(MessageLaunch[Any, ToolConfig, Any, Any]):
    """One launch under examination."""

    _state: State
    _registered: Registered
    _token: compact.Token
    launch: Launch

    def __init__(self, form: Mapping[str, str], secret: str | None, rules: Rules, now: datetime) -> None:
        super().__init__(form, rules.config, _UNUSED, _UNUSED, requests_session=_NO_CALLS)
        self._form = form
        self._secret = secret
        self._rules = rules
        self._now = now.timestamp()
        self._at = now

    def validate_state(self) -> "LaunchCheck":
        """The state is ours, in time, and in the browser that asked."""
        self._state = self._rules.signer.read(self._form.get("state", ""), self._secret, self._at)
        if self._form.get("error"):
            raise LaunchRefused("platform_error", name=_word(self._form["error"]))
        return self

    def validate_jwt_format(self) -> "LaunchCheck":
        """Two JSON objects and a signature, and the key named."""
        self._token = compact.read(self._form.get("id_token", ""))
        kid = self._token.header.get("kid")
        if not isinstance(kid, str) or not kid:
            raise LaunchRefused("token_key_id")
        return self

    def validate_nonce(self) -> "LaunchCheck":
        """The nonce is the one issued with this very state."""
        nonce = self._token.claims.get("nonce")
        if not isinstance(nonce, str) or not nonce.isascii() or not hmac.compare_digest(nonce, self._state.nonce):
            raise LaunchRefused("claim_nonce")
        return self

    def validate_registration(self) -> "LaunchCheck":
        """Issuer, audience and authorised party are the registration's that asked (OpenID Connect Core §3.1.3.7)."""
        self._registered = self._rules.config.by_key(self._state.registration_key)
        found, client_id = self._token.claims, self._registered.client_id
        if found.get("iss") != self._registered.issuer:
            raise LaunchRefused("claim_iss")
        audience = found.get("aud")
        if audience != client_id and not (isinstance(audience, list) and client_id in audience):
            raise LaunchRefused("claim_aud")
        is_shared = isinstance(audience, list) and len(audience) > 1
        if ("azp" in found or is_shared) and found.get("azp") != client_id:
            raise LaunchRefused("claim_azp")
        return self

    def validate_jwt_signature(self) -> "LaunchCheck":
        """Signed by the platform, for our time (Security Framework 1.0 §5.1.3)."""
        self._believe(self._registered.jwks_url, self._token.header["kid"])
        leeway = self._rules.leeway_seconds
        ends, issued = _moment(self._token.claims.get("exp")), _moment(self._token.claims.get("iat"))
        if ends is None or self._now >= ends + leeway:
            raise LaunchRefused("claim_exp")
        if issued is None or not -leeway <= self._now - issued <= OLDEST.total_seconds():
            raise LaunchRefused("claim_iat")
        return self

    def _believe(self, jwks_url: str, kid: str) -> None:
        """By the key that we know under this id; or by the one that has taken its place there."""
        keys = self._rules.keys
        key = keys.find(jwks_url, kid)
        try:
            compact.believe(self._token, key)
        except LaunchRefused:
            newer = keys.replacement(jwks_url, kid, key)
            if newer is None:
                raise
            compact.believe(self._token, newer)

    def validate_deployment(self) -> "LaunchCheck":
        """A deployment is named; whether it is ours, the transaction says."""
        deployment = self._token.claims.get(claims.DEPLOYMENT_ID)
        if not _is_id(deployment) or not str(deployment).isascii():
            raise LaunchRefused("claim_deployment")
        return self

    def validate_message(self) -> "LaunchCheck":
        """The claims of LTI itself (LTI Core 1.3 §5.3, §5.4)."""
        found = self._token.claims
        if found.get(claims.VERSION) != "1.3.0":
            raise LaunchRefused("claim_version")
        kind = found.get(claims.MESSAGE_TYPE)
        if not isinstance(kind, str) or not kind:
            raise LaunchRefused("claim_message_type")
        if kind not in {claims.RESOURCE_LAUNCH, claims.DEEP_LINKING_LAUNCH}:
            raise LaunchRefused("message_unsupported", name=_word(kind))
        self._validate_target(found, kind)
        self._validate_person(found)
        if kind == claims.RESOURCE_LAUNCH and not _has_id(found.get(claims.RESOURCE_LINK)):
            raise LaunchRefused("claim_resource_link")
        if found.get(claims.CONTEXT) is not None and not _has_id(found[claims.CONTEXT]):
            raise LaunchRefused("claim_context")
        if not isinstance(found.get(claims.CUSTOM) or {}, dict):
            raise LaunchRefused("claim_custom")
        return self

    def save_launch_data(self) -> "LaunchCheck":
        """Nothing is saved: the verified claims become a plain value."""
        self.launch = launch_from(self._token.claims, self._registered, self._state)
        return self

    def _get_request_param(self, key: str) -> str:
        return self._form.get(key, "")

    def _validate_target(self, found: Mapping[str, Any], kind: str) -> None:
        target = found.get(claims.TARGET_LINK_URI)
        if target is None and kind == claims.DEEP_LINKING_LAUNCH:
            return
        if not isinstance(target, str) or not target.isprintable():
            raise LaunchRefused("claim_target_link_uri")
        if not is_ours(target, self._rules.public_url) or not self._state.is_for(target):
            raise LaunchRefused("claim_target_link_uri")

    def _validate_person(self, found: Mapping[str, Any]) -> None:
        roles = found.get(claims.ROLES)
        if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
            raise LaunchRefused("claim_roles")
        if "sub" in found and not _is_id(found["sub"]):  # absent is an anonymous launch, empty is a fault
            raise LaunchRefused("claim_sub")


def verify(form: Mapping[str, str], secret: str | None, rules: Rules, now: datetime) -> Launch:
    """Check a posted launch, all of it. Raises :class:`LaunchRefused`, which names the registration if it is known."""
    check = LaunchCheck(form, secret, rules, now)
    try:
        check.validate()
    except LaunchRefused as refusal:
        state = getattr(check, "_state", None)
        refusal.registration_key = refusal.registration_key or (state.registration_key if state else "")
        raise
    return check.launch


class _NoCalls(requests.Session):
    """Stands where PyLTI1p3 keeps its own client, which knows no timeout."""

    def request(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RuntimeError("a launch calls nobody except through our own client.")


_NO_CALLS = _NoCalls()
_UNUSED = object()  # PyLTI1p3's session and cookie services, which ours has no use for


def _moment(value: object) -> float | None:
    """A NumericDate (RFC 7519 §2), if it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MOST_ID and value.isprintable()


def _has_id(value: object) -> bool:
    return isinstance(value, dict) and _is_id(value.get("id"))


def _word(text: str) -> str:
    """A word of the other side, fit to be shown: what is no plain word is not repeated."""
    return text if len(text) <= 60 and text.isascii() and text.replace("_", "").isalnum() else "unnamed"
