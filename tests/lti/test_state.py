"""The state of a login: ours, in time, in the browser that asked, and for the address that was asked for."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta

import pytest

from lti_tool.lti.refusals import LaunchRefused
from lti_tool.lti.state import LIFETIME, MAX_LENGTH, StateSigner, cookie_name

KEYS = (bytes(32), bytes(range(32)))
TARGET = "https://cairn.example/lti/launch"


def code_of(signer: StateSigner, state: str, secret: str | None, now: datetime) -> str:
    with pytest.raises(LaunchRefused) as refused:
        signer.read(state, secret, now)
    return refused.value.code


def test_a_state_says_what_it_was_issued_for(now: datetime) -> None:
    signer = StateSigner(KEYS)
    issued = signer.issue("reg-1", TARGET, now)
    state = signer.read(issued.state, issued.secret, now)
    assert (state.registration_key, state.nonce) == ("reg-1", issued.nonce)
    assert state.is_for(TARGET)
    assert not state.is_for(TARGET + "?x=1")


def test_two_states_share_neither_nonce_nor_secret_nor_cookie(now: datetime) -> None:
    one, two = (StateSigner(KEYS).issue("reg-1", TARGET, now) for _ in range(2))
    assert not {one.nonce, one.secret, one.cookie} & {two.nonce, two.secret, two.cookie}


def test_the_secret_is_not_in_the_state(now: datetime) -> None:
    issued = StateSigner(KEYS).issue("reg-1", TARGET, now)
    assert issued.secret.encode() not in urlsafe_b64decode(issued.state + "==")
    assert issued.secret not in repr(issued)


def test_without_the_cookie_it_opens_nothing(now: datetime) -> None:
    issued = StateSigner(KEYS).issue("reg-1", TARGET, now)
    assert code_of(StateSigner(KEYS), issued.state, None, now) == "state_cookie"


def test_the_cookie_of_another_login_opens_nothing(now: datetime) -> None:
    signer = StateSigner(KEYS)
    ours, theirs = (signer.issue("reg-1", TARGET, now) for _ in range(2))
    assert code_of(signer, ours.state, theirs.secret, now) == "state_cookie"


def test_it_lasts_ten_minutes(now: datetime) -> None:
    signer = StateSigner(KEYS)
    issued = signer.issue("reg-1", TARGET, now)
    assert signer.read(issued.state, issued.secret, now + LIFETIME)
    late = now + LIFETIME + timedelta(seconds=1)
    assert code_of(signer, issued.state, issued.secret, late) == "state_expired"


def test_a_refusal_names_the_registration_of_a_state_that_was_ours(now: datetime) -> None:
    signer = StateSigner(KEYS)
    with pytest.raises(LaunchRefused) as refused:
        signer.read(signer.issue("reg-1", TARGET, now).state, None, now)
    assert refused.value.registration_key == "reg-1"


@pytest.mark.parametrize("place", [0, 3, 10, 40, 70, 90, -1])
def test_a_changed_byte_makes_it_a_forgery(place: int, now: datetime) -> None:
    signer = StateSigner(KEYS)
    issued = signer.issue("reg-1", TARGET, now)
    raw = bytearray(urlsafe_b64decode(issued.state + "=="))
    raw[place] ^= 1
    assert code_of(signer, urlsafe_b64encode(raw).rstrip(b"=").decode(), issued.secret, now) == "state_forged"


@pytest.mark.parametrize("state, code", [
    pytest.param("", "state_missing", id="none"),
    pytest.param("state-forged", "state_forged", id="made up"),
    pytest.param("ü" * 40, "state_forged", id="not ASCII"),
    pytest.param("A" * (MAX_LENGTH + 1), "state_forged", id="too long"),
    pytest.param("A" * 43, "state_forged", id="a mac of nothing"),
])
def test_what_is_no_state_of_ours(state: str, code: str, now: datetime) -> None:
    assert code_of(StateSigner(KEYS), state, "secret", now) == code


def test_a_state_of_another_installation_is_a_forgery(now: datetime) -> None:
    issued = StateSigner([b"x" * 32]).issue("reg-1", TARGET, now)
    assert code_of(StateSigner(KEYS), issued.state, issued.secret, now) == "state_forged"


def test_an_older_key_is_still_believed_after_rotation(now: datetime) -> None:
    issued = StateSigner(KEYS[1:]).issue("reg-1", TARGET, now)
    assert StateSigner(KEYS).read(issued.state, issued.secret, now).registration_key == "reg-1"


def test_a_cookie_name_is_one_that_browsers_keep() -> None:
    assert cookie_name("any state at all").replace("_", "").isalnum()
