"""Boards: convened, seen case by case, and ratified by the chair over exactly the list that was shown."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lti_tool.db import reading
from lti_tool.domain.ratification import Authority, Role
from lti_tool.services import audit_pages, board_lists, board_pages, boards, packs, seen_lists
from lti_tool.services.errors import Refused
from lti_tool.services.packs import Pack
from lti_tool.web import pictures
from lti_tool.web.auth import for_staff
from lti_tool.web.back import or_back
from lti_tool.web.house import house

bp = Blueprint("boards", __name__, url_prefix="/staff/boards")

SEES = (Role.CHAIR, Role.SECRETARY, Role.EXTERNAL, Role.BOARD_MEMBER, Role.REGISTRY, Role.AUDITOR)
OFFICERS = (Role.SECRETARY, Role.CHAIR, Role.REGISTRY)


@bp.get("/")
@for_staff(*SEES)
def index() -> str:
    with reading(house().sessions) as session:
        return render_template(
            "staff/boards.html", heading="Boards", boards=board_lists.seen_by(session, g.desk.actor),
            runs=board_lists.runs_waiting(session, g.institution.id, Authority.CAIRN),
            may_convene=g.desk.actor.has(*OFFICERS),
        )


@bp.get("/new")
@for_staff(*OFFICERS)
def convene_form() -> str:
    return _convene_page({})


@bp.post("/")
@for_staff(*OFFICERS)
def convene() -> Response | tuple[str, int]:
    form = request.form
    members = {
        name.removeprefix("part-"): part for name, part in form.items() if name.startswith("part-") and part
    }
    try:
        with house().sessions.begin() as session:
            board = boards.convene(
                session, g.desk.actor, title=form.get("title", "").strip(), reference=form.get("reference", ""),
                held_on=day_of(form.get("held_on", "")), run_keys=_chosen(form.getlist("run")), members=members,
                now=house().clock(),
            )
    except Refused as refused:
        return _convene_page(form, refused.text), 422
    flash("The board is convened. Its pack is below.", "good")
    return redirect(url_for(".show", board_key=board.key), 303)


@bp.get("/<board_key>")
@for_staff(*SEES)
def show(board_key: str) -> str:
    with reading(house().sessions) as session:
        board_lists.require_seat(session, g.desk.actor, board_key)
        board = boards.find(session, g.institution.id, board_key)
        if board.state != "open":
            return render_template(
                "staff/board_decided.html", heading=board.title or board.reference, board=board,
                members=board.members, ratification=board_pages.ratification_of(session, board),
            )
        pack = packs.pack(session, g.institution.id, board_key)
        return render_template(
            "staff/board.html", heading=board.title or board.reference, pack=pack, board=board,
            **_pack_page(session, pack),
        )


@bp.post("/<board_key>/attendance")
@for_staff(*OFFICERS)
@or_back("boards.show", "board_key")
def attend(board_key: str) -> Response:
    with house().sessions.begin() as session:
        board_lists.require_seat(session, g.desk.actor, board_key)
        boards.attend(session, g.desk.actor, board_key, set(request.form.getlist("present")), house().clock())
    flash("The attendance is written down.", "good")
    return redirect(url_for(".show", board_key=board_key), 303)


@bp.post("/<board_key>/list")
@for_staff(*OFFICERS)
@or_back("boards.show", "board_key")
def update_list(board_key: str) -> Response:
    with house().sessions.begin() as session:
        board_lists.require_seat(session, g.desk.actor, board_key)
        boards.update_list(session, g.desk.actor, board_key, house().clock())
    flash("The list is up to date.", "good")
    return redirect(url_for(".show", board_key=board_key), 303)


@bp.post("/<board_key>/putting-away")
@for_staff(*OFFICERS)
@or_back("boards.show", "board_key")
def put_away(board_key: str) -> Response:
    with house().sessions.begin() as session:
        board_lists.require_seat(session, g.desk.actor, board_key)
        reason = request.form.get("reason", "")
        boards.put_away(session, g.desk.actor, board_key, reason=reason, now=house().clock())
    flash("The board is put away; nothing was ratified by it, and its runs are free for another.", "good")
    return redirect(url_for(".index"), 303)


@bp.get("/<board_key>/cases/<case_key>")
@for_staff(*SEES)
def case(board_key: str, case_key: str) -> str:
    with house().sessions.begin() as session:  # reading one learner's marks is written down
        board_lists.require_seat(session, g.desk.actor, board_key)
        found = board_pages.case_of(session, g.institution.id, board_key, case_key)
        person = found.row.enrolment.person
        audit_pages.note_reading(session, g.desk.actor, f"board_case:{case_key}", person.id, house().clock())
        name = person.display_name or person.key
        return render_template("staff/case.html", heading=name, found=found, board=found.row.board)


@bp.post("/<board_key>/cases/<case_key>/conflicts")
@for_staff(Role.CHAIR, Role.SECRETARY, Role.EXTERNAL, Role.BOARD_MEMBER, Role.REGISTRY)
@or_back("boards.case", "board_key", "case_key")
def declare_conflict(board_key: str, case_key: str) -> Response:
    with house().sessions.begin() as session:
        board_lists.require_seat(session, g.desk.actor, board_key)
        boards.declare_conflict(
            session, g.desk.actor, board_key, member_key=request.form.get("member", ""), case_key=case_key,
            now=house().clock(),
        )
    flash("The conflict is declared: this member takes no part in this decision.", "good")
    return redirect(url_for(".case", board_key=board_key, case_key=case_key), 303)


@bp.get("/<board_key>/ratification")
@for_staff(Role.CHAIR)
@or_back("boards.show", "board_key")
def ratification(board_key: str) -> str:
    """The exact list and its count, before anything is decided (I28)."""
    with reading(house().sessions) as session:
        board_lists.require_seat(session, g.desk.actor, board_key)
        pack = packs.pack(session, g.institution.id, board_key)
        if pack.board.state != "open" or not pack.count:
            raise Refused("nothing_ready", "There is nothing on this board to ratify.")
        return _confirm_page(pack)


@bp.post("/<board_key>/ratification")
@for_staff(Role.CHAIR)
def ratify(board_key: str) -> Response | tuple[str, int]:
    seen = request.form.get("seen_digest", "")
    try:
        with house().sessions.begin() as session:
            board_lists.require_seat(session, g.desk.actor, board_key)
            granted = boards.ratify(session, g.desk.actor, board_key, seen, house().clock())
    except Refused as refused:
        return _refused_page(board_key, refused)
    house().wake()
    flash(f"{len(granted)} results are ratified, and on their way to the record system.", "good")
    return redirect(url_for(".show", board_key=board_key), 303)


def day_of(text: str) -> date:
    """A date as a browser sends it. Raises :class:`Refused`."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Refused("date", "Choose the day of the board.") from error


def _chosen(keys: list[str]) -> list[str]:
    if not keys:
        raise Refused("runs", "Choose at least one run for the board to decide.")
    return keys


def _convene_page(form: Mapping[str, str], problem: str = "") -> str:
    with reading(house().sessions) as session:
        return render_template(
            "staff/board_new.html", heading="Convene a board", form=form, problem=problem,
            chosen=request.form.getlist("run") or request.args.getlist("run"),
            runs=board_lists.runs_waiting(session, g.institution.id, Authority.CAIRN),
            candidates=board_lists.candidates(session, g.institution.id),
        )


def _pack_page(session: Session, pack: Pack) -> dict[str, object]:
    """What the pack's page shows beside the pack: a picture per run, and what this person may do."""
    actor = g.desk.actor
    return {
        "pictures": [
            (spread.label, pictures.mark_distribution(
                spread.marks, maximum=Decimal(spread.maximum), pass_mark=Decimal(spread.pass_mark)))
            for spread in board_pages.spreads(session, pack)
        ],
        "conflicts": board_pages.conflicts(session, pack),
        "is_officer": actor.has(*OFFICERS),
        "is_chair": any(member.part == "chair" and member.person_id == actor.person_id for member in pack.members),
    }


def _confirm_page(pack: Pack, problem: str = "", changes: list[str] | None = None) -> str:
    ready = [item.case for item in (*pack.plain, *pack.to_discuss)]
    return render_template(
        "staff/board_ratify.html", heading="Ratify", pack=pack, board=pack.board, ready=ready,
        seen=seen_lists.of(ready), problem=problem, changes=changes or [],
    )


def _refused_page(board_key: str, refused: Refused) -> tuple[str, int]:
    """Why not; and where something changed since it was seen, what."""
    changes: list[str] = []
    if refused.code == "changed_since_seen":
        with house().sessions.begin() as session:
            board = boards.find(session, g.institution.id, board_key)
            seen = seen_lists.read(request.form.getlist("seen"))
            changes = seen_lists.changes(session, board, seen, house().clock())
    with reading(house().sessions) as session:
        pack = packs.pack(session, g.institution.id, board_key)
        return _confirm_page(pack, refused.text, changes), 409


