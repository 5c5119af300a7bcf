"""Our own signing keys as they are used: unsealed and parsed once per process."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from joserfc.jwk import RSAKey

from lti_tool.seal import Sealer

BITS = 2048


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key of ours and the id that platforms know it by."""

    kid: str
    key: RSAKey = field(repr=False)


def make(kid: str, sealer: Sealer) -> tuple[bytes, dict[str, str]]:
    """A new key: sealed for its row, and the public half as platforms read it (RFC 7517)."""
    private = generate_private_key(public_exponent=65537, key_size=BITS)
    der = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = RSAKey.import_key(private.public_key()).as_dict(private=False)
    jwk = {"kty": "RSA", "n": str(public["n"]), "e": str(public["e"]), "use": "sig", "alg": "RS256", "kid": kid}
    return sealer.seal(der, place(kid)), jwk


def parse(kid: str, sealed: bytes, sealer: Sealer) -> SigningKey:
    """Open a sealed key. Its numbers are not proved again, which would take 66 ms: the seal vouches for them."""
    der = sealer.open(sealed, place(kid))
    private = serialization.load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(private, RSAPrivateKey):
        raise TypeError("our signing keys are RSA keys.")
    return SigningKey(kid, RSAKey.import_key(private))


def place(kid: str) -> str:
    return f"tool_key:{kid}"
