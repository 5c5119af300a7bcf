"""Which page a launch lands on, by message and role; the answer to the launch is that page."""

from lti_tool.domain.ratification import Role
from lti_tool.lti.claims import DEEP_LINKING_LAUNCH

VIEWS = {  # by the last part of the address
    "pick": "deep_linking.picker", "course": "course.home", "progress": "progress.story", "": "course.landing",
}


def page_for(message_type: str, role: str, *, in_course: bool, is_named: bool) -> str:
    """The last part of the address; empty where there is nothing to show to this role, and the page says why."""
    if not in_course:
        return ""
    if message_type == DEEP_LINKING_LAUNCH:
        return "pick"
    if role == Role.INSTRUCTOR:
        return "course"
    return "progress" if role == Role.LEARNER and is_named else ""
