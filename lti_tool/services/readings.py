"""Results as an LMS column shows them, and what each is: whose it is, and whether it can be taken as it stands."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.domain.attempts import FAILED, PASSED, Status
from lti_tool.domain.ratification import Role
from lti_tool.models.catalogue import Enrolment, RunComponent
from lti_tool.models.people import LtiUser, Membership
from lti_tool.services import held, identity, missing
from lti_tool.services.errors import Refused
from lti_tool.services.outcome_values import NewOutcome, share

Owner = Enrolment | str | None  # a learner, or why nobody knows, or nobody of ours


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One result as a column shows it; ``score`` None: there is no figure, which is not 0."""

    user_id: str
    score: Decimal | None
    maximum: Decimal | None
    at: datetime | None = None


def users_of(
    session: Session, institution_id: int, registration_id: int, readings: Iterable[Reading], now: datetime
) -> dict[str, LtiUser]:
    """The accounts of these readings, by the LMS's id; one that no launch or roster has shown yet is made."""
    wanted = {reading.user_id for reading in readings}
    found = {user.sub: user for user in session.scalars(select(LtiUser).where(
        LtiUser.registration_id == registration_id, LtiUser.institution_id == institution_id, LtiUser.sub.in_(wanted)
    ))}
    for sub in sorted(wanted - set(found)):
        found[sub] = LtiUser(institution_id=institution_id, registration_id=registration_id, sub=sub, seen_at=now)
        session.add(found[sub])
    session.flush()
    return found


def owners_of(session: Session, part: RunComponent, context_id: int, users: Iterable[LtiUser]) -> dict[int, Owner]:
    """Whose results these are, by account."""
    users = list(users)
    riddles = missing.among(session, users, [part.run_id])
    learners: dict[int, list[Enrolment]] = defaultdict(list)
    for enrolment in session.scalars(select(Enrolment).where(Enrolment.run_id == part.run_id).order_by(Enrolment.id)):
        learners[enrolment.person_id].append(enrolment)
    roles = dict(session.execute(
        select(Membership.lti_user_id, Membership.role).where(Membership.context_id == context_id)
    ).tuples().all())
    return {user.id: _owner(user, learners, roles.get(user.id), user.id in riddles) for user in users}


def _owner(
    user: LtiUser, learners: Mapping[int, Sequence[Enrolment]], role: str | None, is_riddle: bool
) -> Owner:
    if user.person_id is not None:
        try:
            return held.the_one(learners.get(user.person_id, ()))
        except Refused:
            return held.AMBIGUOUS
    is_elsewhere = user.match_reason == identity.NUMBER_UNKNOWN and not is_riddle
    if role not in (None, Role.LEARNER) or is_elsewhere:
        return None  # a teacher's trial, or a degree student: the number is not on the extract
    return held.AMBIGUOUS if user.match == identity.AMBIGUOUS else held.UNKNOWN


def rivals(
    readings: Iterable[Reading], users: Mapping[str, LtiUser], owners: Mapping[int, Owner]
) -> frozenset[int]:
    """Learners of whom two accounts show two figures; which one holds, a person must say."""
    figures: dict[int, set[Fraction]] = defaultdict(set)
    for reading in readings:
        owner = owners[users[reading.user_id].id]
        if isinstance(owner, Enrolment) and reading.score is not None and is_clear(reading.score, reading.maximum):
            figures[owner.id].add(share(reading.score, reading.maximum))
    return frozenset(enrolment_id for enrolment_id, found in figures.items() if len(found) > 1)


def is_clear(score: Decimal, maximum: Decimal | None) -> bool:
    """Whether a score can be a mark: finite, from 0 to a maximum above 0."""
    return score.is_finite() and maximum is not None and maximum.is_finite() and 0 <= score <= maximum and maximum > 0


def as_outcome(
    reading: Reading, part: RunComponent, *, source: str, now: datetime, capture_run_id: int, line_item_id: int,
    lti_user_id: int,
) -> tuple[NewOutcome | None, bool]:
    """The outcome that a reading with a score stands for, and whether it may be taken as it stands.

    A gate in a gradebook is full marks or none; what lies between says neither.
    """
    score, maximum = reading.score, reading.maximum
    if score is None or not score.is_finite() or (maximum is not None and not maximum.is_finite()):
        return None, False
    is_gate = part.component is not None and part.component.is_gate
    verdict = {maximum: PASSED, Decimal(0): FAILED}.get(score, "") if is_gate and maximum else ""
    outcome = NewOutcome(
        source=source, status=Status.MARKED, read_at=now, source_at=reading.at, gate=verdict,
        raw=None if verdict else score, out_of=None if verdict else maximum, capture_run_id=capture_run_id,
        line_item_id=line_item_id, lti_user_id=lti_user_id,
    )
    return outcome, is_clear(score, maximum) and (bool(verdict) or not is_gate)
