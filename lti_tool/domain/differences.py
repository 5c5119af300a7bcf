"""Ours beside theirs: what is equal, different, missing, unexpected or unreadable. It only ever reports."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Held:
    """One record as one side holds it.

    A mark of None says that there is no mark. None for any other field says that this side keeps no such thing, and
    then it is not compared. ``problem`` says why a record could not be read.
    """

    mark: Decimal | None = None
    grade: str | None = None
    credit: Decimal | None = None
    status: str | None = None
    is_final: bool | None = None
    version: int | None = None
    problem: str = ""

    @property
    def is_readable(self) -> bool:
        figures = (self.mark, self.credit)
        return not self.problem and all(figure is None or figure.is_finite() for figure in figures)


COMPARED_IF_KEPT = ("grade", "credit", "status", "is_final", "version")


@dataclass(frozen=True, kw_only=True)
class Difference(Generic[Key]):
    """One record that both hold and that differs, and in what."""

    key: Key
    ours: Held
    theirs: Held
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Reconciliation(Generic[Key]):
    """Every key of either side, in exactly one of five places."""

    equal: tuple[Key, ...]
    different: tuple[Difference[Key], ...]
    missing: tuple[Key, ...]  # ours, not there
    unexpected: tuple[Key, ...]  # there, not ours
    unreadable: tuple[Key, ...]
    ours_total: int
    theirs_total: int

    @property
    def totals(self) -> Mapping[str, int]:
        """The five counts; they add up to the number of keys of both sides together."""
        return {
            "equal": len(self.equal),
            "different": len(self.different),
            "missing": len(self.missing),
            "unexpected": len(self.unexpected),
            "unreadable": len(self.unreadable),
        }

    @property
    def is_clean(self) -> bool:
        """Nothing is left to explain."""
        return not (self.different or self.missing or self.unexpected or self.unreadable)


def compare(ours: Mapping[Key, Held], theirs: Mapping[Key, Held]) -> Reconciliation[Key]:
    """Compare record by record, in our order and then theirs."""
    every_key = (*ours, *(key for key in theirs if key not in ours))
    unreadable = [key for key in every_key if _is_unreadable(key, ours, theirs)]
    set_aside = set(unreadable)
    both = [key for key in ours if key in theirs and key not in set_aside]
    differing = {key: fields for key in both if (fields := _fields(ours[key], theirs[key]))}
    return Reconciliation(
        equal=tuple(key for key in both if key not in differing),
        different=tuple(
            Difference(key=key, ours=ours[key], theirs=theirs[key], fields=fields) for key, fields in differing.items()
        ),
        missing=tuple(key for key in ours if key not in theirs and key not in set_aside),
        unexpected=tuple(key for key in theirs if key not in ours and key not in set_aside),
        unreadable=tuple(unreadable),
        ours_total=len(ours),
        theirs_total=len(theirs),
    )


def _is_unreadable(key: Key, ours: Mapping[Key, Held], theirs: Mapping[Key, Held]) -> bool:
    return any(not side[key].is_readable for side in (ours, theirs) if key in side)


def _fields(ours: Held, theirs: Held) -> tuple[str, ...]:
    """The fields in which two records differ; marks compare as numbers."""
    mark = ("mark",) if ours.mark != theirs.mark else ()
    kept = [(name, getattr(ours, name), getattr(theirs, name)) for name in COMPARED_IF_KEPT]
    return (*mark, *(name for name, our, their in kept if our is not None and their is not None and our != their))
