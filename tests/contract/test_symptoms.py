"""One table from symptom to what happens next."""

from datetime import UTC, datetime

import pytest
import requests
from urllib3 import exceptions as low

from connectors.errors import Misconfigured, Unavailable, Uncertain
from connectors.symptoms import ROWS, Fault, error_for, retry_after, symptom_of


def wrapped(reason: Exception, kind: type[Exception] = requests.ConnectionError) -> Exception:
    """As requests wraps what urllib3 gives up on."""
    return kind(low.MaxRetryError(None, "/x", reason))  # type: ignore[arg-type]


@pytest.mark.parametrize(("error", "symptom"), [
    pytest.param(wrapped(low.NewConnectionError(None, "refused")), "unreachable", id="refused"),  # type: ignore[arg-type]
    pytest.param(wrapped(low.ConnectTimeoutError(), requests.ConnectTimeout), "unreachable", id="connect timeout"),
    pytest.param(requests.ReadTimeout(), "silent", id="read timeout: nobody knows"),
    pytest.param(low.ReadTimeoutError(None, "/x", ""), "silent", id="timeout within the body"),  # type: ignore[arg-type]
    pytest.param(low.IncompleteRead(3, 7), "dropped", id="half a body"),
    pytest.param(requests.ConnectionError(low.ProtocolError("Connection aborted.")), "dropped", id="aborted"),
    pytest.param(wrapped(low.SSLError("verify failed"), requests.exceptions.SSLError), "tls", id="certificate"),
    pytest.param(requests.exceptions.InvalidURL("x"), "address", id="no address"),
])
def test_what_happened_gets_its_name(error: Exception, symptom: str) -> None:
    assert symptom_of(error) == symptom


def test_an_end_of_file_in_tls_is_a_dropped_connection_and_no_bad_certificate() -> None:
    import ssl

    error = wrapped(low.SSLError(ssl.SSLEOFError(8, "EOF occurred")), requests.exceptions.SSLError)
    assert symptom_of(error) == "dropped"


@pytest.mark.parametrize("symptom", ["silent", "dropped", "rubbish", "too_long", "unexpected", 5])
def test_what_may_have_landed_is_uncertain_for_a_write_only(symptom: int | str) -> None:
    assert ROWS[symptom].write is Uncertain
    assert ROWS[symptom].read is Unavailable


@pytest.mark.parametrize("symptom", ["unreachable", 408, 425, 429, 503])
def test_what_was_never_written_is_unavailable(symptom: int | str) -> None:
    assert ROWS[symptom].write is Unavailable


def test_a_text_names_the_host_and_nothing_else_of_the_address() -> None:
    error = error_for(ROWS["tls"], "https://records.example/x?who=alice", False, Fault("tls"))
    assert isinstance(error, Misconfigured)
    assert str(error).startswith("records.example cannot prove who it is")


def test_a_date_in_the_past_asks_for_no_wait() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    assert retry_after({"Retry-After": "Sun, 31 May 2026 23:00:00 GMT"}, now) == 0
    assert retry_after({"Retry-After": "Mon, 01 Jun 2026 00:01:00 GMT"}, now) == 60
    assert retry_after({}, now) is None
