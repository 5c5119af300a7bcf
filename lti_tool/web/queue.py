"""Registry's queue: ours beside theirs, what failed first, and the few things that a person can decide."""

from flask import Blueprint, flash, g, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.clock import utcnow
from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.models.delivery import ON_HOLD, READY, SUPERSEDED
from lti_tool.services import audit_pages, message_acts, queue, record_systems
from lti_tool.web import pictures
from lti_tool.web.auth import for_staff
from lti_tool.web.back import or_back
from lti_tool.web.house import house
from lti_tool.web.inputs import row_number

bp = Blueprint("queue", __name__, url_prefix="/staff/queue")

SEES = (Role.REGISTRY, Role.AUDITOR)
SHOWN = tuple(state for state in queue.STATES if state != SUPERSEDED)


@bp.get("/")
@for_staff(*SEES)
def index() -> str:
    wanted = queue.Filter(state=request.args.get("state", ""), destination=request.args.get("system", ""))
    with reading(house().sessions) as session:
        systems = record_systems.systems(session, g.institution.id)
        return render_template(
            "staff/queue.html", heading="Queue", wanted=wanted, systems=systems, states=SHOWN,
            page=queue.page(session, g.institution.id, wanted, number=request.args.get("page", 1, type=row_number)),
            progress=queue.progress(session, g.institution.id, utcnow()), sentence=_sentence,
            counts=queue.counts(session, g.institution.id).states,
            pictures=[(system.name, pictures.delivery(system.counts)) for system in systems if system.counts],
        )


@bp.get("/progress.json")
@for_staff(*SEES)
def progress() -> Response:
    """For the figures that move by themselves; the page works without."""
    with reading(house().sessions) as session:
        found = queue.progress(session, g.institution.id, utcnow())
        counts = queue.counts(session, g.institution.id).states
    return jsonify(counts=dict(counts), total=found.total, done=found.confirmed, sentence=_sentence(found))


@bp.get("/rejected.csv")
@for_staff(*SEES)
def rejected() -> Response:
    with house().sessions.begin() as session:  # taking names and marks away is written down
        text = queue.rejected_csv(session, g.institution.id)
        audit_pages.note_reading(session, g.desk.actor, "queue:on_hold", None, house().clock())
    response = make_response("\ufeff" + text)  # with the mark by which spreadsheets know UTF-8
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = "attachment; filename=cairn-on-hold.csv"
    return response


@bp.get("/messages/<message_key>")
@for_staff(*SEES)
def message(message_key: str) -> str:
    with reading(house().sessions) as session:
        row = queue.one(session, g.institution.id, message_key)
        return render_template(
            "staff/message.html", heading=row.learner or row.destination, row=row,
            ticket=queue.ticket(session, g.institution.id, message_key) if _is_for_their_desk(row) else "",
            attempts=queue.attempts(session, g.institution.id, message_key), states=(ON_HOLD, READY),
            links=record_systems.links(session, g.institution.id, message_key),
            may_decide=g.desk.actor.has(Role.REGISTRY),
        )


@bp.post("/messages/<message_key>/retry")
@for_staff(Role.REGISTRY)
@or_back("queue.message", "message_key")
def retry(message_key: str) -> Response:
    with house().sessions.begin() as session:
        message_acts.retry(session, g.desk.actor, message_key, house().clock())
    house().wake()
    flash("It is sent again.", "good")
    return redirect(url_for(".message", message_key=message_key), 303)


@bp.post("/messages/<message_key>/hold")
@for_staff(Role.REGISTRY)
@or_back("queue.message", "message_key")
def hold(message_key: str) -> Response:
    with house().sessions.begin() as session:
        message_acts.hold(session, g.desk.actor, message_key, request.form.get("reason", ""), house().clock())
    flash("It is kept back until somebody sends it again.", "good")
    return redirect(url_for(".message", message_key=message_key), 303)


@bp.post("/messages/<message_key>/closure")
@for_staff(Role.REGISTRY)
@or_back("queue.message", "message_key")
def close(message_key: str) -> Response:
    with house().sessions.begin() as session:
        message_acts.close(session, g.desk.actor, message_key, request.form.get("reason", ""), house().clock())
    flash("It is closed, with your reason.", "good")
    return redirect(url_for(".message", message_key=message_key), 303)


def _is_for_their_desk(row: queue.Entry) -> bool:
    """Whether a request helps: what an LMS does not show, a teacher puts right there."""
    return row.state == ON_HOLD and row.kind != "score"


def _sentence(found: queue.Progress) -> str:
    left = found.waiting + found.sending + found.sent
    moving = f"{left} on the way" if left else "Nothing is on the way"
    held = f"{found.on_hold} on hold for a person" if found.on_hold else "nothing is on hold"
    waiting = f", {found.undecided} of them for the record system to decide" if found.undecided else ""
    return f"{found.confirmed} of {found.total} confirmed{waiting}. {moving}; {held}."
