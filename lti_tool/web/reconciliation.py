"""Reconciliation: read everything back, see that the totals add up, close what differs, sign."""

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.clock import utcnow
from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.models.delivery import ReconciliationRun
from lti_tool.services import discrepancies, queue, reconciliation_runs, reconciliation_turns
from lti_tool.services.reconciliation_runs import Progress
from lti_tool.web.auth import for_staff
from lti_tool.web.back import or_back
from lti_tool.web.house import house

bp = Blueprint("reconciliation", __name__, url_prefix="/staff/reconciliation")

SEES = (Role.REGISTRY, Role.AUDITOR)


@bp.get("/")
@for_staff(*SEES)
def index() -> str:
    with reading(house().sessions) as session:
        runs = reconciliation_runs.recent(session, g.institution.id)
        return render_template(
            "staff/reconciliation.html", heading="Reconciliation",
            runs=[(run, reconciliation_runs.progress(run)) for run in runs],
            systems=reconciliation_runs.comparable(session, g.institution.id),
            differences=discrepancies.listed(session, g.institution.id), may_act=g.desk.actor.has(Role.REGISTRY),
        )


@bp.post("/runs")
@for_staff(Role.REGISTRY)
@or_back("reconciliation.index")
def run_now() -> Response:
    """Ask for it only: to read everything back takes minutes, and the worker does it."""
    with house().sessions.begin() as session:
        run = reconciliation_turns.ask(session, g.institution.id, request.form.get("system", ""), utcnow())
    house().wake()
    return redirect(url_for(".show", run_key=run.key), 303)


@bp.get("/runs/<run_key>")
@for_staff(*SEES)
def show(run_key: str) -> str:
    with reading(house().sessions) as session:
        run = reconciliation_runs.find(session, g.institution.id, run_key)
        progress = reconciliation_runs.progress(run)
        return render_template(
            "staff/reconciliation_run.html", heading=f"Reconciliation with {run.destination.name}", run=run,
            parts=reconciliation_runs.PARTS, beside=reconciliation_runs.BESIDE,
            progress=progress, sentence=_sentence(run, progress), workers=queue.workers(session, utcnow()),
            signer=reconciliation_runs.signer_of(session, run), may_act=g.desk.actor.has(Role.REGISTRY),
            differences=discrepancies.listed(session, g.institution.id, is_open=False, reconciliation_id=run.id),
        )


@bp.get("/runs/<run_key>/progress.json")
@for_staff(*SEES)
def progress(run_key: str) -> Response:
    """For the figures that move by themselves; the page works without."""
    with reading(house().sessions) as session:
        run = reconciliation_runs.find(session, g.institution.id, run_key)
    found = reconciliation_runs.progress(run)
    return jsonify(
        counts={}, total=found.total, done=found.done, sentence=_sentence(run, found), is_over=run.is_over,
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


def _sentence(run: ReconciliationRun, progress: Progress) -> str:
    figures = {word: run.totals.get(word, 0) for word in ("sent", "read", "compared")}
    match progress.state:
        case reconciliation_runs.READING:
            return "Reading back: {read} read so far; we sent {sent}.".format(**figures)
        case reconciliation_runs.COMPARING:
            return "All is read. Comparing: {compared} of {read}.".format(**figures)
        case reconciliation_runs.WAITING:
            return "Waiting to be taken up."
        case reconciliation_runs.FAILED:
            return "It was not finished."
    return "Finished."
