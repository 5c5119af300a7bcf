"""The forged LMS and the application that it opens, for the tests of this folder."""

from tests.platform.fixtures import app, lms, platform, settings

__all__ = ["app", "lms", "platform", "settings"]
