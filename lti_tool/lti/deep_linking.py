"""Deep linking: what the LMS takes, and the signed answer with the picked link and its gradebook column (DL 2.0).

PyLTI1p3 builds the answer; ours differs where its own would be refused or unsafe: ``data`` goes back only if it came,
what the LMS does not take is not offered, and the form is rendered by a template that escapes.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from pylti1p3.deep_link import DeepLink

from lti_tool.lti import claims, compact
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.lti.registered import Registered
from lti_tool.lti.tool_config import as_library
from lti_tool.lti.tool_keys import SigningKey

RESPONSE = "LtiDeepLinkingResponse"
LINK = "ltiResourceLink"
LIFETIME = timedelta(minutes=5)
BACK = timedelta(seconds=5)  # Moodle takes no iat that is even two seconds ahead of its clock


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What the LMS takes back, and where; kept with the launch session as JSON."""

    return_url: str
    accept_types: tuple[str, ...]
    accepts_multiple: bool = True
    accepts_line_item: bool = False
    title: str = ""
    has_data: bool = False
    data: Any = None  # opaque, returned letter by letter

    @property
    def takes_links(self) -> bool:
        return LINK in self.accept_types

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "accept_types": list(self.accept_types)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        return cls(**{**found, "accept_types": tuple(found["accept_types"])})


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """The gradebook column that comes with a link; ``resource_id`` finds it again after a course copy."""

    label: str
    maximum: Decimal
    resource_id: str
    tag: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A link to place in the course."""

    url: str
    title: str
    custom: Mapping[str, str] = field(default_factory=dict)
    column: Column | None = None


def settings_from(found: Mapping[str, Any]) -> Settings:
    """The settings claim. Raises :class:`LaunchRefused` without a way back (DL 2.0 §3.4.1)."""
    url, types = found.get("deep_link_return_url"), found.get("accept_types")
    is_usable = isinstance(url, str) and url.startswith(("https://", "http://")) and url.isprintable()
    if not is_usable or not isinstance(types, list):
        raise LaunchRefused("claim_deep_linking")
    return Settings(
        return_url=str(url), accept_types=tuple(kind for kind in types if isinstance(kind, str)),
        accepts_multiple=_truth(found.get("accept_multiple"), True),
        accepts_line_item=_truth(found.get("accept_lineitem"), True),
        title=found["title"][:255] if isinstance(found.get("title"), str) else "",
        has_data="data" in found, data=found.get("data"),
    )


def respond(
    registered: Registered, deployment_id: str, settings: Settings, items: Sequence[Item], *, key: SigningKey,
    now: datetime,
) -> str:
    """The signed answer for the form field ``JWT``; no items is a valid "cancel"."""
    answer = _Answer(registered, deployment_id, settings, key, now)
    links: list[Any] = [_wire(item, settings) for item in _fitting(items, settings)]
    return str(answer.get_response_jwt(links))


def _fitting(items: Sequence[Item], settings: Settings) -> Sequence[Item]:
    if not settings.takes_links:
        return ()
    return items if settings.accepts_multiple else items[:1]


def _wire(item: Item, settings: Settings) -> dict[str, object]:
    """A link as it travels (DL 2.0 §3.2); a column's label and maximum are required there."""
    found: dict[str, object] = {"type": LINK, "url": item.url, "title": item.title, "custom": dict(item.custom)}
    column = item.column
    if column is not None and settings.accepts_line_item:
        line_item = {"label": column.label, "scoreMaximum": _number(column.maximum), "resourceId": column.resource_id}
        found["lineItem"] = {**line_item, **({"tag": column.tag} if column.tag else {})}
    return found


class _Answer(DeepLink):
    """PyLTI1p3's response with our items (its own take binary floats only), key, clock and one audience."""

    def __init__(
        self, registered: Registered, deployment_id: str, settings: Settings, key: SigningKey, now: datetime
    ) -> None:
        super().__init__(as_library(registered), deployment_id, {})
        self._registered = registered
        self._settings = settings
        self._key = key
        self._now = now

    def get_message_jwt(self, resources: Sequence[Any]) -> dict[str, object]:
        message: dict[str, object] = {
            "iss": self._registered.client_id, "aud": self._registered.issuer,
            "iat": int((self._now - BACK).timestamp()), "exp": int((self._now + LIFETIME).timestamp()),
            "nonce": secrets.token_urlsafe(18),
            claims.DEPLOYMENT_ID: self._deployment_id, claims.MESSAGE_TYPE: RESPONSE, claims.VERSION: "1.3.0",
            claims.CONTENT_ITEMS: list(resources),
        }
        if self._settings.has_data:
            message[claims.DEEP_LINKING_DATA] = self._settings.data
        return message

    def encode_jwt(self, message: dict[str, Any]) -> str:
        return compact.sign(message, self._key)


def _truth(value: object, default: bool) -> bool:
    """A boolean, also as the text that some platforms send."""
    if isinstance(value, str):
        return value.strip().lower() == "true"
    return value if isinstance(value, bool) else default


def _number(value: Decimal) -> Decimal | int:
    """A whole number without point: Moodle takes no other maxima."""
    return int(value) if value == value.to_integral_value() else value
