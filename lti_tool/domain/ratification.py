"""Who may ratify, send and amend a result, and when.

A result is provisional, then ratified by the authority that owns the decision; later it is amended as a new version or
rescinded, and never overwritten. Separation of duties compares persons, since one person may hold several roles.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from lti_tool.domain.quorum import Attendance


class Authority(StrEnum):
    """Who owns the decision."""

    RECORD_SYSTEM = "record_system"  # its own agreed state, read back
    MINUTED = "minuted"  # a board elsewhere, its minute entered and confirmed here
    CAIRN = "cairn"  # a board here


class Role(StrEnum):
    """What somebody is, in a course or in the institution."""

    INSTRUCTOR = "instructor"
    LEARNER = "learner"
    CHAIR = "chair"
    SECRETARY = "secretary"
    EXTERNAL = "external"
    BOARD_MEMBER = "board_member"
    REGISTRY = "registry"
    AUDITOR = "auditor"
    IT_ADMIN = "it_admin"
    INTEGRATION = "integration"


class ResultState(StrEnum):
    """Where a result stands."""

    PROVISIONAL = "provisional"
    RATIFIED = "ratified"
    AMENDED = "amended"
    RESCINDED = "rescinded"


class Why(StrEnum):
    """Why a move is refused."""

    NOT_RATIFIED = "not_ratified"
    RATIFIED = "ratified"
    ROLE = "role"
    FOUR_EYES = "four_eyes"
    QUORUM = "quorum"
    CHANGED_SINCE_SEEN = "changed_since_seen"
    CONFLICT = "conflict"


class ScoreEffect(StrEnum):
    """What a score that comes in now does."""

    ACCEPTED = "accepted"
    ACCEPTED_AS_DISCREPANCY = "accepted_as_discrepancy"  # kept, changes nothing by itself, and somebody must close it


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Somebody who acts: the person's key and the roles held here."""

    person: str
    roles: frozenset[Role]


@dataclass(frozen=True)
class Allowed:
    """The move may be made."""


@dataclass(frozen=True)
class Refused:
    """The move may not be made: a code, and a sentence for the person."""

    why: Why
    text: str


Answer = Allowed | Refused

STANDING = frozenset({ResultState.RATIFIED, ResultState.AMENDED})
MOVES = {
    ResultState.PROVISIONAL: frozenset({ResultState.RATIFIED}),
    ResultState.RATIFIED: frozenset({ResultState.AMENDED, ResultState.RESCINDED}),
    ResultState.AMENDED: frozenset({ResultState.AMENDED, ResultState.RESCINDED}),
    ResultState.RESCINDED: frozenset[ResultState](),
}
SENDERS = frozenset({Role.REGISTRY, Role.INTEGRATION})
MINUTE_KEEPERS = frozenset({Role.REGISTRY, Role.SECRETARY, Role.CHAIR})
PROPOSERS = frozenset({Role.INSTRUCTOR, Role.REGISTRY, Role.SECRETARY, Role.CHAIR})
RATIFIERS = {
    Authority.CAIRN: frozenset({Role.CHAIR}),
    Authority.MINUTED: frozenset({Role.REGISTRY, Role.SECRETARY}),
    Authority.RECORD_SYSTEM: frozenset({Role.INTEGRATION}),
}


def can_move(state: ResultState, to: ResultState) -> bool:
    """Whether a result may go from one state to the other; what is rescinded stays so, and a new one begins anew."""
    return to in MOVES[state]


def effect_of_score(state: ResultState) -> ScoreEffect:
    """A score after ratification opens a discrepancy and changes nothing by itself."""
    return ScoreEffect.ACCEPTED if state is ResultState.PROVISIONAL else ScoreEffect.ACCEPTED_AS_DISCREPANCY


def may_transmit(actor: Actor, *, state: ResultState, as_final: bool = True) -> Answer:
    """Nothing leaves as final before ratification; a provisional mark may enter a waiting room, marked so."""
    if not actor.roles & SENDERS:
        return _role("Only registry, or its integration, sends results to the record system.")
    if as_final and state not in STANDING:
        return Refused(Why.NOT_RATIFIED, "No ratified result stands, so nothing can be sent as final.")
    return Allowed()


def may_edit_result(actor: Actor, *, state: ResultState) -> Answer:
    """Before ratification the marker edits; afterwards nobody does."""
    if state is not ResultState.PROVISIONAL:
        return Refused(Why.RATIFIED, "This result is ratified; propose an amendment instead.")
    return Allowed() if Role.INSTRUCTOR in actor.roles else _role("Only those who mark the work enter marks.")


@dataclass(frozen=True, kw_only=True)
class RatificationFacts:
    """What a ratification looks at, for one learner's result.

    ``seen`` and ``current`` are digests of what was shown and of what stands now; ``markers``, ``learner`` and
    ``conflicted`` are person keys. ``attendance`` is needed where a board here decides.
    """

    authority: Authority
    state: ResultState
    seen: str
    current: str
    markers: frozenset[str] = frozenset()
    learner: str = ""
    conflicted: frozenset[str] = frozenset()
    attendance: Attendance | None = None


def may_ratify(actor: Actor, facts: RatificationFacts) -> Answer:
    """Role, state, nothing changed since it was seen, separation of duties, and the quorum of a board here."""
    if not actor.roles & RATIFIERS[facts.authority]:
        return _role("Only the authority that owns the decision ratifies; here that is not you.")
    if facts.state is not ResultState.PROVISIONAL:
        return Refused(Why.RATIFIED, "This result is ratified already; propose an amendment instead.")
    if facts.seen != facts.current:
        return Refused(Why.CHANGED_SINCE_SEEN, "Something changed since you saw this list; look at it again.")
    return _separated(actor, facts) if facts.authority is Authority.CAIRN else Allowed()


def _separated(actor: Actor, facts: RatificationFacts) -> Answer:
    if actor.person == facts.learner or actor.person in facts.conflicted:
        return Refused(Why.CONFLICT, "You have a conflict of interest for this learner; another must take the chair.")
    if facts.markers == {actor.person}:
        return Refused(Why.CONFLICT, "You alone marked this work; another person must ratify it.")
    present = facts.attendance.without({*facts.conflicted, facts.learner}) if facts.attendance else None
    if present is None or not present.is_quorate:
        return Refused(Why.QUORUM, present.in_words if present else "No attendance is recorded, so there is no quorum.")
    return Allowed()


def may_enter_minute(actor: Actor) -> Answer:
    """Registry or the board's secretary enters the minute of a board held elsewhere."""
    return Allowed() if actor.roles & MINUTE_KEEPERS else _role("Only registry or the board's officers enter a minute.")


def may_confirm_minute(
    actor: Actor, *, entered_by: str, seen: str = "", current: str = "", learners: Collection[str] = (),
) -> Answer:
    """A second person confirms what the first entered, over the same list, and not an own result."""
    if actor.person == entered_by:
        return Refused(Why.FOUR_EYES, "You entered this minute; a second person must confirm it.")
    if not actor.roles & MINUTE_KEEPERS:
        return _role("Only registry or the board's officers confirm a minute.")
    if seen != current:
        return Refused(Why.CHANGED_SINCE_SEEN, "The list changed since the minute was entered; compare it again.")
    if actor.person in learners:
        return Refused(Why.CONFLICT, "Your own result is on this list; another person must confirm it.")
    return Allowed()


def may_propose_amendment(actor: Actor, *, state: ResultState) -> Answer:
    """Only a ratified result is amended; before that, the mark itself is corrected."""
    if not actor.roles & PROPOSERS:
        return _role("Only markers, registry and the board's officers propose amendments.")
    if state not in STANDING:
        return Refused(Why.NOT_RATIFIED, "No ratified result stands; correct the mark itself.")
    return Allowed()


def may_approve_amendment(
    actor: Actor, *, proposed_by: str, learner: str = "", conflicted: Collection[str] = (),
    markers: Collection[str] = (),
) -> Answer:
    """The chair approves, and never an own proposal. ``markers``: whose marks make the difference."""
    if actor.person == proposed_by:
        return Refused(Why.FOUR_EYES, "You proposed this amendment; another person must approve it.")
    if Role.CHAIR not in actor.roles:
        return _role("Only the chair approves an amendment.")
    if actor.person == learner or actor.person in conflicted:
        return Refused(Why.CONFLICT, "You have a conflict of interest for this learner; another chair must act.")
    if set(markers) == {actor.person}:
        return Refused(Why.CONFLICT, "You alone gave the marks that make the difference; another chair must act.")
    return Allowed()


def may_rescind(actor: Actor, *, state: ResultState, proposed_by: str) -> Answer:
    """Taking an award back is an amendment: the same two people, and only where one stands."""
    if state not in STANDING:
        return Refused(Why.NOT_RATIFIED, "No ratified result stands, so there is nothing to take back.")
    return may_approve_amendment(actor, proposed_by=proposed_by)


def _role(text: str) -> Refused:
    return Refused(Why.ROLE, text)
