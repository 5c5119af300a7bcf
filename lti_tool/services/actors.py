"""Who acts: values that services receive, never a request."""

from dataclasses import dataclass, field

from lti_tool.domain.ratification import Role


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Somebody who acts in an institution: a person if known, with the roles that count here.

    A launch gives course roles only (instructor, learner); institutional roles come from a staff account.
    """

    institution_id: int
    person_id: int | None = None
    roles: frozenset[Role] = field(default=frozenset())

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)
