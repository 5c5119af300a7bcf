"""The SFTP drop: asyncssh on a loop of its own, shut into one folder."""

import asyncio
import threading
from pathlib import Path

import asyncssh

from tests.demo.record_system.faults import Faults


class Files(asyncssh.SFTPServer):
    """The drop itself, with a line that can be cut after a file got its name."""

    def __init__(self, channel: asyncssh.SSHServerChannel, root: Path, faults: Faults) -> None:
        super().__init__(channel, chroot=str(root).encode())
        self._faults = faults

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        super().rename(oldpath, newpath)
        if self._faults.takes_cut():
            self.channel.get_connection().abort()


class Door(asyncssh.SSHServer):
    """Who may come in: one user, by password or by one key."""

    def __init__(self, user: str, password: str, faults: Faults, guests: set[asyncssh.SSHServerConnection]) -> None:
        self._pair = (user, password)
        self._faults = faults
        self._guests = guests

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._guests.add(conn)
        if self._faults.down:
            conn.abort()

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == self._pair


class SftpDrop:
    """A running SFTP server; its host key is made once and kept beside the data."""

    def __init__(
        self, data: Path, faults: Faults, *, port: int = 0, user: str = "cairn", password: str = "inverlea-drop",
        authorized_key: str = "",
    ) -> None:
        self.root = data / "sftp"
        self.root.mkdir(parents=True, exist_ok=True)
        self._key = _host_key(data / "sftp_host_key")
        self.host_key = " ".join(self._key.export_public_key().decode().split()[:2])
        self.password = password
        self.faults = faults
        self._guests: set[asyncssh.SSHServerConnection] = set()
        self._settings = (port, user, authorized_key)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sftp", daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(20)
        self.port = self._server.get_port()

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()

    async def _listen(self) -> asyncssh.SSHAcceptor:
        port, user, key = self._settings
        return await asyncssh.listen(
            "127.0.0.1", port, server_host_keys=[self._key],
            server_factory=lambda: Door(user, self.password, self.faults, self._guests),
            sftp_factory=lambda channel: Files(channel, self.root, self.faults),
            authorized_client_keys=asyncssh.import_authorized_keys(key) if key else None,
        )

    async def _stop(self) -> None:
        self._server.close()
        await self._server.wait_closed()
        for guest in self._guests:
            guest.abort()
            await guest.wait_closed()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # a transport closes its socket one turn after it was told to


def _host_key(path: Path) -> asyncssh.SSHKey:
    if not path.exists():
        key = asyncssh.generate_private_key("ssh-ed25519")
        path.write_bytes(key.export_private_key())
        path.chmod(0o600)
    return asyncssh.read_private_key(path)
