"""OneRoster keeps its promises against the demo's record system too, which somebody else wrote."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from threading import Event
from typing import Any

import pytest

from connectors.oneroster import OneRosterGradebook
from connectors.registry import configure
from connectors.testing import SECRET, HttpRecordSystemContract, a_record
from tests.demo.record_system.held import state_of
from tests.demo.record_system.running import RecordSystemProcess

STUDENTS = """student,registration,family_name,given_name,class
S0000001,S0000001/1,Quillfeather,Alice,class-1
S0000002,S0000002/1,Marsh,Bob,class-1
"""
App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Gateway:
    """Stands before the record system, and can hang or answer with a page of its own."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.mood = ""
        self.released = Event()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if self.mood == "hang":
            self.released.wait()
        if self.mood == "rubbish":
            start_response("200 OK", [("Content-Type", "text/html")])
            return [b"<html>Alice Quillfeather, please log in"]
        return self.app(environ, start_response)


class DemoRemote:
    """Drives the demo's record system."""

    def __init__(self, process: RecordSystemProcess) -> None:
        self.process = process
        self.gateway = Gateway(process.app.wsgi_app)
        process.app.wsgi_app = self.gateway  # type: ignore[method-assign]

    def connect(self, **settings: str) -> OneRosterGradebook:
        usual = {
            "url": self.process.oneroster_url, "token_url": self.process.token_url, "client_id": "cairn",
            "check_class": "class-1",
        }
        connector = configure("oneroster", {**usual, **settings}, {"client_secret": SECRET})
        assert isinstance(connector, OneRosterGradebook)
        return connector

    def held(self) -> int:
        return sum(state_of(result) != "withdrawn" for result in self.process.held.store.all("results"))

    def be_unavailable(self) -> None:
        self.process.control(down=True)

    def lose_answers(self) -> None:
        connector = self.connect()
        other = connector.push(a_record("S0000002"))  # makes the line item, so that the next write is the result
        connector.close()
        self.process.held.store.delete("results", other.key)
        self.process.control(cut_after_write=1)

    def refuse_credentials(self) -> None:
        self.process.control(status=401, count=1000)

    def talk_rubbish(self) -> None:
        self.gateway.mood = "rubbish"

    def hang(self) -> None:
        self.gateway.mood = "hang"

    def revoke_tokens(self) -> None:
        self.process.app.extensions["tokens"].forget()

    def recover(self) -> None:
        self.gateway.mood = ""
        self.gateway.released.set()
        self.process.control(reset=True)

    def forget_everything(self) -> None:
        for kind in ("results", "lineItems", "categories"):
            for thing in list(self.process.held.store.all(kind)):
                self.process.held.store.delete(kind, thing["sourcedId"])

    def agree(self, key: str, reference: str, agreed_on: date) -> None:
        self.process.agree(reference=reference, date=agreed_on.isoformat())


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RecordSystemProcess]:
    folder = tmp_path_factory.mktemp("records")
    students = folder / "students.csv"
    students.write_text(STUDENTS)
    with RecordSystemProcess(folder / "data", students=students, client_secret=SECRET) as process:
        yield process


class TestOneRosterBesideTheDemo(HttpRecordSystemContract):
    @pytest.fixture
    def remote(self, process: RecordSystemProcess) -> Iterator[DemoRemote]:
        app = process.app.wsgi_app
        remote = DemoRemote(process)
        yield remote
        remote.recover()
        remote.forget_everything()
        process.app.wsgi_app = app  # type: ignore[method-assign]

    @pytest.fixture
    def connector(self, remote: DemoRemote) -> Iterator[OneRosterGradebook]:
        connector = remote.connect(read_seconds="0.5")
        yield connector
        connector.close()
