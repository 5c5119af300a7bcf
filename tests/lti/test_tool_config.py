"""Registrations and signing keys, as LTI asks for them."""

import pytest
from sqlalchemy import event, select

from connectors.errors import Misconfigured
from lti_tool.clock import utcnow
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.lti.tool_config import MOST, SECONDS, Recent, ToolConfig
from lti_tool.models.institution import Institution
from lti_tool.models.platform import Registration, ToolKey
from lti_tool.services import registrations
from tests.platform.fixtures import Registered, registered_with
from tests.platform.forged import running


class Watch:
    at = 0.0

    def __call__(self) -> float:
        return self.at


def test_a_registration_is_looked_up_once_in_a_while(lms: Registered) -> None:
    watch = Watch()
    config = ToolConfig(lms.sessions, watch)
    statements: list[str] = []
    engine = lms.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", lambda _c, _k, text, *_: statements.append(text))
    assert config.by_key(lms.key) is config.by_key(lms.key)
    assert config.by_client("https://lms.example", "client-1") == config.by_key(lms.key)
    looked = len([text for text in statements if text.startswith("SELECT")])
    assert looked == 2
    watch.at += SECONDS
    config.by_key(lms.key)
    assert len([text for text in statements if text.startswith("SELECT")]) == looked + 1


def test_after_a_change_it_looks_at_once(lms: Registered) -> None:
    config = ToolConfig(lms.sessions)
    config.by_key(lms.key)
    with lms.sessions.begin() as session:
        session.scalars(select(Registration)).one().jwks_url = "https://lms.example/new"
    config.forget()
    assert config.by_key(lms.key).jwks_url == "https://lms.example/new"


def test_how_its_institution_writes_student_numbers_comes_along(lms: Registered) -> None:
    assert ToolConfig(lms.sessions).by_key(lms.key).student_number_pattern == ""
    with lms.sessions.begin() as session:
        session.scalars(select(Institution)).one().words = {"student_number_pattern": r"S\d+"}
    assert ToolConfig(lms.sessions).by_key(lms.key).student_number_pattern == r"S\d+"


def test_what_does_not_exist_is_refused_and_not_kept(lms: Registered) -> None:
    config = ToolConfig(lms.sessions)
    for _ in range(2):
        with pytest.raises(LaunchRefused, match="registration_unknown"):
            config.by_key("nobody")
    assert len(config._by_key._kept) == 0


def test_the_library_is_told_that_an_issuer_may_have_many_clients(lms: Registered) -> None:
    config = ToolConfig(lms.sessions)
    assert config.check_iss_has_many_clients("https://lms.example")
    assert not config.check_iss_has_one_client("https://lms.example")


def test_the_library_finds_registration_and_deployment(lms: Registered) -> None:
    config = ToolConfig(lms.sessions)
    found = config.find_registration_by_params("https://lms.example", "client-1")
    assert (found.get_client_id(), found.get_key_set_url()) == ("client-1", lms.platform.jwks_url)
    assert found.get_tool_private_key() is None
    assert config.find_registration_by_issuer("https://lms.example").get_client_id() == "client-1"
    assert config.find_deployment("https://lms.example", "1") is not None
    assert config.find_deployment_by_params("https://lms.example", "2", "client-1") is None


def test_each_institution_signs_with_its_own_active_key(lms: Registered) -> None:
    with running(issuer="https://other.example") as other:
        _, elsewhere = registered_with(lms.sessions, other, "elsewhere", utcnow())
    config = ToolConfig(lms.sessions)
    assert config.signing_key(lms.institution_id).kid == "inverlea-active"
    assert config.signing_key(elsewhere).kid == "elsewhere-active"


def test_a_rotated_key_signs_after_a_moment(lms: Registered) -> None:
    config = ToolConfig(lms.sessions)
    before = config.signing_key(lms.institution_id)
    with lms.sessions.begin() as session:
        registrations.rotate_keys(session, lms.institution_id, utcnow())
    config.forget()
    assert (before.kid, config.signing_key(lms.institution_id).kid) == ("inverlea-active", "inverlea-next")


def test_without_a_key_it_says_what_to_do(lms: Registered) -> None:
    with lms.sessions.begin() as session:
        for key in session.scalars(select(ToolKey)):
            session.delete(key)
    with pytest.raises(Misconfigured, match="adding a platform"):
        ToolConfig(lms.sessions).signing_key(lms.institution_id)


def test_only_the_newest_few_thousand_are_kept() -> None:
    kept: Recent[int] = Recent(Watch())
    for number in range(MOST + 10):
        kept.put(number, number)
    assert kept.get(0) is None
    assert kept.get(MOST + 9) == MOST + 9


def test_the_launch_after_a_plain_login_needs_no_look_of_its_own(lms: Registered) -> None:
    config = ToolConfig(lms.sessions)
    assert config.by_client("https://lms.example", "client-1") is config.by_key(lms.key)
