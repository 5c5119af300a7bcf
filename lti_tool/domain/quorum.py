"""When a board may decide: half of the internal examiners, never fewer than two, and an external taking part."""

from collections.abc import Collection
from dataclasses import dataclass

LEAST_INTERNAL = 2


def internal_needed(internal_members: int) -> int:
    """At least half, never fewer than two."""
    return max(LEAST_INTERNAL, -(-internal_members // 2))


def is_quorate(internal_members: int, internal_present: int, external_present: int) -> bool:
    """Whether the board may decide."""
    return internal_present >= internal_needed(internal_members) and external_present >= 1


def quorum_in_words(internal_members: int, internal_present: int, external_present: int) -> str:
    """The count in one sentence, met or not."""
    needed = internal_needed(internal_members)
    external = "an external takes part" if external_present else "no external takes part, and one must"
    verdict = "Quorate" if is_quorate(internal_members, internal_present, external_present) else "Not quorate"
    return f"{verdict}: {internal_present} of {internal_members} internal members present, {needed} needed; {external}."


@dataclass(frozen=True, kw_only=True)
class Attendance:
    """Who belongs to a board and who is there, as person keys."""

    internal_members: frozenset[str]
    internal_present: frozenset[str]
    external_present: frozenset[str]

    def without(self, conflicted: Collection[str]) -> "Attendance":
        """The board for one learner's decision: a conflicted member does not count as present.

        The number needed stays that of the whole membership, so a conflict never makes a quorum easier.
        """
        return Attendance(
            internal_members=self.internal_members,
            internal_present=self.internal_present - set(conflicted),
            external_present=self.external_present - set(conflicted),
        )

    @property
    def counts(self) -> tuple[int, int, int]:
        """Internal members, internal present, external present; a guest is neither."""
        present = self.internal_present & self.internal_members
        return len(self.internal_members), len(present), len(self.external_present)

    @property
    def is_quorate(self) -> bool:
        return is_quorate(*self.counts)

    @property
    def in_words(self) -> str:
        return quorum_in_words(*self.counts)
