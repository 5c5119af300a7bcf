"""Platform keys: parsed once, asked for anew on an unknown id, and not more than once a minute."""

import threading
from collections.abc import Callable, Iterator

import pytest

from connectors.http import HttpClient
from lti_tool.lti.keys import REFETCH_SECONDS, RETRY_SECONDS, STALE_SECONDS, PlatformKeys, read_keys
from lti_tool.lti.refusals import LaunchRefused
from tests.platform.forged import KID, ForgedPlatform
from tests.platform.keys import ec_key, jwk, rsa_key


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


MODULUS_1024 = str(jwk(rsa_key(), "k")["n"])[:171]


@pytest.fixture
def http() -> Iterator[HttpClient]:
    with HttpClient(timeout=(1.0, 5.0)) as client:
        yield client


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(LaunchRefused) as refused:
        act()
    return refused.value.code


def test_known_keys_cost_no_call(platform: ForgedPlatform, http: HttpClient) -> None:
    keys = PlatformKeys(http)
    assert keys.find(platform.jwks_url, KID) is keys.find(platform.jwks_url, KID)
    assert len(platform.asked("/jwks")) == 1


def test_an_unknown_id_asks_once_more_and_finds_a_rotated_key(platform: ForgedPlatform, http: HttpClient) -> None:
    keys = PlatformKeys(http)
    keys.find(platform.jwks_url, KID)
    platform.keys = [jwk(rsa_key("new"), "new", alg="RS256")]
    assert keys.find(platform.jwks_url, "new").algorithm == "RS256"
    assert code_of(lambda: keys.find(platform.jwks_url, KID)) == "token_key_unknown"


def test_another_key_under_the_same_id_is_found_once_the_known_one_fails(
    platform: ForgedPlatform, http: HttpClient
) -> None:
    keys = PlatformKeys(http, Watch())
    known = keys.find(platform.jwks_url, KID)
    platform.keys = [jwk(rsa_key("another"), KID, alg="RS256")]
    newer = keys.replacement(platform.jwks_url, KID, known)
    assert newer is not None
    assert keys.find(platform.jwks_url, KID) is newer
    assert keys.replacement(platform.jwks_url, KID, known) is newer, "whoever comes late asks nobody"
    assert len(platform.asked("/jwks")) == 2


def test_a_flood_of_forged_signatures_asks_once_a_minute(platform: ForgedPlatform, http: HttpClient) -> None:
    watch = Watch()
    keys = PlatformKeys(http, watch)
    for _ in range(20):
        keys.replacement(platform.jwks_url, KID, keys.find(platform.jwks_url, KID))
    assert len(platform.asked("/jwks")) == 2
    watch.at += REFETCH_SECONDS
    for _ in range(20):
        keys.replacement(platform.jwks_url, KID, keys.find(platform.jwks_url, KID))
    assert len(platform.asked("/jwks")) == 3


def test_a_key_that_was_taken_back_has_no_replacement(platform: ForgedPlatform, http: HttpClient) -> None:
    keys = PlatformKeys(http, Watch())
    known = keys.find(platform.jwks_url, KID)
    platform.keys = [jwk(rsa_key("another"), "another", alg="RS256")]
    assert keys.replacement(platform.jwks_url, KID, known) is None
    assert code_of(lambda: keys.find(platform.jwks_url, KID)) == "token_key_unknown"


def test_a_flood_of_unknown_ids_asks_once_a_minute(platform: ForgedPlatform, http: HttpClient) -> None:
    watch = Watch()
    keys = PlatformKeys(http, watch)
    keys.find(platform.jwks_url, KID)
    for number in range(20):
        assert code_of(lambda n=number: keys.find(platform.jwks_url, f"made-up-{n}")) == "token_key_unknown"
    assert len(platform.asked("/jwks")) == 2
    watch.at += REFETCH_SECONDS
    assert code_of(lambda: keys.find(platform.jwks_url, "made-up")) == "token_key_unknown"
    assert len(platform.asked("/jwks")) == 3


def test_many_threads_with_cold_keys_ask_once(platform: ForgedPlatform, http: HttpClient) -> None:
    keys = PlatformKeys(http)
    threads = [threading.Thread(target=keys.find, args=(platform.jwks_url, KID)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(platform.asked("/jwks")) == 1


def test_a_key_that_was_taken_back_stops_opening_launches(platform: ForgedPlatform, http: HttpClient) -> None:
    watch = Watch()
    keys = PlatformKeys(http, watch)
    keys.find(platform.jwks_url, KID)
    platform.keys = [jwk(rsa_key("new"), "new", alg="RS256")]
    watch.at += STALE_SECONDS
    assert code_of(lambda: keys.find(platform.jwks_url, KID)) == "token_key_unknown"


def test_an_lms_that_is_down_says_so_and_is_asked_again_soon(http: HttpClient) -> None:
    watch = Watch()
    keys = PlatformKeys(http, watch)
    nobody = "http://127.0.0.1:9/jwks"
    assert code_of(lambda: keys.find(nobody, KID)) == "keys_unreachable"
    watch.at += RETRY_SECONDS
    assert code_of(lambda: keys.find(nobody, KID)) == "keys_unreachable"


def test_keys_stay_good_while_the_lms_is_down(platform: ForgedPlatform, http: HttpClient) -> None:
    watch = Watch()
    keys = PlatformKeys(http, watch)
    known = keys.find(platform.jwks_url, KID)
    platform.answer = lambda call: (503, {}, {})  # type: ignore[method-assign]
    watch.at += STALE_SECONDS
    assert keys.find(platform.jwks_url, KID) is known


@pytest.mark.parametrize("members, algorithm", [
    pytest.param({"alg": "RS256"}, "RS256", id="as it says"),
    pytest.param({"alg": "RS512"}, "RS512", id="a longer hash, as it says"),
    pytest.param({"alg": None}, "RS256", id="without alg, as Brightspace publishes it"),
    pytest.param({"use": None}, "RS256", id="without use"),
])
def test_an_rsa_key_is_for_one_algorithm(members: dict[str, str | None], algorithm: str) -> None:
    assert read_keys({"keys": [jwk(rsa_key(), "k", **members)]})["k"].algorithm == algorithm


def test_a_curve_has_its_algorithm() -> None:
    assert read_keys({"keys": [jwk(ec_key(), "k")]})["k"].algorithm == "ES256"


@pytest.mark.parametrize("document", [
    pytest.param({"keys": [jwk(rsa_key(), "k", alg="none")]}, id="alg none"),
    pytest.param({"keys": [jwk(rsa_key(), "k", alg="HS256")]}, id="a shared secret"),
    pytest.param({"keys": [jwk(rsa_key(), "k", alg="PS256")]}, id="an algorithm not approved"),
    pytest.param({"keys": [jwk(rsa_key(), "k", use="enc")]}, id="for encryption"),
    pytest.param({"keys": [jwk(rsa_key(), None)]}, id="without id"),
    pytest.param({"keys": [jwk(rsa_key(), "k", n=None)]}, id="without modulus"),
    pytest.param({"keys": [jwk(rsa_key(), "k", n=MODULUS_1024)]}, id="too short"),
    pytest.param({"keys": [jwk(ec_key(), "k", alg="ES384")]}, id="another curve's algorithm"),
    pytest.param({"keys": [{"kty": "oct", "kid": "k", "k": "c2VjcmV0"}]}, id="a symmetric key"),
    pytest.param({"keys": ["k", 1, None]}, id="no objects"),
    pytest.param({"keys": {"k": {}}}, id="no list"),
    pytest.param([], id="no key set"),
])
def test_what_cannot_be_used_is_passed_over(document: object) -> None:
    assert read_keys(document) == {}
