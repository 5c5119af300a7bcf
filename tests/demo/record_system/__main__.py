"""``python -m tests.demo.record_system``: the record system of the demo, until it is told to stop."""

import argparse
import signal
import threading
from pathlib import Path

from tests.demo.record_system.running import RecordSystemProcess


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.demo.record_system", description=__doc__)
    parser.add_argument("--port", type=int, default=8402)
    parser.add_argument("--sftp-port", type=int, default=8403)
    parser.add_argument("--data", type=Path, required=True, help="a folder that keeps what it holds")
    parser.add_argument("--students", type=Path, help="CSV: student,registration,family_name,given_name,class")
    parser.add_argument("--registry-password", default="registry")
    parser.add_argument("--client-id", default="cairn")
    parser.add_argument("--client-secret", default="inverlea-gradebook")
    parser.add_argument("--sftp-password", default="inverlea-drop")
    parser.add_argument("--authorized-key", default="", help="a public key that may log in to the drop as cairn")
    return parser.parse_args()


def main() -> None:
    given = arguments()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with RecordSystemProcess(
        given.data, port=given.port, sftp_port=given.sftp_port, students=given.students,
        registry_password=given.registry_password, client_id=given.client_id, client_secret=given.client_secret,
        sftp_password=given.sftp_password, authorized_key=given.authorized_key,
    ) as system:
        print(f"record system: {system.url}", f"drop: {system.sftp_location}", f"host key: {system.drop.host_key}",
              sep="\n", flush=True)
        stop.wait()


if __name__ == "__main__":
    main()
