"""The LMS's own accounts behind the rows of its gradebook export.

An export names an account by its e-mail, which is the LMS's own and names one account there. Who that account is, is
another question: only what registry said, or the student number, answers it.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.models.people import LtiUser, Membership
from lti_tool.services import courses, missing


class Accounts:
    """The accounts in the courses of one run, by e-mail."""

    def __init__(self, session: Session, run_id: int) -> None:
        contexts = courses.context_ids_of(session, run_id)
        users = session.scalars(
            select(LtiUser).join(Membership, Membership.lti_user_id == LtiUser.id)
            .where(Membership.context_id.in_(contexts), func.length(LtiUser.email) > 0).distinct().order_by(LtiUser.id)
        ).all()
        self._by_email: dict[str, list[LtiUser]] = {}
        for user in users:
            self._by_email.setdefault(user.email.strip().casefold(), []).append(user)
        self._missing = missing.among(session, users, [run_id])

    def of(self, email: str) -> LtiUser | None:
        """The one account with this e-mail; two with the same one are none."""
        found = self._by_email.get(email.strip().casefold(), []) if email.strip() else []
        return found[0] if len(found) == 1 else None

    def looks_missing(self, account: LtiUser) -> bool:
        """Whether it looks like a registered learner whom no account has named yet."""
        return account.id in self._missing
