"""How LMSs differ: the standard behaviour, and one file per LMS that departs from it."""

from collections.abc import Mapping

from lti_tool.lti.platforms.canvas import Canvas
from lti_tool.lti.platforms.moodle import Moodle
from lti_tool.lti.platforms.standard import Platform

PROFILES: Mapping[str, type[Platform]] = {"generic": Platform, "canvas": Canvas, "moodle": Moodle}


def platform_for(profile: str) -> Platform:
    """The behaviour of a registration's LMS; an unknown one is expected to keep to the standard."""
    return PROFILES.get(profile, Platform)()


__all__ = ["PROFILES", "Platform", "platform_for"]
