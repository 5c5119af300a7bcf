"""What is to be said to other systems, what was tried, and what they hold."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.db import Base, DecimalText, UtcDateTime
from lti_tool.models.base import Dated, Instant, Keyed, Label, Moment, Owned

READY, SENDING, SENT, CONFIRMED = "ready", "sending", "sent", "confirmed"  # the states of a message
ON_HOLD, FAILED, SUPERSEDED = "on_hold", "failed", "superseded"
LOADED, AGREED = "loaded", "agreed"  # what the other side is known to have done with it, beside its own words


class Destination(Dated, Keyed, Base):
    """A record system of the institution, or with a registration its LMS, and what may travel there. No personal data.

    ``sends``: ``component_raw``, ``component_final`` or ``overall``. ``caps_by``: whose cap it is, ``cairn`` or
    ``record_system``, so that no mark is capped twice. ``takes_provisional``: it has a waiting room.
    """

    __tablename__ = "destination"
    __table_args__ = (UniqueConstraint("institution_id", "name"),)

    name: Mapped[str] = mapped_column(String(60))
    connector: Mapped[str] = mapped_column(String(60))  # "lti_scores" for an LMS
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    secrets_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sends: Mapped[str] = mapped_column(String(20), default="overall")
    caps_by: Mapped[str] = mapped_column(String(20), default="cairn")
    takes_provisional: Mapped[bool] = mapped_column(default=False)
    is_paused: Mapped[bool] = mapped_column(default=False)
    pause_reason: Mapped[Label]
    checked_at: Mapped[Moment]


class Feed(Owned, Base):
    """That results of a micro-credential version go to a destination. No personal data."""

    __tablename__ = "feed"
    __table_args__ = (UniqueConstraint("version_id", "destination_id"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("achievement_version.id"))
    destination_id: Mapped[int] = mapped_column(ForeignKey("destination.id"))
    destination: Mapped[Destination] = relationship()


class OutboxMessage(Keyed, Base):
    """One thing to tell one system, written in the transaction that decided it, and what became of it.

    ``record_key`` is what the other side knows it by: the same result always has the same one. ``body`` is the document
    as decided, sealed under the learner's key: what was ratified is what is sent, whatever changes meanwhile.
    States: ready, sending, sent (not yet read back), confirmed (read back equal), on_hold (for a person), failed
    (closed with a reason), superseded.
    Personal data: the sealed body. Unreadable once the person is erased.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        UniqueConstraint("destination_id", "record_key", "version"),
        Index("ix_outbox_message_state_due_at", "state", "due_at"),
        Index("ix_outbox_message_destination_id_state_due_at", "destination_id", "state", "due_at"),
    )

    destination_id: Mapped[int] = mapped_column(ForeignKey("destination.id"))
    kind: Mapped[str] = mapped_column(String(20))  # record, revocation, score
    record_key: Mapped[str] = mapped_column(String(64), index=True)
    version: Mapped[int] = mapped_column(default=1)
    is_final: Mapped[bool] = mapped_column(default=True)
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    award_id: Mapped[int | None] = mapped_column(ForeignKey("award.id"))
    line_item_id: Mapped[int | None] = mapped_column(ForeignKey("line_item.id"))
    lti_user_id: Mapped[int | None] = mapped_column(ForeignKey("lti_user.id"))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(String(20), default="ready")
    due_at: Mapped[Instant]
    after_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_message.id"))  # waits until that one is confirmed
    lease_until: Mapped[Moment]
    lease_owner: Mapped[str] = mapped_column(String(60), default="")
    is_uncertain: Mapped[bool] = mapped_column(default=False)  # it may have been written: look before writing again
    attempts: Mapped[int] = mapped_column(default=0)  # how often it was taken up; the number of its newest attempt
    tries: Mapped[int] = mapped_column(default=0)  # how often in a row in vain; a person who sends it again starts anew
    first_attempt_at: Mapped[Moment]
    error_class: Mapped[str] = mapped_column(String(20), default="")
    error_code: Mapped[str] = mapped_column(String(80), default="")
    error_text: Mapped[str] = mapped_column(String(500), default="")
    error_words: Mapped[str] = mapped_column(String(500), default="")  # the other side's own
    remote_id: Mapped[Label]
    batch: Mapped[Label]
    theirs_state: Mapped[str] = mapped_column(String(20), default="")
    theirs_mark: Mapped[Any] = mapped_column(DecimalText, nullable=True)
    theirs_grade: Mapped[str] = mapped_column(String(40), default="")
    read_back_at: Mapped[Moment]
    created_at: Mapped[Instant]
    sent_at: Mapped[Moment]
    confirmed_at: Mapped[Moment]
    destination: Mapped[Destination] = relationship()

    @property
    def standing(self) -> str:
        """The state by what was seen: that a system holds something does not say that anybody there agreed to it.

        ``unseen`` and ``shown``: a score in a gradebook. ``loaded``: a receipt vouches for the file, nobody for the
        record. ``undecided``, ``loaded_undecided``: provisional, and the record system has not decided yet.
        """
        if self.kind == "score":
            return {SENT: "unseen", CONFIRMED: "shown"}.get(self.state, self.state)
        if self.state != CONFIRMED or self.theirs_state == AGREED:
            return self.state
        is_loaded = self.theirs_state == LOADED
        if self.is_final:
            return "loaded" if is_loaded else self.state
        return "loaded_undecided" if is_loaded else "undecided"


class DeliveryAttempt(Owned, Base):
    """One try to deliver one message, written before anything is sent. No personal data."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (UniqueConstraint("message_id", "number"),)

    message_id: Mapped[int] = mapped_column(ForeignKey("outbox_message.id"))
    number: Mapped[int]
    worker: Mapped[str] = mapped_column(String(60), default="")
    started_at: Mapped[Instant]
    finished_at: Mapped[Moment]
    result: Mapped[str] = mapped_column(String(20), default="sending")  # sending, delivered, found, or an error class
    code: Mapped[str] = mapped_column(String(80), default="")
    text: Mapped[str] = mapped_column(String(500), default="")


class ReconciliationRun(Keyed, Base):
    """One comparison of what we sent with what a record system holds; frozen, with totals that add up, to be signed.

    Asked for by a person, done by one worker under a lease. ``totals`` says how far it is until it ends; ``problem``
    why it will not. Personal data: none; the rows it found are discrepancies.
    """

    __tablename__ = "reconciliation_run"

    destination_id: Mapped[int] = mapped_column(ForeignKey("destination.id"))
    started_at: Mapped[Instant]  # when it was asked for, then when it was taken up
    finished_at: Mapped[Moment]
    lease_until: Mapped[Moment]
    lease_owner: Mapped[str] = mapped_column(String(60), default="")
    tries: Mapped[int] = mapped_column(default=0)  # how often it was taken up
    problem: Mapped[str] = mapped_column(String(500), default="")
    totals: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    digest: Mapped[str] = mapped_column(String(64), default="")
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[Moment]
    destination: Mapped[Destination] = relationship()

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.finished_at is not None or bool(self.problem)

    @property
    def is_clean(self) -> bool:
        """Nothing is left to explain."""
        kinds = (
            "different", "missing", "unreadable", "unreadable_files", "unexpected", "rejected", "on_hold", "overdue",
        )
        return self.finished_at is not None and not any(self.totals.get(kind) for kind in kinds)


class Discrepancy(Keyed, Base):
    """Two sides that differ, waiting for a person who closes it with a reason.

    Kinds: ``late_score`` (the LMS changed a mark after ratification), ``other_side`` (the side without authority shows
    another mark), ``record_differs``, ``record_unexpected``, ``record_unreadable``. Personal data: by enrolment.
    """

    __tablename__ = "discrepancy"

    kind: Mapped[str] = mapped_column(String(40))
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"), index=True)
    run_component_id: Mapped[int | None] = mapped_column(ForeignKey("run_component.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_message.id"), index=True)
    outcome_id: Mapped[int | None] = mapped_column(ForeignKey("outcome.id"))
    reconciliation_id: Mapped[int | None] = mapped_column(ForeignKey("reconciliation_run.id"))
    ours: Mapped[str] = mapped_column(String(80), default="")
    theirs: Mapped[str] = mapped_column(String(80), default="")
    opened_at: Mapped[Instant]
    closed_at: Mapped[Moment]
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    resolution: Mapped[str] = mapped_column(Text, default="")


class WorkerBeat(Base):
    """That a dispatcher is alive, so that the queue page can say who is draining it. Belongs to the installation.

    No personal data.
    """

    __tablename__ = "worker_beat"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
