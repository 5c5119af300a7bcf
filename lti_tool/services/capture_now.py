"""Reading the columns of a component on a teacher's word. Opens transactions of its own, none over the network."""

from collections import Counter
from collections.abc import Callable

from sqlalchemy import Select, select

from lti_tool.clock import Clock
from lti_tool.db import Sessions, reading
from lti_tool.lti import ags
from lti_tool.lti.service import Service
from lti_tool.models.platform import Context, LineItem
from lti_tool.services import capture
from lti_tool.services.errors import Refused
from lti_tool.services.lms_results import AgsResults

MISSING = (
    "The LMS shows Cairn no column for this. Open the activity in the LMS once; if there is none, add it there from "
    "Cairn."
)


def capture_now(
    sessions: Sessions, lms: Callable[[int], Service], context_id: int, run_component_id: int, now: Clock
) -> dict[str, int]:
    """Read the columns of a component in a course. Returns what was read, and what became of it."""
    _find_columns(sessions, lms, context_id, run_component_id)
    with reading(sessions) as session:
        open_ones = list(session.scalars(_columns(context_id, run_component_id).where(LineItem.url != "")))
    if not open_ones:
        raise Refused("no_column", MISSING)
    totals = Counter[str]()
    for column in open_ones:
        totals.update(capture.capture(sessions, AgsResults(lms), column.id, now).totals)
    return dict(totals)


def _find_columns(
    sessions: Sessions, lms: Callable[[int], Service], context_id: int, run_component_id: int
) -> None:
    """Look up the address of a column that no launch has told yet, by the name that we gave it."""
    with reading(sessions) as session:
        context = session.get_one(Context, context_id)
        registration_id = context.deployment.registration_id
        wanted = [(row.id, row.resource_id) for row in session.scalars(
            _columns(context_id, run_component_id).where(LineItem.url == "")
        )]
    for line_item_id, resource_id in wanted if context.lineitems_url else ():
        found = ags.find(lms(registration_id), context.lineitems_url, context.scopes, resource_id)
        if found is not None:
            with sessions.begin() as session:
                row = session.get_one(LineItem, line_item_id)
                row.url, row.state = found.url, "open"


def _columns(context_id: int, run_component_id: int) -> Select[tuple[LineItem]]:
    return select(LineItem).where(
        LineItem.context_id == context_id, LineItem.run_component_id == run_component_id, LineItem.state != "gone"
    ).order_by(LineItem.id)
