"""A gradebook export of Moodle or Canvas: the file, then its column, then what it would do, then done.

GET  /l/<launch key>/components/<component key>/upload
POST /l/<launch key>/components/<component key>/upload           file=<the export>
POST /l/<launch key>/components/<component key>/upload/preview   content (hidden), column=<name in the file>, maximum
POST /l/<launch key>/components/<component key>/upload/apply     content, column, maximum, seen_digest (all hidden),
     should_stand=yes (optional): a file that was taken in before is what should stand
Nothing is kept between the steps: the file travels with the form.
"""

import binascii
import zlib
from base64 import b64decode, b64encode

from flask import render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.models.catalogue import RunComponent
from lti_tool.services import columns, gradebook_csv, gradebook_files, marksheet, teaching
from lti_tool.services.errors import Refused
from lti_tool.services.gradebook_csv import Preview
from lti_tool.services.gradebook_files import Gradebook
from lti_tool.services.tables import LARGEST, fold
from lti_tool.services.written_marks import plain
from lti_tool.web.auth import launched
from lti_tool.web.course_words import totals_in_words
from lti_tool.web.frame import blueprint, course, or_say, say, visit
from lti_tool.web.house import house
from lti_tool.web.inputs import maximum, required
from lti_tool.web.limits import takes_bytes

bp = blueprint("uploads", __name__)

NO_FILE = "Choose the file that the LMS exported."
UNREADABLE = "The file did not arrive whole. Choose it again."


@bp.get("/components/<component_key>/upload")
@launched(Role.INSTRUCTOR)
def choose(launch_key: str, component_key: str) -> str:
    with reading(house().sessions) as session:
        part = _part(session, component_key)
        title = columns.label_of(part)
    return render_template("course/upload.html", heading="Upload a gradebook export", title=title, key=component_key)


@bp.post("/components/<component_key>/upload")
@launched(Role.INSTRUCTOR)
@or_say("uploads.choose", "component_key")
@takes_bytes(LARGEST)
def column(launch_key: str, component_key: str) -> str:
    sent = request.files.get("file")
    content = sent.read() if sent is not None else b""
    if not content:
        raise Refused("no_file", NO_FILE)
    book = gradebook_files.read(content)
    with reading(house().sessions) as session:
        part = _part(session, component_key)
        title, most = columns.label_of(part), plain(columns.maximum_of(session, part))
    likely = _likely(book, title)
    return render_template(
        "course/upload_column.html", heading="Which column?", title=title, key=component_key, book=book, likely=likely,
        content=_packed(content), most=most, asks_maximum=any(one.maximum is None for one in book.columns),
    )


@bp.post("/components/<component_key>/upload/preview")
@launched(Role.INSTRUCTOR)
@or_say("uploads.choose", "component_key")
@takes_bytes(LARGEST)
def preview(launch_key: str, component_key: str) -> str:
    content, name = _content(), required("column", "Choose the column that holds the marks.")
    with reading(house().sessions) as session:
        part = _part(session, component_key)
        shown = gradebook_csv.preview(session, visit().actor, part.key, content, name, house().clock(), maximum())
        names = {line.enrolment_key: line.name for line in marksheet.sheet(session, visit().actor, part.key).lines}
        title = columns.label_of(part)
    return render_template(
        "course/upload_preview.html", heading="Look before you take it", title=title, key=component_key, shown=shown,
        names=names, content=request.form["content"], maximum=request.form.get("maximum", ""),
        said=None, totals=totals_in_words(shown.totals), changes=_count(shown),
    )


@bp.post("/components/<component_key>/upload/apply")
@launched(Role.INSTRUCTOR)
@or_say("uploads.choose", "component_key")
@takes_bytes(LARGEST)
def apply(launch_key: str, component_key: str) -> Response:
    content, name = _content(), required("column", "Choose the column that holds the marks.")
    with house().sessions.begin() as session:
        part = _part(session, component_key)
        done = gradebook_csv.apply(
            session, visit().actor, part.key, content, name, request.form.get("seen_digest", ""), house().clock(),
            maximum(), should_stand=request.form.get("should_stand") == "yes",
        )
    house().wake()
    return say("component.show", f"Export taken. {totals_in_words(done.totals)}", component_key=component_key)


def _part(session: Session, component_key: str) -> RunComponent:
    return teaching.component_in(session, course(session), component_key)


def _likely(book: Gradebook, title: str) -> str:
    """The one column that has the component's own name; Moodle puts the kind of activity before it."""
    wanted = fold(title)
    found = [one.name for one in book.columns if not one.problem and fold(one.title).rpartition(": ")[2] == wanted]
    return found[0] if len(found) == 1 else ""


def _count(shown: Preview) -> int:
    return sum(shown.totals[kind] for kind in ("new", "held", "compared"))


def _packed(content: bytes) -> str:
    return b64encode(zlib.compress(content)).decode()


def _content() -> bytes:
    """The file as it came with the form."""
    reader = zlib.decompressobj()
    try:
        content = reader.decompress(b64decode(required("content", NO_FILE), validate=True), LARGEST + 1)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise Refused("no_file", UNREADABLE) from error
    if len(content) > LARGEST:
        raise Refused("no_file", UNREADABLE)
    return content
