"""A forged LMS that is registered with an institution, and the application that it opens."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import pytest
from flask import Flask
from sqlalchemy import select

from lti_tool.app import create_app
from lti_tool.db import Sessions
from lti_tool.lti import tool_keys
from lti_tool.models.platform import Registration, ToolKey
from lti_tool.seal import Sealer
from lti_tool.services import registrations
from lti_tool.settings import Settings
from tests import factories
from tests.conftest import KEY
from tests.platform.forged import ForgedPlatform, running
from tests.platform.tab import ADDRESS, Tab


@dataclass
class Registered:
    """A forged LMS, its registration's login address, and tabs to open it in."""

    app: Flask
    platform: ForgedPlatform
    sessions: Sessions
    key: str
    institution_id: int

    @property
    def login_path(self) -> str:
        return f"/lti/login/{self.key}"

    def tab(self) -> Tab:
        return Tab(self.app, self.platform)


def registered_with(sessions: Sessions, platform: ForgedPlatform, code: str, now: datetime) -> tuple[str, int]:
    """Register a platform with a new institution; the registration's key and the institution's id."""
    with sessions.begin() as session:
        institution = factories.institution(session, code)
        for state in ("active", "next"):
            session.add(tool_key(institution.id, f"{code}-{state}", state))
        new = registrations.NewPlatform(
            name="Forged", issuer=platform.issuer, client_id=platform.client_id, auth_url=platform.auth_url,
            token_url=platform.token_url, jwks_url=platform.jwks_url, deployments=[platform.deployment_id],
        )
        key = registrations.add_platform(session, institution.id, new, now).key
        return key, institution.id


@lru_cache
def made_key(kid: str) -> tuple[bytes, dict[str, str]]:
    """A signing key of ours, made once per test run: making RSA keys is slow."""
    return tool_keys.make(kid, Sealer([KEY]))


def tool_key(institution_id: int, kid: str, state: str) -> ToolKey:
    sealed, public = made_key(kid)
    return ToolKey(institution_id=institution_id, kid=kid, state=state, private_sealed=sealed, public_jwk=public)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(database_url=database_url, public_url=ADDRESS, secret_keys=(KEY,), clock_leeway_seconds=5)


@pytest.fixture
def platform() -> Iterator[ForgedPlatform]:
    with running() as platform:
        yield platform


@pytest.fixture
def app(settings: Settings, sessions: Sessions) -> Iterator[Flask]:
    app = create_app(settings, sessions=sessions)
    yield app
    app.extensions["cairn"].http.close()


@pytest.fixture
def lms(app: Flask, platform: ForgedPlatform, sessions: Sessions, now: datetime) -> Registered:
    key, institution_id = registered_with(sessions, platform, "inverlea", now)
    return Registered(app, platform, sessions, key, institution_id)


def registration_of(lms: Registered) -> Registration:
    with lms.sessions() as session:
        return session.scalars(select(Registration).where(Registration.key == lms.key)).one()
