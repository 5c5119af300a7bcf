"""The pages people see: sign-in, courses, activities in a frame, the gradebook; and the switches of the demo."""

import secrets
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from tests.demo.lms.exports import canvas_csv, moodle_csv
from tests.demo.lms.model import Column, Course, User
from tests.demo.lms.site import COOKIE, read_faults, site, who

bp = Blueprint("pages", __name__)
TOOL_KEYS = {"login_url", "launch_url", "jwks_url"}


@bp.app_context_processor
def _everywhere() -> dict[str, Any]:
    return {"me": site().me()}


def _course(code: str) -> Course:
    return site().state.courses.get(code) or abort(404)


def _teacher(code: str) -> User:
    user = who(code)
    return user if user.teaches else abort(403, "Only a teacher of this course sees this.")


@bp.get("/")
def home() -> Any:
    user = site().me()
    if user is None:
        return redirect(url_for(".sign_in"))
    courses = [site().state.courses[code] for code in user.courses]
    return render_template("home.html", courses=courses)


@bp.get("/signin")
def sign_in() -> str:
    users = sorted(site().state.users.values(), key=lambda user: (not user.teaches, int(user.id)))
    return render_template("signin.html", users=users)


@bp.post("/signin")
def be_somebody() -> BaseResponse:
    user = site().state.users.get(request.form.get("user", "")) or abort(400, "Choose a person from the list.")
    secret = secrets.token_urlsafe(24)
    site().signed_in[secret] = user.id
    reply = redirect(url_for(".home"))
    reply.set_cookie(COOKIE, secret, httponly=True, samesite="Lax")
    return reply


@bp.post("/signout")
def sign_out() -> BaseResponse:
    site().signed_in.pop(request.cookies.get(COOKIE, ""), None)
    return redirect(url_for(".sign_in"))


@bp.get("/courses/<code>")
def course(code: str) -> str:
    user = who(_course(code).code)
    links = site().state.links_of(code)
    own = [(column, site().state.grades.get((column.id, user.id))) for column in site().state.columns_of(code)]
    return render_template("course.html", course=_course(code), links=links, own=own, user=user)


@bp.get("/courses/<code>/activity/<link_id>")
def activity(code: str, link_id: str) -> str:
    user = who(_course(code).code)
    link = site().state.links.get(link_id) or abort(404)
    frame = url_for("launches.launch", link_id=link.id, user=user.id)
    return render_template("frame.html", course=_course(code), title=link.title, frame=frame)


@bp.get("/courses/<code>/add")
def add(code: str) -> str:
    frame = url_for("launches.choose", code=code, user=_teacher(code).id)
    return render_template("frame.html", course=_course(code), title="Add activity from Cairn", frame=frame)


@bp.get("/courses/<code>/gradebook")
def gradebook(code: str) -> str:
    user = _teacher(_course(code).code)
    state = site().state
    return render_template(
        "gradebook.html", course=_course(code), columns=state.columns_of(code), user=user,
        learners=state.members(code, "Learner"), grades=state.grades,
    )


@bp.post("/courses/<code>/gradebook")
def mark(code: str) -> BaseResponse:
    """Fields are ``mark:<column>:<user>``; an empty one takes the mark away, a field that is not sent stays."""
    user = _teacher(_course(code).code)
    for name, text in request.form.items():
        if name.startswith("mark:"):
            _, column_id, user_id = name.split(":", 2)
            _mark(code, column_id, user_id, text.strip())
    return redirect(url_for(".gradebook", code=code, user=user.id), 303)


def _mark(code: str, column_id: str, user_id: str, text: str) -> None:
    state = site().state
    column = state.columns.get(column_id)
    learner = state.users.get(user_id)
    if column is None or column.course != code or learner is None or code not in learner.courses:
        abort(400, "The gradebook has no such column or learner.")
    standing = state.grades.get((column_id, user_id))
    if text == (standing.score if standing else ""):
        return  # the whole page comes back: what was not touched is not a teacher's mark
    _check_figure(column, text)
    state.mark_by_hand(column, learner, text)


def _check_figure(column: Column, text: str) -> None:
    try:
        figure = Decimal(text or "0")
    except InvalidOperation:
        abort(400, f"A mark in {column.label} must be a number, written like 48.5.")
    if not 0 <= figure <= column.maximum:
        abort(400, f"A mark in {column.label} lies between 0 and {column.maximum}.")


@bp.get("/courses/<code>/export/<shape>.csv")
def export(code: str, shape: str) -> Response:
    _teacher(_course(code).code)
    write = {"moodle": moodle_csv, "canvas": canvas_csv}.get(shape) or abort(404)
    reply = Response(write(site().state, _course(code)), content_type="text/csv; charset=utf-8")
    reply.headers["Content-Disposition"] = f'attachment; filename="{code}-grades-{shape}.csv"'
    return reply


@bp.get("/_admin/registration")
def figures() -> Response:
    return jsonify(site().figures())


@bp.route("/_admin/tool", methods=["GET", "POST"])
def tool() -> Response:
    """Where the tool lives, which is known once the tool has registered this LMS."""
    if request.method == "POST":
        body = request.get_json(silent=True) or request.form.to_dict()
        if set(body) != TOOL_KEYS:
            abort(400, f"Send exactly {', '.join(sorted(TOOL_KEYS))}.")
        site().set_tool({name: str(value) for name, value in body.items()})
    return jsonify(site().state.tool)


@bp.get("/_admin/state")
def state() -> Response:
    return jsonify(site().state.describe())


@bp.route("/_control", methods=["GET", "POST"])
def control() -> Response:
    if request.method == "POST":
        site().faults = read_faults(request.get_json(silent=True) or {})
    return jsonify(vars(site().faults))
