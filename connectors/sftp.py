"""A drop on an SFTP server whose host key is pinned."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from stat import S_ISREG
from typing import TYPE_CHECKING, Any

from connectors.contract import CheckLine
from connectors.errors import Misconfigured, Unavailable, Uncertain
from connectors.folders import Entry, Folder, explained

if TYPE_CHECKING:
    import paramiko

CONNECT_SECONDS = 15.0
ANSWER_SECONDS = 60.0


def load_paramiko() -> Any:
    """The SFTP library, which only those who use it need to install."""
    try:
        import paramiko
    except ImportError as error:
        raise Misconfigured('SFTP needs one more package: pip install "cairn-lti[sftp]".') from error
    return paramiko


@dataclass(frozen=True, kw_only=True, slots=True)
class SftpPlace:
    """Where the server is and how Cairn proves itself; a new connection for every piece of work."""

    host: str
    port: int = 22
    user: str
    host_key: str  # "ssh-ed25519 AAAA…", as ssh-keyscan prints it after the host's name
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)
    base: str = "."

    @contextmanager
    def open(self) -> Iterator[Folder]:
        paramiko = load_paramiko()
        client = self._client(paramiko)
        try:
            with _connecting(paramiko):
                client.connect(
                    self.host, self.port, self.user, password=self.password or None,
                    pkey=_private_key(paramiko, self.private_key), look_for_keys=False, allow_agent=False,
                    timeout=CONNECT_SECONDS, banner_timeout=CONNECT_SECONDS, auth_timeout=CONNECT_SECONDS,
                )
                session = client.open_sftp()
                session.get_channel().settimeout(ANSWER_SECONDS)
            yield SftpFolder(session, self.base)
        finally:
            client.close()

    def read_keys(self) -> None:
        """Take both keys apart, while whoever typed them is still there. Raises :class:`Misconfigured`."""
        paramiko = load_paramiko()
        self._client(paramiko).close()
        _private_key(paramiko, self.private_key)

    def check(self) -> list[CheckLine]:
        with self.open() as folder:
            folder.entries("")
        kind = self.host_key.split()[0]
        return [
            CheckLine(label="host key", is_ok=True, text=f"the pinned {kind} key is the one the server shows"),
            CheckLine(label="login", is_ok=True, text=f"{self.user} may use {self.host}:{self.port}"),
        ]

    def _client(self, paramiko: Any) -> Any:
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.RejectPolicy())
        name = self.host if self.port == 22 else f"[{self.host}]:{self.port}"
        key = _host_key(paramiko, name, self.host_key)
        client.get_host_keys().add(name, key.get_name(), key)
        return client


def _host_key(paramiko: Any, name: str, text: str) -> Any:
    try:
        line = paramiko.hostkeys.HostKeyEntry.from_line(f"{name} {' '.join(text.split())}") if text.strip() else None
    except Exception as error:  # SSHException, InvalidHostKey, ValueError, OverflowError …: as its parsers stumble
        raise Misconfigured(
            "host_key is garbled: copy the server's public key whole, such as `ssh-ed25519 AAAA…`, without the name of "
            "the host in front."
        ) from error
    if line is None:
        raise Misconfigured(
            "host_key must be the server's public key, such as `ssh-ed25519 AAAA…`: ask its administrator for it."
        )
    return line.key


def _private_key(paramiko: Any, text: str) -> Any:
    if not text:
        return None
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(StringIO(text))
        except Exception:  # not of this kind, or garbled: its parsers raise whatever they meet
            continue
    raise Misconfigured("private_key is not an OpenSSH private key without a passphrase.")


@contextmanager
def _connecting(paramiko: Any) -> Iterator[None]:
    try:
        yield
    except paramiko.BadHostKeyException as error:
        raise Misconfigured("The server shows another host key than the pinned one: nothing was sent.",
                            code="host_key") from error
    except paramiko.AuthenticationException as error:
        raise Misconfigured("The server refuses the user, password or key.", code="login") from error
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise Unavailable("The SFTP server could not be reached: nothing was sent.", code="connect") from error


class SftpFolder:
    """An open SFTP session, seen as a :class:`Folder`."""

    def __init__(self, session: "paramiko.SFTPClient", base: str) -> None:
        self._session = session
        self._base = base.rstrip("/")

    def entries(self, folder: str) -> list[Entry]:
        with _talking(f"Listing {folder or 'the drop'}"):
            found = self._session.listdir_attr(self._path(folder))
        return [
            Entry(name=item.filename, size=item.st_size or 0,
                  modified_at=datetime.fromtimestamp(item.st_mtime or 0, UTC))
            for item in found if S_ISREG(item.st_mode or 0)
        ]

    def read(self, path: str) -> bytes:
        with _talking(f"Reading {path}"), self._session.open(self._path(path), "rb") as file:
            return file.read()

    def write(self, path: str, data: bytes) -> None:
        with _talking(f"Writing {path}"), self._session.open(self._path(path), "wb") as file:
            file.write(data)

    def replace(self, source: str, target: str) -> None:
        # plain rename refuses a name that is taken; posix-rename@openssh.com replaces
        with _talking(f"Renaming to {target}"):
            self._session.posix_rename(self._path(source), self._path(target))

    def publish(self, source: str, target: str) -> None:
        doing = f"Renaming to {target}"
        with explained(doing):
            try:
                self._session.rename(self._path(source), self._path(target))
            except _lost_answers() as error:
                raise Uncertain(f"{doing} was not answered.", code="rename") from error

    def _path(self, path: str) -> str:
        return f"{self._base}/{path}" if path else self._base or "/"


def _lost_answers() -> tuple[type[Exception], ...]:
    return (EOFError, load_paramiko().SSHException, TimeoutError, ConnectionError)


@contextmanager
def _talking(doing: str) -> Iterator[None]:
    try:
        with explained(doing):
            yield
    except _lost_answers() as error:
        raise Unavailable(f"{doing} failed: the connection was lost.", code="lost") from error
