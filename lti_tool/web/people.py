"""People: whose account this is, what a learner was ever awarded, and what stands behind each line of a transcript."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.services import audit_pages, explain, held, identity_evidence, nameless, persons, quarantine, replays
from lti_tool.web.auth import for_staff
from lti_tool.web.back import or_back
from lti_tool.web.house import house

bp = Blueprint("people", __name__, url_prefix="/staff/people")

SEES = (Role.REGISTRY, Role.AUDITOR)


@bp.get("/")
@for_staff(*SEES)
def index() -> str:
    return _search_page("", None)


@bp.post("/")
@for_staff(*SEES)
def search() -> str:
    """A form is posted, and answered at once: names and numbers do not belong in an address."""
    text = request.form.get("text", "")
    with reading(house().sessions) as session:
        return _search_page(text, persons.search(session, g.institution.id, text))


@bp.get("/quarantine", endpoint="quarantine")
@for_staff(Role.REGISTRY)
def waiting() -> str:
    with reading(house().sessions) as session:
        return render_template(
            "staff/quarantine.html", heading="Accounts that nobody knows",
            unknown=quarantine.quarantine(session, g.institution.id),
            nameless=nameless.waiting(session, g.institution.id),
        )


@bp.post("/accounts/<account_key>/identity")
@for_staff(Role.REGISTRY)
@or_back("people.quarantine")
def confirm(account_key: str) -> Response:
    form = request.form
    with house().sessions.begin() as session:
        person_key = form.get("person", "") or persons.key_of_number(session, g.institution.id, form.get("number", ""))
        identity_evidence.confirm(
            session, g.desk.actor, account_key, person_key, form.get("evidence", ""), house().clock()
        )
    flash("The account is matched, and what was held of it is taken up.", "good")
    return redirect(url_for(".quarantine"), 303)


@bp.post("/results/<held_key>/owner")
@for_staff(Role.REGISTRY)
@or_back("people.quarantine")
def give(held_key: str) -> Response:
    with house().sessions.begin() as session:
        held.give(session, g.desk.actor, held_key, request.form.get("enrolment", ""), house().clock())
    flash("The result has its learner.", "good")
    return redirect(url_for(".quarantine"), 303)


@bp.get("/<person_key>")
@for_staff(*SEES)
def person(person_key: str) -> str:
    with house().sessions.begin() as session:  # reading somebody's results is written down
        row, card = persons.card(session, g.institution.id, person_key)
        audit_pages.note_reading(session, g.desk.actor, f"person:{row.key}", row.id, house().clock())
        return render_template(
            "staff/person.html", heading=card.name or "Erased person", card=card,
            may_propose=g.desk.actor.has(Role.REGISTRY),
        )


@bp.get("/awards/<award_key>", endpoint="award")
@for_staff(*SEES)
def explanation(award_key: str) -> str:
    """The whole way back, from the line on the transcript to each reading, reckoned again on the way."""
    with house().sessions.begin() as session:
        chain = explain.chain(session, g.institution.id, award_key)
        person_key, person_id = replays.person_of(session, g.institution.id, award_key)
        audit_pages.note_reading(session, g.desk.actor, f"award:{award_key}", person_id, house().clock())
        return render_template(
            "staff/award.html", heading=f"{chain.line.code}: {chain.line.learner}", chain=chain, person_key=person_key,
            replay=replays.replay(session, g.institution.id, award_key),
        )


def _search_page(text: str, found: list[persons.Found] | None) -> str:
    return render_template("staff/people.html", heading="People", text=text, found=found, shortest=persons.SHORTEST)
