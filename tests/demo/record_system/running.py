"""Runs the record system in this process, on threads, with real sockets."""

import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.demo.record_system.app import create_record_system
from tests.demo.record_system.drop import SftpDrop


class QuietHandler(WSGIRequestHandler):
    """Says nothing about each request: paths carry ids of people."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class RecordSystemProcess:
    """A running record system, HTTP and SFTP; use it as a context manager, or call ``close``."""

    def __init__(
        self, data_dir: Path, *, port: int = 0, sftp_port: int = 0, registry_password: str = "registry",
        sftp_password: str = "inverlea-drop", authorized_key: str = "", **settings: Any,
    ) -> None:
        self.registry_password = registry_password
        self.app = create_record_system(data_dir, registry_password=registry_password, **settings)
        self.held = self.app.extensions["held"]
        self.drop = SftpDrop(
            data_dir, self.held.faults, port=sftp_port, password=sftp_password, authorized_key=authorized_key,
        )
        self._server = make_server("127.0.0.1", port, self.app, threaded=True, request_handler=QuietHandler)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self.token_url = f"{self.url}/oauth/token"
        self.oneroster_url = f"{self.url}/ims/oneroster"
        self.sftp_location = f"sftp://cairn@127.0.0.1:{self.drop.port}/"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="record-system", daemon=True,
        )
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(20)
        self.drop.close()
        self.held.store.close()

    def control(self, **switches: Any) -> dict[str, Any]:
        """Turn the fault switches."""
        return self._post("/_control", switches)

    def agree(self, *, reference: str, date: str, run: str = "all", students: Sequence[str] = ()) -> dict[str, Any]:
        """What the registry's board does."""
        return self._staff("/registry/agree", run=run, students=list(students), reference=reference, date=date)

    def change(self, *, student: str, mark: str, run: str = "all") -> dict[str, Any]:
        """What somebody over there does by hand."""
        return self._staff("/registry/change", run=run, students=[student], mark=mark)

    def load_files(self) -> dict[str, Any]:
        """The nightly job."""
        return self._staff("/registry/load-files")

    def _staff(self, path: str, **form: Any) -> dict[str, Any]:
        return self._post(path, {**form, "password": self.registry_password})

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = requests.post(self.url + path, json=body, headers={"Accept": "application/json"}, timeout=30)
        answer.raise_for_status()
        return dict(answer.json())
