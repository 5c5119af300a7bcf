"""Sign-in, sign-out and the one-time invitation of staff."""

from datetime import timedelta
from io import BytesIO

import segno
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from lti_tool.clock import utcnow
from lti_tool.db import reading
from lti_tool.models.institution import Institution
from lti_tool.services import staff
from lti_tool.services.errors import Refused
from lti_tool.web.auth import STAFF_COOKIE, own_cookie

bp = Blueprint("staff", __name__, url_prefix="/staff")

NOT_RIGHT = "Login, password or code is not right. Codes change every half minute."


@bp.get("/sign-in")
def sign_in() -> str:
    return render_template("staff/sign_in.html", heading="Sign in", institutions=_institutions())


@bp.post("/sign-in")
def sign_in_posted() -> Response | tuple[str, int]:
    house, form, now = current_app.extensions["cairn"], request.form, utcnow()
    lives = timedelta(minutes=house.settings.staff_minutes)
    with house.sessions.begin() as session:
        wanted = select(Institution).where(Institution.code == form.get("institution", ""))
        institution = session.scalars(wanted).one_or_none()
        account = institution and staff.sign_in(
            session, institution, form.get("login", ""), form.get("password", ""), form.get("code", ""), now
        )
        secret = staff.open_session(session, account, now, lives) if account else None
    if secret is None:
        page = render_template("staff/sign_in.html", heading="Sign in", institutions=_institutions(), problem=NOT_RIGHT)
        return page, 422
    return _with_cookie(redirect(url_for("desk.home"), 303), secret, lives)


@bp.post("/sign-out")
def sign_out() -> Response:
    secret = request.cookies.get(own_cookie(STAFF_COOKIE), "")
    with current_app.extensions["cairn"].sessions.begin() as session:
        staff.close_session(session, secret)
    response = redirect(url_for("staff.sign_in"), 303)
    response.delete_cookie(own_cookie(STAFF_COOKIE), path="/", secure=True, httponly=True, samesite="Lax")
    return response


@bp.get("/invitation/<token>")
def invitation(token: str) -> str:
    with reading(current_app.extensions["cairn"].sessions) as session:
        found = staff.invitation(session, token, utcnow())
    return _invitation_page(found)


@bp.post("/invitation/<token>")
def accept(token: str) -> Response | tuple[str, int]:
    house, form, now = current_app.extensions["cairn"], request.form, utcnow()
    try:
        with house.sessions.begin() as session:
            if form.get("password", "") != form.get("again", ""):
                raise Refused("again", "The two passwords differ. Type the same one twice.")
            staff.accept(session, token, form.get("password", ""), form.get("code", ""), now)
    except Refused as refused:
        with reading(house.sessions) as session:
            found = staff.invitation(session, token, now)
        return _invitation_page(found, problem=refused.text), 422
    flash("Your account is ready. Sign in with the next code that your app shows.", "good")
    return redirect(url_for("staff.sign_in"), 303)


def _invitation_page(found: staff.Invitation, problem: str = "") -> str:
    picture = BytesIO()
    segno.make(found.totp_uri, micro=False).save(picture, kind="svg", scale=5, border=2, xmldecl=False, svgns=True)
    return render_template(
        "staff/invitation.html", heading="Set up your account", invitation=found, problem=problem,
        code_picture=picture.getvalue().decode(),
    )


def _institutions() -> list[tuple[str, str]]:
    with reading(current_app.extensions["cairn"].sessions) as session:
        rows = session.execute(select(Institution.code, Institution.name).order_by(Institution.name))
        return [(code, name) for code, name in rows]


def _with_cookie(response: Response, secret: str, lives: timedelta) -> Response:
    response.set_cookie(
        own_cookie(STAFF_COOKIE), secret, max_age=int(lives.total_seconds()), secure=True, httponly=True,
        samesite="Lax", path="/",
    )
    return response
