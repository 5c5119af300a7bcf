"""Keys of forged platforms, made once per test run: making RSA keys is slow."""

import base64
import hmac
import json
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, RSAKey

HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}


@lru_cache
def rsa_key(name: str = "platform") -> rsa.RSAPrivateKey:
    """A key by name; the same name is the same key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@lru_cache
def ec_key(name: str = "platform") -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def jwk(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, kid: str | None, **members: str | None) -> dict[str, Any]:
    """The public half as a platform publishes it; a member given as None is left out."""
    kind = RSAKey if isinstance(key, rsa.RSAPrivateKey) else ECKey
    found = {**kind.import_key(key.public_key()).as_dict(private=False), "kid": kid, "use": "sig", **members}
    return {name: value for name, value in found.items() if value is not None}


def part(value: object) -> str:
    """One part of a compact token, of whatever is given."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signature(message: str, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, algorithm: str) -> str:
    """Signed as the algorithm says, by the bare primitives: nothing of the code under test has a hand in it."""
    if algorithm == "HS256":  # the old trick: our public key, known to everybody, as if it were a shared secret
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return part(hmac.digest(public, message.encode(), "sha256"))
    digest = HASHES[algorithm[2:]]()
    if isinstance(key, rsa.RSAPrivateKey):
        return part(key.sign(message.encode(), padding.PKCS1v15(), digest))
    r, s = decode_dss_signature(key.sign(message.encode(), ec.ECDSA(digest)))
    return part(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
