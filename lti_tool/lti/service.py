"""Calls to the services of an LMS: our signed assertion becomes a token, the token is shared and renewed.

PyLTI1p3's connector is implemented on our own client: its own knows no timeout, keeps a token past its end and lowers
the case of next-page addresses.
"""

import json
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from pylti1p3.service_connector import ServiceConnector

from connectors.cache import Cache
from connectors.errors import Misconfigured, Rejected, Unavailable
from connectors.http import Answer, HttpClient
from connectors.oauth import Token, read_token, useful_seconds
from lti_tool.clock import utcnow
from lti_tool.lti.compact import sign
from lti_tool.lti.platforms import Platform, platform_for
from lti_tool.lti.registered import Registered, origin_of
from lti_tool.lti.tool_config import ToolConfig, as_library

_AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM = _AGS + "lineitem"
LINE_ITEM_READ = _AGS + "lineitem.readonly"
RESULT_READ = _AGS + "result.readonly"
SCORE = _AGS + "score"
ROSTER = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
SCOPES = (LINE_ITEM, LINE_ITEM_READ, RESULT_READ, SCORE, ROSTER)

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BACK = timedelta(seconds=30)  # Moodle allows its clock no leeway: an iat two seconds ahead is refused
LIFETIME = timedelta(minutes=5)
MOST_PAGES = 10_000

Tokens = Cache[tuple[int, str], Token]


class Services:
    """The services of all LMSs; tokens are shared by the process, one per registration and scopes."""

    def __init__(self, http: HttpClient, config: ToolConfig) -> None:
        self._http = http
        self._config = config
        self._tokens: Tokens = Cache(useful_seconds)

    def of(self, registered: Registered) -> "Service":
        return Service(registered, self._http, self._config, self._tokens)


class Service(ServiceConnector):
    """The services of one LMS."""

    def __init__(self, registered: Registered, http: HttpClient, config: ToolConfig, tokens: Tokens) -> None:
        # our client in place of a session: whatever of the library goes around our two methods fails loudly
        super().__init__(as_library(registered), requests_session=http)  # type: ignore[arg-type]
        self.registered = registered
        self._http = http
        self._config = config
        self._tokens = tokens

    @property
    def platform(self) -> Platform:
        return platform_for(self.registered.profile)

    def call(
        self, method: str, url: str, scopes: Sequence[str], *, accept: str = "", content_type: str = "",
        body: str | None = None, params: Mapping[str, str | int] | None = None, expect: Collection[int] = (),
    ) -> Answer:
        """One call with a token for these scopes. Errors are those of :mod:`connectors.errors`."""
        headers = {**({"Accept": accept} if accept else {}), **({"Content-Type": content_type} if content_type else {})}
        return self._http.request(
            method, url, headers=headers, params=params, data=body.encode() if body is not None else None,
            expect=expect, auth=_Bearer(self, scopes),
        )

    def pages(
        self, url: str, scopes: Sequence[str], *, accept: str, params: Mapping[str, str | int] | None = None
    ) -> Iterator[Answer]:
        """Every page of a list, from the first to the one without a next."""
        origin, seen, following = origin_of(url), set[str](), url
        while following not in seen and len(seen) < MOST_PAGES:
            seen.add(following)
            answer = self.call("GET", following, scopes, accept=accept, params=params)
            yield answer
            following, params = answer.links.get("next", ""), None
            if not following:
                return
            if origin_of(following) != origin:
                raise answer.error("elsewhere")  # another host does not get our token
        raise Unavailable("The LMS's list has no end: its next page is one that was read.", code="endless")

    def token(self, scopes: Sequence[str]) -> Token:
        """The token in use for these scopes, fetched if there is none. Raises where the LMS grants less."""
        wanted = " ".join(sorted(scopes))
        token = self._tokens.get((self.registered.id, wanted), lambda: self._fetch(wanted))
        missing = set(scopes) - token.scopes if token.scopes is not None else set()
        if missing:
            raise Misconfigured(
                "The LMS does not let Cairn use a service: switch it on in the tool's settings there.",
                code="scope", words=", ".join(sorted(missing)),
            )
        return token

    def drop(self, scopes: Sequence[str], header: str) -> None:
        """A token was refused: forget it, unless another thread has a newer one already."""
        wanted = " ".join(sorted(scopes))
        token = self.token(scopes)
        if token.header == header:
            self._tokens.drop((self.registered.id, wanted), token)

    def get_access_token(self, scopes: Sequence[str]) -> str:
        """For PyLTI1p3's own services."""
        return self.token(scopes).header.removeprefix("Bearer ")

    def make_service_request(
        self, scopes: Sequence[str], url: str, is_post: bool = False, data: str | None = None,
        content_type: str = "application/json", accept: str = "application/json",
        case_insensitive_headers: bool = False,
    ) -> Any:
        """For PyLTI1p3's own services, in its own shape."""
        answer = self.call(
            "POST" if is_post else "GET", url, scopes, accept=accept, content_type=content_type if is_post else "",
            body=(data or "") if is_post else None,
        )
        return {
            "headers": answer.headers, "body": json.loads(answer.body) if answer.body else None,
            "next_page_url": answer.links.get("next"),
        }

    def _fetch(self, scope: str) -> Token:
        try:
            answer = self._http.request("POST", self.registered.token_url, is_read=True, data={
                "grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self._assertion(utcnow()), "scope": scope,
            })
        except Rejected as error:  # 400 invalid_client, invalid_scope …: no call will get through
            raise Misconfigured(
                "The LMS gives Cairn no token: check client id, token audience, key set address and services there.",
                code=error.code, words=error.words,
            ) from error
        return read_token(answer.json())  # Moodle says text/html; the body is JSON all the same

    def _assertion(self, now: datetime) -> str:
        """Who we are, signed (RFC 7523 §3; Security Framework 1.0 §4.1.1). One audience: Brightspace fails on two."""
        known = self.registered
        return sign({
            "iss": known.client_id, "sub": known.client_id, "aud": known.audience, "jti": str(uuid.uuid4()),
            "iat": int((now - BACK).timestamp()), "exp": int((now + LIFETIME).timestamp()),
        }, self._config.signing_key(known.institution_id))


class _Bearer:
    """The Authorization header of one call; after a 401 a new token is tried, once."""

    def __init__(self, service: Service, scopes: Sequence[str]) -> None:
        self._service = service
        self._scopes = scopes

    def header(self) -> str:
        return self._service.token(self._scopes).header

    def refused(self, header: str) -> bool:
        self._service.drop(self._scopes, header)
        return True
