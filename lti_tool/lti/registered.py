"""A registered LMS as a plain value, so that nothing of LTI waits for a database."""

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """One registration. Its key, not issuer and client id, says which: those two may occur twice (Canvas)."""

    id: int
    key: str
    institution_id: int
    issuer: str
    client_id: str
    auth_url: str
    token_url: str
    jwks_url: str
    token_audience: str = ""
    profile: str = "generic"
    name: str = ""
    student_field: str = ""  # the custom field that an administrator trusts with student numbers
    student_number_pattern: str = ""  # how its institution writes them (services/student_numbers.py)

    @property
    def audience(self) -> str:
        """Whom our token requests address: the token URL, unless the LMS names another (Brightspace)."""
        return self.token_audience or self.token_url

    @property
    def origins(self) -> tuple[str, ...]:
        """Where pages of this LMS come from, as far as the registration tells; they may frame us."""
        found = (origin_of(url) for url in (self.issuer, self.auth_url))
        return tuple(dict.fromkeys(origin for origin in found if origin))


@lru_cache(maxsize=4096)  # the same few addresses, several times in every launch
def origin_of(url: str) -> str:
    """Scheme and host of a web address, or nothing where it is none."""
    try:
        parts = urlsplit(url)
        if parts.scheme in {"https", "http"} and parts.hostname and not set(parts.netloc) & set(" ;,'\""):
            return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()
    except ValueError:
        pass
    return ""
