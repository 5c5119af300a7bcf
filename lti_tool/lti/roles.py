"""Roles of a launch or a roster: a principal role in the course gives rights, and nothing else does.

LTI Core 1.3 §A.2. The word before ``#`` counts: ``membership/Learner#Instructor`` is a kind of learner. Roles of the
institution and of the system, and vocabularies we do not know, give no rights in a course, whatever their last word.
"""

from collections.abc import Iterable

from lti_tool.domain.ratification import Role

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"

# Those who place links, observe or administer (ContentDeveloper, Mentor, Manager …) have no business with marks.
PRINCIPAL = {"Instructor": Role.INSTRUCTOR, "Learner": Role.LEARNER}


def role_of(roles: Iterable[str]) -> Role | None:
    """The strongest right that these roles give in the course, or none."""
    found = {PRINCIPAL.get(principal_of(role)) for role in roles}
    return next((role for role in PRINCIPAL.values() if role in found), None)


def principal_of(role: str) -> str:
    """The principal context role of one role, as its word, or nothing: also of a short name, deprecated but in use."""
    if "/" not in role and ":" not in role:
        return role.partition("#")[0]
    path, _, word = role.partition("#")
    if path == MEMBERSHIP:
        return word
    parent, _, principal = path.rpartition("/")
    return principal if parent == MEMBERSHIP else ""
