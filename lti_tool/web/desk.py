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
    one: str
    many: str
    endpoint: str
    roles: tuple[Role, ...]
    is_urgent: bool = False


CARDS = (
    Card(
        count="boards", one="board to decide", many="boards to decide",
        endpoint="boards.index", roles=(Role.CHAIR, Role.SECRETARY, Role.EXTERNAL, Role.BOARD_MEMBER), is_urgent=True,
    ),
    Card(
        count="boards_to_convene", one="run waits for a board", many="runs wait for a board",
        endpoint="boards.index", roles=OFFICERS,
    ),
    Card(
        count="amendments", one="amendment waits for a chair", many="amendments wait for a chair",
        endpoint="amendments.index", roles=(Role.CHAIR,), is_urgent=True,
    ),
    Card(
        count="minutes_to_confirm", one="minute waits for a second person", many="minutes wait for a second person",
        endpoint="minutes.index", roles=OFFICERS, is_urgent=True,
    ),
    Card(
        count="minutes_to_enter", one="run waits for a minute", many="runs wait for a minute",
        endpoint="minutes.index", roles=OFFICERS,
    ),
    Card(
        count="teaching_requests", one="course asks to teach a run", many="courses ask to teach a run",
        endpoint="teaching.index", roles=(Role.REGISTRY,),
    ),
    Card(
        count="on_hold", one="message on hold for a person", many="messages on hold for a person",
        endpoint="queue.index", roles=(Role.REGISTRY,), is_urgent=True,
    ),
    Card(
        count="unknown_people", one="account that nobody knows", many="accounts that nobody knows",
        endpoint="people.quarantine", roles=(Role.REGISTRY,), is_urgent=True,
    ),
    Card(
        count="nameless_results", one="result without a name", many="results without a name",
        endpoint="people.quarantine", roles=(Role.REGISTRY,),
    ),
    Card(
        count="discrepancies", one="discrepancy to close", many="discrepancies to close",
        endpoint="reconciliation.index", roles=(Role.REGISTRY, Role.AUDITOR), is_urgent=True,
    ),
    Card(
        count="unsigned", one="reconciliation to sign", many="reconciliations to sign",
        endpoint="reconciliation.index", roles=(Role.REGISTRY, Role.AUDITOR),
    ),
    Card(
        count="on_the_way", one="message on the way", many="messages on the way",
        endpoint="queue.index", roles=(Role.REGISTRY, Role.AUDITOR),
    ),
    Card(
        count="paused", one="record system paused", many="record systems paused",
        endpoint="records.index", roles=(Role.REGISTRY, Role.IT_ADMIN), is_urgent=True,
    ),
    Card(
        count="waiting_to_be_sent", one="message waits to be sent", many="messages wait to be sent",
        endpoint="records.index", roles=(Role.IT_ADMIN,),
    ),
    Card(
        count="platforms_without_deployment", one="LMS without a deployment", many="LMSs without a deployment",
        endpoint="platforms.index", roles=(Role.IT_ADMIN,),
    ),
)


@bp.get("/")
@for_staff()
def home() -> str:
    mine = [card for card in CARDS if g.desk.actor.has(*card.roles)]
    with reading(house().sessions) as session:
        counts = desk.counts(session, g.desk.actor, tuple(card.count for card in mine))
    cards = [(card, counts[card.count], url_for(card.endpoint)) for card in mine if counts[card.count]]
    return render_template("staff/desk.html", heading=f"Good day, {g.desk.name}", cards=cards, piles=len(mine))
