"""Reconciliation: read everything back, see that the totals add up, close what differs, sign."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.services import destinations, discrepancies, reconciliation, reconciliation_runs
from lti_tool.web.auth import for_staff
from lti_tool.web.back import or_back
from lti_tool.web.house import house

bp = Blueprint("reconciliation", __name__, url_prefix="/staff/reconciliation")

SEES = (Role.REGISTRY, Role.AUDITOR)


@bp.get("/")
@for_staff(*SEES)
def index() -> str:
    with reading(house().sessions) as session:
        return render_template(
            "staff/reconciliation.html", heading="Reconciliation",
            runs=reconciliation_runs.recent(session, g.institution.id),
            systems=reconciliation_runs.comparable(session, g.institution.id),
            differences=discrepancies.listed(session, g.institution.id), may_act=g.desk.actor.has(Role.REGISTRY),
        )


@bp.post("/runs")
@for_staff(Role.REGISTRY)
@or_back("reconciliation.index")
def run_now() -> Response:
    """Compare now. It calls another machine, so no transaction is open meanwhile."""
    with reading(house().sessions) as session:
        system = destinations.by_key(session, g.institution.id, request.form.get("system", ""))
    connectors = destinations.Connectors(house().sessions)
    try:
        made = reconciliation.reconcile(house().sessions, connectors, system.id, house().clock())
    finally:
        connectors.close()
    house().wake()  # what is missing there was queued again
    return redirect(url_for(".show", run_key=made.key), 303)


@bp.get("/runs/<run_key>")
@for_staff(*SEES)
def show(run_key: str) -> str:
    with reading(house().sessions) as session:
        run = reconciliation_runs.find(session, g.institution.id, run_key)
        return render_template(
            "staff/reconciliation_run.html", heading=f"Reconciliation with {run.destination.name}", run=run,
            parts=reconciliation_runs.PARTS, beside=reconciliation_runs.BESIDE,
            signer=reconciliation_runs.signer_of(session, run), may_act=g.desk.actor.has(Role.REGISTRY),
            differences=discrepancies.listed(session, g.institution.id, is_open=False, reconciliation_id=run.id),
        )


@bp.post("/runs/<run_key>/signature")
@for_staff(Role.REGISTRY)
@or_back("reconciliation.show", "run_key")
def sign(run_key: str) -> Response:
    with house().sessions.begin() as session:
        reconciliation_runs.sign(session, g.desk.actor, run_key, house().clock())
    flash("Signed: these totals stand, with your name.", "good")
    return redirect(url_for(".show", run_key=run_key), 303)


@bp.post("/discrepancies/<discrepancy_key>/closure")
@for_staff(Role.REGISTRY)
@or_back("reconciliation.index")
def close(discrepancy_key: str) -> Response:
    with house().sessions.begin() as session:
        discrepancies.close(
            session, g.desk.actor, discrepancy_key, request.form.get("reason", ""), house().clock()
        )
    flash("The discrepancy is closed, with your reason.", "good")
    return redirect(url_for(".index"), 303)
