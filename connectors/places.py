"""From the one line that an administrator types to a place that can be opened."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from connectors.errors import Misconfigured
from connectors.folders import LocalFolder, Place
from connectors.sftp import SftpPlace, load_paramiko


def place_at(location: str, *, host_key: str = "", password: str = "", private_key: str = "") -> Place:
    """``/srv/drop`` or ``sftp://user@host:port/base`` as a place."""
    if not location.startswith("sftp://"):
        if not location.startswith("/"):
            raise Misconfigured("location must be an absolute folder such as /srv/drop, or sftp://user@host/base.")
        return LocalFolder(Path(location))
    load_paramiko()
    try:
        address = urlsplit(location)
        port = address.port or 22
    except ValueError as error:
        raise Misconfigured(
            "location is no usable address: write it as sftp://cairn@records.example.org:22/drop, with a port up to "
            "65535."
        ) from error
    if not address.hostname or not address.username:
        raise Misconfigured("location must name user and host, as in sftp://cairn@records.example.org/drop.")
    if address.password:
        raise Misconfigured("Take the password out of the location: it is a secret setting of its own.")
    if not password and not private_key:
        raise Misconfigured("SFTP needs a password or a private_key.")
    place = SftpPlace(
        host=address.hostname, port=port, user=unquote(address.username), host_key=host_key,
        password=password, private_key=private_key, base=unquote(address.path) or ".",
    )
    place.read_keys()
    return place
