"""An LMS as a destination of scores."""

from sqlalchemy.orm import Session

from connectors.errors import Misconfigured
from lti_tool.models.delivery import Destination
from lti_tool.services.delivery import ScoreChannel


def build(session: Session, destination: Destination) -> ScoreChannel:
    """The channel to the LMS of a registration."""
    raise Misconfigured("no scores yet")
