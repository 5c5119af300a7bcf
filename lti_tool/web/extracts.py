"""Registration extracts: uploaded, shown row by row, and applied exactly as shown.

Nothing is kept between the two steps: the page carries the file itself, so that no personal data lies about on a disk.
"""

from base64 import b64decode, b64encode

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.services import extract_imports, extracts
from lti_tool.services.errors import Refused
from lti_tool.web.auth import for_staff
from lti_tool.web.back import or_back
from lti_tool.web.house import house
from lti_tool.web.limits import takes_bytes

bp = Blueprint("extracts", __name__, url_prefix="/staff/extracts")

MOST_BYTES = 12 * 1024 * 1024
SHOWN = 200


@bp.get("/")
@for_staff(Role.REGISTRY)
def index() -> str:
    with reading(house().sessions) as session:
        imports = extract_imports.recent(session, g.institution.id)
        return render_template("staff/extracts.html", heading="Registration extracts", imports=imports)


@bp.post("/preview")
@for_staff(Role.REGISTRY)
@or_back("extracts.index")
@takes_bytes(MOST_BYTES)
def preview() -> str:
    """What the file would do. It changes nothing, so the page answers at once."""
    file = request.files.get("file")
    content = file.read() if file else b""
    if file is None or not content:
        raise Refused("file", "Choose the file first: the registration extract, as CSV.")
    with reading(house().sessions) as session:
        shown = extracts.preview(session, g.institution.id, content)
    return render_template(
        "staff/extract_preview.html", heading="Before it is applied", shown=shown, limit=SHOWN,
        file_name=file.filename or "extract.csv", content=b64encode(content).decode(),
    )


@bp.post("/")
@for_staff(Role.REGISTRY)
@or_back("extracts.index")
@takes_bytes(MOST_BYTES)
def apply() -> Response:
    form = request.form
    with house().sessions.begin() as session:
        done = extracts.apply(
            session, g.desk.actor, _content(form.get("content", "")), form.get("seen_digest", ""), house().clock(),
            form.get("file_name", "")[:255],
        )
    flash(
        f"Rows taken: {len(done.plans)}, left out: {len(done.problems)}; "
        f"accounts in the LMS that found their person: {done.matched}.", "good",
    )
    return redirect(url_for(".index"), 303)


def _content(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError as error:  # no base64, or no ASCII
        raise Refused("file", "The file did not come through whole. Upload it again.") from error
