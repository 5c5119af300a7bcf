"""The audit log: read by page, each reading of details written down itself, and the whole chain verified."""

from flask import Blueprint, g, render_template, request

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.services import audit, audit_pages, audit_verification
from lti_tool.web.auth import for_staff
from lti_tool.web.house import house
from lti_tool.web.inputs import row_number

bp = Blueprint("audit", __name__, url_prefix="/staff/audit")

SEES = (Role.AUDITOR, Role.REGISTRY)


@bp.get("/")
@for_staff(*SEES)
def index() -> str:
    return _page(None)


@bp.post("/verification")
@for_staff(*SEES)
def verify() -> str:
    """Walk the whole chain, and the awards beside it. It changes nothing, so the page answers at once."""
    with reading(house().sessions) as session:
        report = audit_verification.verify(session, g.institution.id)
    return _page(report)


@bp.get("/entries/<entry_hash>")
@for_staff(*SEES)
def entry(entry_hash: str) -> str:
    with house().sessions.begin() as session:
        line, details, row = audit_pages.entry(session, g.desk.actor, entry_hash, house().clock())
        return render_template(
            "staff/audit_entry.html", heading=f"Entry {line.number}", line=line, details=details, row=row
        )


def _page(report: audit.ChainReport | None) -> str:
    wanted = audit_pages.Filter(action=request.args.get("action", ""), subject=request.args.get("subject", ""))
    with reading(house().sessions) as session:
        lines, more = audit_pages.page(session, g.institution.id, wanted, request.args.get("before", type=row_number))
        return render_template(
            "staff/audit.html", heading="Audit", lines=lines, more=more, wanted=wanted, report=report,
            actions=audit_pages.actions(session, g.institution.id),
        )
