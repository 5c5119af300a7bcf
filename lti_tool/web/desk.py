"""The desk: what waits for whoever has signed in, each pile a card that leads to it."""

from dataclasses import dataclass

from flask import Blueprint, g, render_template, url_for

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.services import desk
from lti_tool.web.auth import for_staff
from lti_tool.web.house import house

bp = Blueprint("desk", __name__, url_prefix="/staff")

OFFICERS = (Role.CHAIR, Role.SECRETARY, Role.REGISTRY)


@dataclass(frozen=True, kw_only=True)
class Card:
    """A pile of work: its count, its words, where it leads, and whose it is."""

    count: str
    label: str
    endpoint: str
    roles: tuple[Role, ...]
    is_urgent: bool = False


CARDS = (
    Card(count="boards", label="boards to decide", endpoint="boards.index", is_urgent=True,
         roles=(Role.CHAIR, Role.SECRETARY, Role.EXTERNAL, Role.BOARD_MEMBER)),
    Card(count="boards_to_convene", label="runs wait for a board", endpoint="boards.index", roles=OFFICERS),
    Card(count="amendments", label="amendments wait for a chair", endpoint="amendments.index", is_urgent=True,
         roles=(Role.CHAIR,)),
    Card(count="minutes_to_confirm", label="minutes wait for a second person", endpoint="minutes.index", is_urgent=True,
         roles=OFFICERS),
    Card(count="minutes_to_enter", label="runs wait for a minute", endpoint="minutes.index", roles=OFFICERS),
    Card(count="on_hold", label="messages on hold for a person", endpoint="queue.index", is_urgent=True,
         roles=(Role.REGISTRY,)),
    Card(count="unknown_people", label="accounts that nobody knows", endpoint="people.quarantine", is_urgent=True,
         roles=(Role.REGISTRY,)),
    Card(count="nameless_results", label="results without a name", endpoint="people.quarantine", roles=(Role.REGISTRY,)),
    Card(count="discrepancies", label="discrepancies to close", endpoint="reconciliation.index", is_urgent=True,
         roles=(Role.REGISTRY, Role.AUDITOR)),
    Card(count="unsigned", label="reconciliations to sign", endpoint="reconciliation.index",
         roles=(Role.REGISTRY, Role.AUDITOR)),
    Card(count="on_the_way", label="messages on the way", endpoint="queue.index", roles=(Role.REGISTRY, Role.AUDITOR)),
    Card(count="paused", label="record systems paused", endpoint="records.index", is_urgent=True,
         roles=(Role.REGISTRY, Role.IT_ADMIN)),
    Card(count="waiting_to_be_sent", label="messages wait to be sent", endpoint="records.index", roles=(Role.IT_ADMIN,)),
    Card(count="platforms_without_deployment", label="LMSs without a deployment", endpoint="platforms.index",
         roles=(Role.IT_ADMIN,)),
)


@bp.get("/")
@for_staff()
def home() -> str:
    mine = [card for card in CARDS if g.desk.actor.has(*card.roles)]
    with reading(house().sessions) as session:
        counts = desk.counts(session, g.desk.actor, tuple(card.count for card in mine))
    cards = [(card, counts[card.count], url_for(card.endpoint)) for card in mine if counts[card.count]]
    return render_template("staff/desk.html", heading=f"Good day, {g.desk.name}", cards=cards, piles=len(mine))
