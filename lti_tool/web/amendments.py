"""Amendments: proposed by one, decided by a chair who is somebody else; both versions stay."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.services import amendment_pages, amendments, persons
from lti_tool.services.errors import Refused
from lti_tool.web.auth import for_staff
from lti_tool.web.back import or_back
from lti_tool.web.house import house

bp = Blueprint("amendments", __name__, url_prefix="/staff/amendments")

SEES = (Role.CHAIR, Role.SECRETARY, Role.REGISTRY, Role.AUDITOR)
PROPOSERS = (Role.CHAIR, Role.SECRETARY, Role.REGISTRY)


@bp.get("/")
@for_staff(*SEES)
def index() -> str:
    with reading(house().sessions) as session:
        return render_template(
            "staff/amendments.html", heading="Amendments", waiting=amendment_pages.waiting(session, g.institution.id),
            decided=amendment_pages.decided(session, g.institution.id), differing=amendment_pages.differing(
                session, g.institution.id), me=g.desk.actor.person_id, may_decide=g.desk.actor.has(Role.CHAIR),
        )


@bp.get("/new/<enrolment_key>")
@for_staff(*PROPOSERS)
def propose_form(enrolment_key: str) -> str:
    return _propose_page(enrolment_key)


@bp.post("/new/<enrolment_key>")
@for_staff(*PROPOSERS)
def propose(enrolment_key: str) -> Response | tuple[str, int]:
    form = request.form
    try:
        with house().sessions.begin() as session:
            enrolment = persons.enrolment_of(session, g.institution.id, enrolment_key)
            amendments.propose(
                session, g.desk.actor, enrolment, reason=form.get("reason", ""),
                authority_reference=form.get("authority_reference", ""), now=house().clock(),
            )
    except Refused as refused:
        return _propose_page(enrolment_key, refused.text), 422
    flash("The amendment is proposed. A chair, who must be somebody else, decides on it.", "good")
    return redirect(url_for(".index"), 303)


@bp.post("/<amendment_key>/approval")
@for_staff(Role.CHAIR)
@or_back("amendments.index")
def approve(amendment_key: str) -> Response:
    with house().sessions.begin() as session:
        approved = amendments.approve(session, g.desk.actor, amendment_key, house().clock())
        version, is_revoked = approved.award.version, approved.is_revoked
    house().wake()
    if is_revoked:
        flash(f"Approved: version {version} is taken back and stays readable, the record system is told.", "good")
    else:
        flash(f"Approved: version {version} stands, the earlier one stays readable, the record system is told.", "good")
    return redirect(url_for(".index"), 303)


@bp.post("/<amendment_key>/refusal")
@for_staff(Role.CHAIR)
@or_back("amendments.index")
def refuse(amendment_key: str) -> Response:
    with house().sessions.begin() as session:
        reason = request.form.get("reason", "")
        amendments.refuse(session, g.desk.actor, amendment_key, reason=reason, now=house().clock())
    flash("Refused: the result stands as it was ratified.", "good")
    return redirect(url_for(".index"), 303)


def _propose_page(enrolment_key: str, problem: str = "") -> str:
    with reading(house().sessions) as session:
        enrolment = persons.enrolment_of(session, g.institution.id, enrolment_key)
        return render_template(
            "staff/amendment_new.html", heading="Propose an amendment", problem=problem, form=request.form,
            change=amendment_pages.change_of(session, enrolment),
        )
