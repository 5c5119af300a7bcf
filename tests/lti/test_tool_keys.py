"""Our signing keys: sealed where they are kept, and public only in their public half."""

import pytest

from lti_tool.lti import tool_keys
from lti_tool.seal import Sealer, SealError
from tests.platform.fixtures import made_key

SEALER = Sealer([bytes(range(32))])


def test_a_key_is_rsa_of_2048_bits() -> None:
    sealed, _ = made_key("ours")
    key = tool_keys.parse("ours", sealed, SEALER)
    assert (key.kid, key.key.public_key.key_size) == ("ours", 2048)


def test_the_published_half_says_what_it_is_for_and_holds_no_secret() -> None:
    _, public = made_key("ours")
    assert {name: public[name] for name in ("kty", "use", "alg", "kid")} == {
        "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "ours",
    }
    assert not {"d", "p", "q"} & set(public)


def test_a_sealed_key_opens_under_its_own_id_only() -> None:
    sealed, _ = made_key("ours")
    with pytest.raises(SealError):
        tool_keys.parse("another", sealed, SEALER)


def test_a_key_is_not_printed() -> None:
    sealed, _ = made_key("ours")
    assert repr(tool_keys.parse("ours", sealed, SEALER)) == "SigningKey(kid='ours')"
