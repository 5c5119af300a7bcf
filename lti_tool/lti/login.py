"""Login initiation: who asks, for what, and where the browser goes next (Security Framework 1.0 §5.1.1).

PyLTI1p3's OIDC login is not used: it keeps its state in a cookie that Chromium drops in a frame, joins an address that
has a query with a second ``?``, and takes any target address.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlencode

from lti_tool.lti.refusals import LaunchRefused
from lti_tool.lti.registered import Registered, origin_of
from lti_tool.lti.state import Issued, StateSigner
from lti_tool.lti.tool_config import ToolConfig

ALWAYS = "scope=openid&response_type=id_token&response_mode=form_post&prompt=none"


@dataclass(frozen=True, slots=True)
class Answer:
    """Where the browser is sent, and the cookie it takes along."""

    location: str
    issued: Issued


def answer(
    form: Mapping[str, str], registration_key: str | None, *, config: ToolConfig, signer: StateSigner, public_url: str,
    now: datetime,
) -> Answer:
    """Answer a login initiation; nothing is written down. Raises :class:`LaunchRefused`."""
    for name in ("iss", "login_hint", "target_link_uri"):
        if not form.get(name):
            raise LaunchRefused("login_incomplete", name=name, registration_key=registration_key or "")
    registered = _find(form, registration_key, config)
    target = form["target_link_uri"]
    if not is_ours(target, public_url):
        raise LaunchRefused("login_target", registration_key=registered.key)
    issued = signer.issue(registered.key, target, now)
    question = {"login_hint": form["login_hint"]}
    if "lti_message_hint" in form:  # verbatim: Moodle's is JSON text
        question["lti_message_hint"] = form["lti_message_hint"]
    start = _start(registered.auth_url, registered.client_id, public_url + "/lti/launch")
    return Answer(f"{start}&state={issued.state}&nonce={issued.nonce}&{urlencode(question)}", issued)


def is_ours(target: str, public_url: str) -> bool:
    """Say whether an address is one of ours: same scheme, host and port."""
    return origin_of(target) == origin_of(public_url)


@lru_cache(maxsize=1024)
def _start(auth_url: str, client_id: str, redirect_uri: str) -> str:
    """The part of the question that is the same in every launch; the address may have a query of its own."""
    ours = urlencode({"client_id": client_id, "redirect_uri": redirect_uri})
    return f"{auth_url}{'&' if '?' in auth_url else '?'}{ALWAYS}&{ours}"


def _find(form: Mapping[str, str], registration_key: str | None, config: ToolConfig) -> Registered:
    client_id = form.get("client_id", "")
    if registration_key is None:
        return config.by_client(form["iss"], client_id)
    registered = config.by_key(registration_key)
    if form["iss"] != registered.issuer:
        raise LaunchRefused("registration_mismatch", name="issuer", registration_key=registered.key)
    if client_id and client_id != registered.client_id:
        raise LaunchRefused("registration_mismatch", name="client id", registration_key=registered.key)
    return registered
