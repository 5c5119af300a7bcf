"""Leaves record files in a folder, on this machine or over SFTP, for a job of the record system to load at night.

A file is published in three steps, each of which a crash may follow:

1. ``<batch>.csv.part`` is written whole;
2. the sidecar ``<batch>.json`` is put in place;
3. ``<batch>.csv.part`` is renamed to ``<batch>.csv``. This is the act.

A sidecar beside a ``.part`` therefore always means *not sent*, and one without always means *sent*, also when the
loader has taken the file away since. So no file is left twice, and none is left without its control totals. What a
crash has left is put away after an hour, so that it cannot come to mean *sent* when somebody tidies up.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from itertools import groupby
from threading import Lock

from connectors import file_batch
from connectors.base import Setting, refuse_overwriting, stands
from connectors.contract import AwardRecord, Capability, CheckLine, CheckReport, Receipt, Rejection, RemoteRecord
from connectors.errors import ConnectorError, Rejected
from connectors.file_ledger import Ledger, our_state
from connectors.file_profiles import Profile
from connectors.file_reading import Folders, LedgerReader
from connectors.file_templates import profile_named
from connectors.folders import Entry, Folder, Place
from connectors.places import place_at

CLOCK_SECONDS = 60


class FileDrop:
    """Records results by leaving files, and learns from receipts, rejects and extracts what became of them."""

    name = "file_drop"
    capabilities = frozenset({
        Capability.LOOK_UP, Capability.READ_BACK, Capability.PROVISIONAL, Capability.AGREES, Capability.AMEND,
        Capability.BATCH,
    })
    SETTINGS = (
        Setting("location", "A folder (/srv/drop) or an SFTP address (sftp://cairn@host:22/base)."),
        Setting("profile", "sits_marks, banner_final_grades, colleague_final_grades, two_column, or the path of a "
                           "template (.yaml, .json).", default="sits_marks"),
        Setting("host_key", "SFTP: the server's public key, pinned, such as `ssh-ed25519 AAAA…`.", default=""),
        Setting("password", "SFTP: the password, unless a key is used.", is_secret=True, default=""),
        Setting("private_key", "SFTP: the OpenSSH private key, without passphrase.", is_secret=True, default=""),
        Setting("inbound", "The folder for our files.", default="inbound"),
        Setting("sidecars", "A folder for the sidecars, where the loader empties inbound; empty: beside the files.",
                default=""),
        Setting("receipts", "The folder of receipts; empty: there are none.", default="receipts"),
        Setting("rejects", "The folder of reject files; empty: there are none.", default="rejects"),
        Setting("extracts", "The folder of the record system's own extracts; empty: there are none.",
                default="extracts"),
    )

    def __init__(self, place: Place, profile: Profile, folders: Folders | None = None) -> None:
        self.place = place
        self.profile = profile
        self.folders = folders or Folders()
        self._lock = Lock()  # two threads must not write the same .part
        self._ledger = LedgerReader(profile, self.folders)

    @classmethod
    def from_settings(cls, settings: Mapping[str, str], secrets: Mapping[str, str]) -> "FileDrop":
        """The connector as an administrator configured it."""
        given = {setting.name: setting.default or "" for setting in cls.SETTINGS} | {**settings, **secrets}
        place = place_at(given["location"], host_key=given["host_key"], password=given["password"],
                         private_key=given["private_key"])
        names = {name: given[name].strip("/") for name in ("inbound", "sidecars", "receipts", "rejects", "extracts")}
        return cls(place, profile_named(given["profile"]), Folders(**names))

    def push(self, record: AwardRecord) -> Receipt:
        """Leave a file of one line."""
        with self._lock, self.place.open() as folder:
            ledger = self._tidied(folder)
            there = self._receipt_if_there(ledger, record)
            return there or self._publish(folder, ledger, [record])[record.key]

    def push_batch(self, records: Sequence[AwardRecord]) -> Mapping[str, Receipt]:
        """Leave the records in as few files as the profile allows.

        One that cannot be sent is left out of the files and of the answer, and holds up nobody else: pushing it alone
        says why.
        """
        receipts: dict[str, Receipt] = {}
        with self._lock, self.place.open() as folder:
            ledger = self._tidied(folder)
            fresh = []
            for record in _newest(records):
                try:
                    there = self._receipt_if_there(ledger, record)
                    self.profile.row(record)
                except Rejected:
                    continue
                if there:
                    receipts[record.key] = there
                else:
                    fresh.append(record)
            for group in self._files(fresh):
                receipts |= self._publish(folder, ledger, group)
        return receipts

    def look_up(self, key: str) -> RemoteRecord | None:
        """What lies in the drop under this key, or came of it; a line that was rejected is not there."""
        with self.place.open() as folder:
            held = self._ledger.read(folder).held(key)
        return held[1] if held else None

    def read_back(self, since: datetime | None = None) -> Iterator[RemoteRecord]:
        """What receipts and extracts confirm; a file that nobody has loaded yet is not among it."""
        with self._lock, self.place.open() as folder:
            ledger = self._tidied(folder)
        start = since.replace(microsecond=0) if since else None  # SFTP keeps whole seconds
        for record in ledger.answered():
            if start is None or record.changed_at is None or record.changed_at >= start:
                yield record

    def rejections(self) -> Iterator[Rejection]:
        """What the loader refused and nobody has sent again."""
        with self.place.open() as folder:
            yield from self._ledger.read(folder).rejections()

    def check(self) -> CheckReport:
        """Read the folders and compare clocks."""
        lines: list[CheckLine] = []
        try:
            lines += self.place.check()
            with self.place.open() as folder:
                found = [self._checked(folder, name, lines) for name in self._names()]
            lines.append(_clock(entry for entries in found for entry in entries))
        except ConnectorError as error:
            lines.append(CheckLine(label="connection", is_ok=False, text=str(error)))
        return CheckReport(lines=tuple(lines))

    def _names(self) -> list[str]:
        return [name for name in astuple(self.folders) if name]

    def _checked(self, folder: Folder, name: str, lines: list[CheckLine]) -> list[Entry]:
        try:
            entries = folder.entries(name)
        except ConnectorError as error:
            lines.append(CheckLine(label=name, is_ok=False, text=str(error)))
            return []
        lines.append(CheckLine(label=name, is_ok=True, text=f"{len(entries)} files"))
        return entries

    def _tidied(self, folder: Folder) -> Ledger:
        """The drop as it is now, and the sidecars of a crash put away.

        Left alone, one would vouch for a file that nobody ever saw, as soon as somebody else tidies its ``.part`` away.
        """
        ledger = self._ledger.read(folder)
        for name in ledger.debris:
            sidecar = f"{self.folders.of_sidecars}/{name}"
            folder.replace(sidecar, f"{sidecar}.part")
        return ledger

    def _receipt_if_there(self, ledger: Ledger, record: AwardRecord) -> Receipt | None:
        held = ledger.held(record.key)
        if held is None:
            return None
        sent, remote = held
        if stands(record, remote):
            return Receipt(key=record.key, remote_id=remote.remote_id, state=remote.state, batch=sent.batch.name,
                           was_there=True)
        refuse_overwriting(record, remote)
        return None

    def _files(self, records: Sequence[AwardRecord]) -> Iterator[list[AwardRecord]]:
        """The records, file by file: one for all, or one for each run where lines do not name theirs."""
        ordered = sorted(records, key=file_batch.sort_key)
        if not self.profile.one_file_per_run:
            yield from [ordered] if ordered else []
            return
        for _, group in groupby(ordered, key=lambda record: file_batch.sort_key(record)[:4]):
            yield list(group)

    def _publish(self, folder: Folder, ledger: Ledger, records: Sequence[AwardRecord]) -> dict[str, Receipt]:
        sendings = {record.key: ledger.sendings(record.key, record.version) for record in records}
        batch, content = file_batch.build(self.profile, records, sendings)
        file, sidecar = f"{self.folders.inbound}/{batch.file}", f"{self.folders.of_sidecars}/{batch.name}.json"
        part = f"{file}.part"
        folder.write(part, content)
        folder.write(f"{sidecar}.part", file_batch.to_json(batch))
        folder.replace(f"{sidecar}.part", sidecar)
        folder.publish(part, file)
        return {
            row.key: Receipt(key=row.key, remote_id=f"{batch.name}:{row.row}", state=our_state(row), batch=batch.name)
            for row in batch.rows
        }


def _newest(records: Iterable[AwardRecord]) -> Iterable[AwardRecord]:
    """Each key once, in its newest version: of two lines for one student a loader silently takes the last."""
    return {record.key: record for record in sorted(records, key=lambda record: record.version)}.values()


def _clock(entries: Iterable[Entry]) -> CheckLine:
    """SFTP tells no time, but its newest file does: one from the future means that clocks differ."""
    newest = max((entry.modified_at for entry in entries), default=None)
    if newest is None:
        return CheckLine(label="clock", is_ok=True, text="no file yet to compare clocks by")
    ahead = (newest - datetime.now(UTC)).total_seconds()
    text = "no file is from the future" if ahead < CLOCK_SECONDS else f"the server's clock is {ahead:.0f} s ahead"
    return CheckLine(label="clock", is_ok=ahead < CLOCK_SECONDS, text=text)
