"""Minutes of boards held elsewhere: entered by one person with the exact list, confirmed by another."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.db import reading
from lti_tool.domain.ratification import Authority, Role
from lti_tool.services import board_lists, board_pages, boards, minutes, seen_lists
from lti_tool.services.errors import Refused
from lti_tool.web.auth import for_staff
from lti_tool.web.back import or_back
from lti_tool.web.boards import day_of
from lti_tool.web.house import house

bp = Blueprint("minutes", __name__, url_prefix="/staff/minutes")

KEEPERS = (Role.REGISTRY, Role.SECRETARY, Role.CHAIR)
SEES = (*KEEPERS, Role.AUDITOR)


@bp.get("/")
@for_staff(*SEES)
def index() -> str:
    with reading(house().sessions) as session:
        return render_template(
            "staff/minutes.html", heading="Minutes", may_enter=g.desk.actor.has(*KEEPERS),
            minutes=board_lists.every(session, g.institution.id, Authority.MINUTED),
            runs=board_lists.runs_waiting(session, g.institution.id, Authority.MINUTED), me=g.desk.actor.person_id,
        )


@bp.get("/new")
@for_staff(*KEEPERS)
@or_back("minutes.index")
def enter_form() -> str:
    if not request.args.getlist("run"):
        raise Refused("runs", "Choose the runs that the minute is about.")
    return _enter_page(request.args.getlist("run"))


@bp.post("/")
@for_staff(*KEEPERS)
def enter() -> Response | tuple[str, int]:
    form = request.form
    try:
        with house().sessions.begin() as session:
            minute = minutes.enter(
                session, g.desk.actor, run_keys=form.getlist("run"), reference=form.get("reference", ""),
                held_on=day_of(form.get("held_on", "")), seen_digest=form.get("seen_digest", ""),
                title=form.get("title", "").strip(), now=house().clock(),
            )
    except Refused as refused:
        return _enter_page(form.getlist("run"), refused.text), 422
    flash("The minute is entered. Nothing is ratified before a second person has confirmed it.", "good")
    return redirect(url_for(".show", minute_key=minute.key), 303)


@bp.get("/<minute_key>")
@for_staff(*SEES)
def show(minute_key: str) -> str:
    return _page(minute_key)


@bp.post("/<minute_key>/confirmation")
@for_staff(*KEEPERS)
def confirm(minute_key: str) -> Response | tuple[str, int]:
    try:
        with house().sessions.begin() as session:
            seen = request.form.get("seen_digest", "")
            granted = minutes.confirm(session, g.desk.actor, minute_key, seen, house().clock())
    except Refused as refused:
        return _page(minute_key, refused), 409
    house().wake()
    flash(f"{len(granted)} results are ratified, and on their way to the record system.", "good")
    return redirect(url_for(".show", minute_key=minute_key), 303)


@bp.post("/<minute_key>/withdrawal")
@for_staff(*KEEPERS)
@or_back("minutes.show", "minute_key")
def withdraw(minute_key: str) -> Response:
    with house().sessions.begin() as session:
        minutes.withdraw(
            session, g.desk.actor, minute_key, reason=_reason(request.form.get("reason", "")), now=house().clock()
        )
    flash("The minute is put away; nothing was ratified by it.", "good")
    return redirect(url_for(".index"), 303)


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused("reason", "Say why the minute is put away.")
    return text


def _enter_page(run_keys: list[str], problem: str = "") -> str:
    with reading(house().sessions) as session:
        found = minutes.list_for(session, g.desk.actor, run_keys)
        return render_template(
            "staff/minute_new.html", heading="Enter a minute", found=found, run_keys=run_keys, form=request.form,
            problem=problem,
        )


def _page(minute_key: str, refused: Refused | None = None) -> str:
    changes: list[str] = []
    if refused is not None and refused.code == "changed_since_seen":
        with house().sessions.begin() as session:
            minute = boards.find(session, g.institution.id, minute_key, Authority.MINUTED)
            changes = seen_lists.changes(
                session, minute, seen_lists.read(request.form.getlist("seen")), house().clock()
            )
    with reading(house().sessions) as session:
        minute = boards.find(session, g.institution.id, minute_key, Authority.MINUTED)
        found = minutes.list_of(session, g.institution.id, minute_key)
        return render_template(
            "staff/minute.html", heading=minute.title or minute.reference, minute=minute, found=found,
            seen=seen_lists.of(found.ready), is_mine=minute.entered_by == g.desk.actor.person_id,
            may_confirm=g.desk.actor.has(*KEEPERS), problem=refused.text if refused else "", changes=changes,
            ratification=board_pages.ratification_of(session, minute), entered_by=board_pages.name_of(
                session, minute.entered_by),
        )
