"""Servers of the contract tests; each is a real socket on loopback."""

from collections.abc import Callable, Iterator

import pytest

pytest.register_assert_rewrite("connectors.testing")

from connectors.oneroster import OneRosterGradebook  # noqa: E402
from tests.contract.wire.gradebook import Gradebook, connect  # noqa: E402
from tests.contract.wire.server import Respond, WireServer  # noqa: E402


@pytest.fixture
def gradebook() -> Iterator[Gradebook]:
    book = Gradebook()
    with book.server:
        yield book


@pytest.fixture
def oneroster(gradebook: Gradebook) -> Iterator[OneRosterGradebook]:
    connector = connect(gradebook)
    yield connector
    connector.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Respond], WireServer]]:
    """Start servers that answer as told."""
    started: list[WireServer] = []

    def start(respond: Respond) -> WireServer:
        started.append(WireServer(respond).__enter__())
        return started[-1]

    yield start
    for server in started:
        server.__exit__()
