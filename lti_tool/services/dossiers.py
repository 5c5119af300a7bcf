"""What decisions rest on, read for many learners at once: one export of a gradebook is new marks of thousands."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.models.award import Award
from lti_tool.models.board import Decision
from lti_tool.models.catalogue import Enrolment
from lti_tool.services import standing, verdicts
from lti_tool.services.facts import Fact


@dataclass(kw_only=True)
class Dossier:
    """One learner: the facts that count, the awards since the last taken back, the newest decision for each board."""

    enrolment: Enrolment
    facts: Sequence[Fact]
    awards: Sequence[Award]
    decisions: dict[int, Decision] = field(default_factory=dict)

    @property
    def current(self) -> Award | None:
        """The award that stands."""
        return self.awards[-1] if self.awards else None

    @property
    def newest(self) -> Decision | None:
        """The newest decision, for whichever board."""
        return max(self.decisions.values(), key=lambda decision: decision.number, default=None)

    def add(self, decision: Decision) -> None:
        """One more, which is the newest now."""
        self.decisions[decision.board_number] = decision


def of(session: Session, enrolments: Sequence[Enrolment]) -> list[Dossier]:
    """The dossiers of these learners, in this order."""
    ids = [enrolment.id for enrolment in enrolments]
    facts = verdicts.known_of_all(session, enrolments)
    awards = standing.standing_of_all(session, standing.histories(session, ids))
    found = {
        enrolment.id: Dossier(enrolment=enrolment, facts=facts[enrolment.id], awards=awards[enrolment.id])
        for enrolment in enrolments
    }
    for decision in _newest_decisions(session, ids):
        found[decision.enrolment_id].add(decision)
    return [found[enrolment.id] for enrolment in enrolments]


def _newest_decisions(session: Session, enrolment_ids: Sequence[int]) -> Sequence[Decision]:
    newest = (
        select(func.max(Decision.id)).where(Decision.enrolment_id.in_(enrolment_ids))
        .group_by(Decision.enrolment_id, Decision.board_number)
    )
    return session.scalars(select(Decision).where(Decision.id.in_(newest))).all()
