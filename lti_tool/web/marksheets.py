"""The marksheet of a component: typed or pasted, previewed, saved; and hand-in times and extensions.

GET  /l/<launch key>/components/<component key>/marksheet
POST /l/<launch key>/components/<component key>/marksheet/preview
     mark-<registration key>, seen-<registration key>, agreed-<registration key> (optional) for each line,
     pasted (optional): lines of student number and mark
POST /l/<launch key>/components/<component key>/marksheet
     what the preview shows, as hidden fields of these names
GET  /l/<launch key>/components/<component key>/facts
POST /l/<launch key>/components/<component key>/facts
     submitted-<registration key>, extension-<registration key>, seen-<registration key> for each line,
     pasted (optional): lines of student number, time, hours, apart by tab, semicolon or comma
"""

from flask import g, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.services import marksheet, submission_facts, teaching
from lti_tool.services.errors import Refused
from lti_tool.services.marksheet import Checked, Entry, Problem, Sheet
from lti_tool.services.marksheet_lines import NOTHING
from lti_tool.web.auth import launched
from lti_tool.web.frame import blueprint, course, or_say, say, visit
from lti_tool.web.house import house
from lti_tool.web.inputs import by_line
from lti_tool.web.limits import takes_bytes

bp = blueprint("marksheets", __name__)

MOST_BYTES = 2 * 1024 * 1024
PAGE = "component.show"
CLEARED = "A mark is not taken back by an empty line. If there is none yet, write pending."


@bp.get("/components/<component_key>/marksheet")
@launched(Role.INSTRUCTOR)
@or_say(PAGE, "component_key")
def sheet(launch_key: str, component_key: str) -> str:
    with reading(house().sessions) as session:
        found = _sheet(session, component_key)
    return render_template("course/marksheet.html", heading=found.title, sheet=found)


@bp.post("/components/<component_key>/marksheet/preview")
@launched(Role.INSTRUCTOR)
@or_say("marksheets.sheet", "component_key")
@takes_bytes(MOST_BYTES)
def preview(launch_key: str, component_key: str) -> str:
    with reading(house().sessions) as session:
        found = _sheet(session, component_key)
        checked = _checked(session, found)
    if not checked.entries and not checked.problems:
        raise Refused("nothing", "Nothing on the sheet was changed.")
    lines = {line.enrolment_key: line for line in found.lines}
    return render_template(
        "course/marksheet_preview.html", heading="Look before you save", sheet=found, checked=checked, lines=lines
    )


@bp.post("/components/<component_key>/marksheet")
@launched(Role.INSTRUCTOR)
@or_say("marksheets.sheet", "component_key")
@takes_bytes(MOST_BYTES)
def save(launch_key: str, component_key: str) -> Response:
    entries = _entries()
    if not entries:
        raise Refused("nothing", "There was nothing to save.")
    with house().sessions.begin() as session:
        found = _sheet(session, component_key)
        applied = marksheet.apply(session, visit().actor, found.run_component_key, entries, house().clock())
    house().wake()
    return say(PAGE, _said(len(applied.changed), applied.unchanged), component_key=component_key)


@bp.get("/components/<component_key>/facts")
@launched(Role.INSTRUCTOR)
@or_say(PAGE, "component_key")
def facts(launch_key: str, component_key: str) -> str:
    with reading(house().sessions) as session:
        found = _sheet(session, component_key)
    return _facts_page(found)


@bp.post("/components/<component_key>/facts")
@launched(Role.INSTRUCTOR)
@or_say("marksheets.facts", "component_key")
@takes_bytes(MOST_BYTES)
def save_facts(launch_key: str, component_key: str) -> Response | tuple[str, int]:
    extensions, seen = by_line("extension"), by_line("seen")
    told = {key: (at, extensions.get(key, ""), seen.get(key, NOTHING)) for key, at in by_line("submitted").items()}
    with house().sessions.begin() as session:
        found, actor = _sheet(session, component_key), visit().actor
        pasted = request.form.get("pasted", "")
        checked = submission_facts.entries(session, actor, found.run_component_key, told, pasted)
        if checked.problems:
            return _facts_page(found, checked.problems), 422
        applied = marksheet.apply(session, actor, found.run_component_key, checked.entries, house().clock())
    house().wake()
    return say(PAGE, _said(len(applied.changed), applied.unchanged), component_key=component_key)


def _sheet(session: Session, component_key: str) -> Sheet:
    """The marksheet of a component that this course teaches."""
    part = teaching.component_in(session, course(session), component_key)
    return marksheet.sheet(session, visit().actor, part.key)


def _entries() -> list[Entry]:
    seen, agreed = by_line("seen"), by_line("agreed")
    return [
        Entry(enrolment_key=key, text=text.strip(), seen=seen.get(key, NOTHING), agreed_by=agreed.get(key, "").strip())
        for key, text in by_line("mark").items()
    ]


def _checked(session: Session, found: Sheet) -> Checked:
    """What was changed on the sheet, and what was pasted, which goes first where both speak of a learner."""
    stands = {line.enrolment_key: line.text for line in found.lines}
    changed = [entry for entry in _entries() if entry.text != stands.get(entry.enrolment_key)]
    cleared = [Problem(line=0, enrolment_key=entry.enrolment_key, text=CLEARED) for entry in changed if not entry.text]
    typed = marksheet.check(
        session, visit().actor, found.run_component_key, [entry for entry in changed if entry.text]
    )
    pasted = marksheet.paste(session, visit().actor, found.run_component_key, request.form.get("pasted", ""))
    entries = {entry.enrolment_key: entry for entry in (*typed.entries, *pasted.entries)}
    same = {key for key, entry in entries.items() if entry.text == stands.get(key) and not entry.agreed_by}
    kept = tuple(entry for key, entry in entries.items() if key not in same)
    return Checked(entries=kept, problems=(*cleared, *typed.problems, *pasted.problems))


def _facts_page(found: Sheet, problems: tuple[Problem, ...] = ()) -> str:
    lines = {line.enrolment_key: line for line in found.lines}
    return render_template(
        "course/facts.html", heading=found.title, sheet=found, problems=problems, lines=lines,
        timezone=g.institution.timezone,
    )


def _said(changed: int, unchanged: int) -> str:
    rest = f" {unchanged} stood so already." if unchanged else ""
    return f"Saved: {changed} {'line' if changed == 1 else 'lines'}.{rest}"
