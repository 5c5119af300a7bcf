"""Stacks: what a learner's awards could add up to. Read only, and never unasked."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.completion import DecisionKind
from lti_tool.domain.stacking import Item, LargerAward, StackDecision, decide_stack
from lti_tool.models.award import Award
from lti_tool.models.catalogue import Achievement, AchievementVersion, Enrolment, Run
from lti_tool.models.people import Person
from lti_tool.services import standing
from lti_tool.services.errors import NotFound


def project(
    session: Session, institution_id: int, person_key: str, award: LargerAward, *, codes: Sequence[str],
    already_counted: Mapping[str, str],
) -> StackDecision:
    """Whether the micro-credentials that somebody offers add up to the larger award.

    ``codes``: the micro-credentials in the order offered, which the learner has chosen; ``already_counted``: code → the
    award that it was spent in (I9). The awards themselves stay as they are (I27).
    """
    person = session.scalar(select(Person).where(Person.institution_id == institution_id, Person.key == person_key))
    if person is None:
        raise NotFound("There is no such person.")
    standing_awards = _awards(session, person, codes)
    items = [
        _item(code, best, already_counted.get(code))
        for code in dict.fromkeys(codes) if (best := _best(standing_awards[code])) is not None
    ]
    return decide_stack(award, items)


def _awards(session: Session, person: Person, codes: Iterable[str]) -> dict[str, list[Award]]:
    """The awards that stand, by the code of their micro-credential, whatever its version and run."""
    found: dict[str, list[Award]] = {code: [] for code in codes}
    registrations = (
        select(Enrolment, Achievement.code).join(Run, Enrolment.run_id == Run.id)
        .join(AchievementVersion, Run.version_id == AchievementVersion.id)
        .join(Achievement, AchievementVersion.achievement_id == Achievement.id)
        .where(Enrolment.person_id == person.id, Achievement.code.in_(found)).order_by(Enrolment.id)
    )
    for enrolment, code in session.execute(registrations).tuples():
        award = standing.current(session, enrolment)
        if award is not None:
            found[code].append(award)
    return found


def _best(awards: Sequence[Award]) -> Award | None:
    """The one that gave credit, or else the newest: one micro-credential is one item, however often it was taken."""
    return next((award for award in awards if award.credit), awards[-1] if awards else None)


def _item(code: str, award: Award, counted_in: str | None) -> Item:
    version = award.enrolment.run.version
    return Item(
        mc=code, credit=version.credit, decision=DecisionKind(award.kind),
        mark=None if award.mark is None else Fraction(award.mark), level=version.level, is_capped=award.is_capped,
        already_counted_in=counted_in,
    )
