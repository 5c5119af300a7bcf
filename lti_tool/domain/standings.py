"""What each component stood at by a board: which record of which attempt is in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lti_tool.domain.attempts import FAILED, USING, WAITING, Attempt, Status, check_attempt
from lti_tool.domain.errors import RegulationError
from lti_tool.domain.schemes import Component


@dataclass(frozen=True, kw_only=True)
class Standing:
    """One component by one board: the record that stands for each attempt, lowest number first."""

    component: Component
    records: tuple[Attempt, ...]

    @property
    def newest(self) -> Attempt | None:
        return self.records[-1] if self.records else None

    @property
    def status(self) -> Status | None:
        return self.newest.status if self.newest else None

    @property
    def is_exempt(self) -> bool:
        return self.status is Status.EXEMPT

    @property
    def is_waiting(self) -> bool:
        """No attempt, or the newest has no mark yet."""
        return self.newest is None or self.newest.status in WAITING

    @property
    def is_deferred(self) -> bool:
        """Put off with good cause, and no attempt gives a mark (or a gate its outcome)."""
        return not self.is_waiting and not self.is_exempt and self.attempts_used == 0

    @property
    def was_absent(self) -> bool:
        """Absent at any attempt that stands; an exemption takes the component out altogether."""
        return not self.is_exempt and any(record.status is Status.ABSENT for record in self.records)

    @property
    def attempts_used(self) -> int:
        return sum(record.status in USING for record in self.records)

    @property
    def outcome(self) -> str | None:
        """The newest outcome of a gate: absence fails it, a deferral leaves the one before."""
        used = [record for record in self.records if record.status in USING]
        return (used[-1].outcome if used[-1].status is Status.MARKED else FAILED) if used else None

    def record(self, number: int | None) -> Attempt | None:
        return next((record for record in self.records if record.number == number), None)

    def is_deferred_at(self, board: int) -> bool:
        return any(record.status is Status.DEFERRED and record.board == board for record in self.records)


def standings(components: Sequence[Component], attempts: Iterable[Attempt], board: int) -> tuple[Standing, ...]:
    """What each component stood at by ``board``: highest attempt, then later board, then the order given."""
    by_component: dict[str, dict[int, Attempt]] = {component.id: {} for component in components}
    gates = {component.id: component.is_gate for component in components}
    for attempt in attempts:
        if attempt.component not in gates:
            raise RegulationError(f"there is no component {attempt.component!r}.", key="component", where="attempts")
        check_attempt(attempt, is_gate=gates[attempt.component])
        held = by_component[attempt.component].get(attempt.number)
        if attempt.board <= board and (held is None or held.board <= attempt.board):
            by_component[attempt.component][attempt.number] = attempt
    return tuple(
        Standing(component=component, records=tuple(record for _, record in sorted(by_component[component.id].items())))
        for component in components
    )
