"""Which page a launch lands on, so that the browser is sent there at once."""

from lti_tool.domain.ratification import Role
from lti_tool.lti.claims import DEEP_LINKING_LAUNCH


def page_for(message_type: str, role: str, *, in_course: bool, is_named: bool) -> str:
    """The last part of the address; empty where there is nothing for this role."""
    if message_type == DEEP_LINKING_LAUNCH:
        return "pick"
    if role == Role.INSTRUCTOR and in_course:
        return "course"
    return "progress" if role == Role.LEARNER and is_named else ""
