"""Run the demo LMS until interrupted."""

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path

from tests.demo.lms import CLIENT_ID, DEPLOYMENT_ID, STORY, running_lms, tool_at


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.demo.lms", description="The demo LMS of the University of Inverlea.",
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8401)
    parser.add_argument("--tool", default="", help="where Cairn is, e.g. http://localhost:8400; needs --tool-key")
    parser.add_argument("--tool-key", default="", help="the registration key that Cairn gave this LMS")
    parser.add_argument("--data", type=Path, default=None, help="folder that keeps state and key over a restart")
    parser.add_argument("--story", type=Path, default=STORY, help="folder with people.csv and achievements.yaml")
    parser.add_argument("--client-id", default=CLIENT_ID)
    parser.add_argument("--deployment-id", default=DEPLOYMENT_ID)
    asked = parser.parse_args(arguments)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # its lines would hold login hints
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    settings = {"story": asked.story, "data": asked.data, "client_id": asked.client_id,
                "deployment_id": asked.deployment_id}
    with running_lms(host=asked.host, port=asked.port, **settings) as here:
        if asked.tool and asked.tool_key:
            here.set_tool(tool_at(asked.tool.rstrip("/"), asked.tool_key))
        print(f"Demo LMS at {here.issuer}", flush=True)
        ended.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
