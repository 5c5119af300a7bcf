"""Compact tokens are read strictly, and believed by the one algorithm of the key (RFC 7515, RFC 7519)."""

import hmac
import json
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import serialization

from lti_tool.lti import compact, tool_keys
from lti_tool.lti.keys import PlatformKey, read_keys
from lti_tool.lti.refusals import LaunchRefused
from lti_tool.seal import Sealer
from tests.platform.fixtures import made_key
from tests.platform.keys import ec_key, jwk, part, rsa_key, signature

HEADER = {"typ": "JWT", "alg": "RS256", "kid": "k"}


def key_of(document: dict[str, object]) -> PlatformKey:
    return read_keys({"keys": [document]})["k"]


RSA = key_of(jwk(rsa_key(), "k", alg="RS256"))


def token(claims: object = None, header: object = None, algorithm: str = "RS256", key: object = None) -> str:
    message = f"{part(header or HEADER)}.{part(claims if claims is not None else {'sub': 'bob'})}"
    return f"{message}.{signature(message, key or rsa_key(), algorithm)}"


def carrying(raw: bytes) -> str:
    """Anything at all between a header and a signature."""
    return f"{part(HEADER)}.{part(raw)}.c2ln"


def code_of(text: str, key: PlatformKey = RSA) -> str:
    with pytest.raises(LaunchRefused) as refused:
        compact.believe(compact.read(text), key)
    return refused.value.code


def test_a_signed_token_is_believed() -> None:
    read = compact.read(token({"sub": "bob"}))
    compact.believe(read, RSA)
    assert read.claims == {"sub": "bob"}


def test_an_elliptic_curve_will_do() -> None:
    text = token(header={**HEADER, "alg": "ES256"}, algorithm="ES256", key=ec_key())
    compact.believe(compact.read(text), key_of(jwk(ec_key(), "k", alg="ES256")))


@pytest.mark.parametrize("text, code", [
    pytest.param("", "token_missing", id="nothing"),
    pytest.param("bob", "token_malformed", id="just a name (certification N5)"),
    pytest.param("a.b", "token_malformed", id="two parts"),
    pytest.param("a.b.c.d", "token_malformed", id="four parts"),
    pytest.param("é.é.é", "token_malformed", id="not ASCII"),
    pytest.param(f"{part(['list'])}.{part({})}.c2ln", "token_malformed", id="header is a list"),
    pytest.param(f"{part(HEADER)}.{part('text')}.c2ln", "token_malformed", id="claims are a text"),
    pytest.param(carrying(b"[" * 40_000), "token_malformed", id="nested without end"),
    pytest.param(carrying(b'{"sub":"bob","sub":"alice"}'), "token_malformed", id="a name twice"),
    pytest.param(carrying(b'{"a":{"b":1,"b":2}}'), "token_malformed", id="a name twice, deep"),
    pytest.param(carrying(b'{"exp":NaN}'), "token_malformed", id="NaN"),
    pytest.param(carrying(b"\xff\xfe"), "token_malformed", id="no UTF-8"),
    pytest.param(f"{part(HEADER)}+.{part({})}.c2ln", "token_malformed", id="not the URL-safe alphabet"),
    pytest.param(f"{part(HEADER)}=.{part({})}.c2ln", "token_malformed", id="padded"),
    pytest.param("a" * (1024 * 1024), "token_too_long", id="a megabyte"),
])
def test_what_is_no_token(text: str, code: str) -> None:
    with pytest.raises(LaunchRefused) as refused:
        compact.read(text)
    assert refused.value.code == code


def test_another_key_is_refused() -> None:
    assert code_of(token(key=rsa_key("stranger"))) == "token_signature"


def test_a_changed_claim_is_refused() -> None:
    head, _, tail = token().split(".")
    assert code_of(f"{head}.{part({'sub': 'alice'})}.{tail}") == "token_signature"


def test_no_algorithm_is_refused() -> None:
    assert code_of(f"{part({**HEADER, 'alg': 'none'})}.{part({'sub': 'bob'})}.") == "token_algorithm"


def test_a_public_key_is_no_shared_secret() -> None:
    pem = rsa_key().public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    message = f"{part({**HEADER, 'alg': 'HS256'})}.{part({'sub': 'bob'})}"
    assert code_of(f"{message}.{part(hmac.digest(pem, message.encode(), sha256))}") == "token_algorithm"


def test_a_key_for_one_algorithm_is_for_no_other() -> None:
    assert code_of(token(header={**HEADER, "alg": "RS384"}, algorithm="RS384")) == "token_algorithm"


def test_an_extension_that_must_be_understood_is_refused() -> None:
    assert code_of(token(header={**HEADER, "crit": ["exp"], "exp": 1})) == "token_algorithm"


def test_a_short_signature_is_refused() -> None:
    assert code_of(token()[:-8]) == "token_signature"


def test_ours_are_signed_with_our_key_id() -> None:
    sealed, public = made_key("ours")
    key = tool_keys.parse("ours", sealed, Sealer([bytes(range(32))]))
    text = compact.sign({"iss": "client-1"}, key)
    read = compact.read(text)
    compact.believe(read, read_keys({"keys": [public]})["ours"])
    assert read.header == {"typ": "JWT", "alg": "RS256", "kid": "ours"}
    assert json.loads(json.dumps(read.claims)) == {"iss": "client-1"}
