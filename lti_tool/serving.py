"""The web server: gunicorn with threads, and in one of its processes the dispatcher that drains the outbox."""

from dataclasses import replace
from typing import Any

from gunicorn.app.base import BaseApplication

from lti_tool.settings import Settings


class Serving(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """Gunicorn, told by our settings instead of a file of its own."""

    def __init__(self, settings: Settings, bind: str, is_dispatching: bool) -> None:
        self.settings, self.bind_to, self.is_dispatching = settings, bind, is_dispatching
        super().__init__()

    def load_config(self) -> None:
        for name, value in {
            "bind": self.bind_to, "workers": self.settings.web_workers, "threads": self.settings.web_threads,
            "worker_class": "gthread", "timeout": 60, "keepalive": 5, "accesslog": None, "loglevel": "warning",
            "limit_request_line": 8190,  # a login by GET carries the LMS's message hint, and Canvas's is a long token
            "post_worker_init": self._start_dispatcher, "worker_exit": self._stop_dispatcher,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        from lti_tool.app import create_app

        return create_app(replace(self.settings, is_dispatching=self.is_dispatching))

    def _start_dispatcher(self, worker: Any) -> None:
        # Every web process may run one: the lease, not the number of dispatchers, keeps a message from going twice.
        if self.is_dispatching and worker.age == 1:
            from lti_tool.worker import start_embedded

            house = worker.app.callable.extensions["cairn"]
            worker.cairn_dispatcher = house.dispatcher = start_embedded(house.sessions, self.settings)

    def _stop_dispatcher(self, _server: Any, worker: Any) -> None:
        dispatcher = getattr(worker, "cairn_dispatcher", None)
        if dispatcher is not None:
            dispatcher.stop()


def run(settings: Settings, *, bind: str, is_dispatching: bool) -> None:
    """Serve until told to stop."""
    Serving(settings, bind, is_dispatching).run()
