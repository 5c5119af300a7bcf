"""The test of an LMS: keys, clock and each service, every line a sentence; nothing is changed there."""

from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime

import pytest

from connectors.contract import CheckReport
from connectors.http import Answer, HttpClient
from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.lti.service import SCOPES
from lti_tool.models.platform import Registration
from lti_tool.services import platform_checks, registrations
from lti_tool.services.errors import NotFound
from tests import factories
from tests.conftest import NOW
from tests.platform.forged import ForgedPlatform, running


@pytest.fixture
def platform() -> Iterator[ForgedPlatform]:
    with running() as platform:
        platform.grants(*SCOPES)
        yield platform


@pytest.fixture
def http() -> Iterator[HttpClient]:
    with HttpClient(timeout=(3.0, 10.0), pool=2) as http:
        yield http


def check(
    sessions: Sessions, http: HttpClient, platform: ForgedPlatform, *, deployments: tuple[str, ...] = ("1",)
) -> CheckReport:
    with sessions.begin() as session:
        institution = factories.institution(session)
        new = registrations.NewPlatform(
            name="Forged", issuer=platform.issuer, client_id=platform.client_id, auth_url=platform.auth_url,
            token_url=platform.token_url, jwks_url=platform.jwks_url, deployments=deployments,
        )
        key = registrations.add_platform(session, institution.id, new, NOW).key
    return platform_checks.check(sessions, http, institution.id, key)


def text_of(report: CheckReport, label: str) -> tuple[bool, str]:
    (line,) = [line for line in report.lines if line.label == label]
    return line.is_ok, line.text


def test_a_healthy_lms_is_well_in_every_line(
    sessions: Sessions, http: HttpClient, platform: ForgedPlatform
) -> None:
    report = check(sessions, http, platform)
    assert report.is_ok
    assert [line.label for line in report.lines if line.label in platform_checks.OFFERED] == list(
        platform_checks.OFFERED
    )


def test_it_only_reads_keys_and_asks_for_tokens(
    sessions: Sessions, http: HttpClient, platform: ForgedPlatform
) -> None:
    check(sessions, http, platform)
    assert {(call.method, call.path) for call in platform.calls} == {("GET", "/jwks"), ("POST", "/token")}


def test_a_service_that_is_switched_off_is_named_and_the_others_are_well(
    sessions: Sessions, http: HttpClient, platform: ForgedPlatform
) -> None:
    granted = platform.routes["POST /token"]
    score = platform_checks.OFFERED["Scores: send"]
    platform.routes["POST /token"] = lambda call: (
        (400, {"error": "invalid_scope"}, {}) if call.form["scope"] == score else granted(call)
    )
    report = check(sessions, http, platform)
    assert [line.label for line in report.lines if not line.is_ok] == ["Scores: send"]


def test_without_a_deployment_the_command_is_named(
    sessions: Sessions, http: HttpClient, platform: ForgedPlatform
) -> None:
    is_ok, text = text_of(check(sessions, http, platform, deployments=()), "Deployments")
    assert not is_ok
    assert "`cairn platforms deploy" in text


def test_a_key_set_that_is_empty_is_said(sessions: Sessions, http: HttpClient, platform: ForgedPlatform) -> None:
    platform.keys.clear()
    assert text_of(check(sessions, http, platform), "Key set of the LMS") == (False, "0 usable keys")


@pytest.mark.parametrize(("behind", "is_ok"), [(10, True), (120, False)])
def test_a_clock_that_differs_is_said(http: HttpClient, behind: int, is_ok: bool) -> None:
    said = format_datetime(utcnow() - timedelta(seconds=behind), usegmt=True)
    (line,) = platform_checks._clock(Answer(200, {"Date": said}, b"{}", "https://lms.example/jwks"))
    assert line.is_ok is is_ok


def test_another_institutions_lms_is_not_there(
    sessions: Sessions, http: HttpClient, platform: ForgedPlatform
) -> None:
    check(sessions, http, platform)
    with sessions.begin() as session:
        ours = session.query(Registration).one()
        theirs = factories.institution(session, "elsewhere").id
    with pytest.raises(NotFound):
        platform_checks.check(sessions, http, theirs, ours.key)
