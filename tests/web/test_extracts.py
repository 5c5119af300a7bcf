"""Extracts: shown row by row, each bad row named with its remedy, applied exactly as shown."""

from io import BytesIO

from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.catalogue import Enrolment, ExtractImport
from tests.web.conftest import Browser, Client, hidden, text, told
from tests.web.university import Desks

HEADER = "student,registration,run,occurrence,period,component,scale,family_name,given_name\n"
GOOD = "S7001,S7001/1,IL5101,A1,2026/T2,,PC,Zeta,Zoe\n"
BAD = "S7002,S7002/1,NOPE,A1,2026/T2,,PC,Bad,Row\n"


def upload(client: Client, content: str) -> str:
    file = (BytesIO(content.encode()), "extract.csv")
    return text(client.post("/staff/extracts/preview", file=file))


def carried(page: str) -> dict[str, str]:
    return {name: hidden(page, name)[0] for name in ("seen_digest", "file_name", "content")}


def test_a_preview_names_each_bad_row_and_changes_nothing(signed_in: Browser, desks: Desks) -> None:
    page = upload(signed_in("dana"), HEADER + GOOD + BAD)
    assert "2 rows. 1 new" in page
    assert "There is no run NOPE A1 2026/T2 in Cairn." in page
    with reading(desks.sessions) as session:
        assert session.scalars(select(Enrolment).where(Enrolment.registration == "S7001/1")).one_or_none() is None


def test_it_is_applied_as_shown(signed_in: Browser, desks: Desks) -> None:
    dana = signed_in("dana")
    page = told(dana, dana.post("/staff/extracts/", **carried(upload(dana, HEADER + GOOD + BAD))))
    assert "Rows taken: 1, left out: 1" in page
    assert "extract.csv" in page
    with reading(desks.sessions) as session:
        assert session.scalars(select(Enrolment).where(Enrolment.registration == "S7001/1")).one()
        assert session.scalars(select(ExtractImport)).one().file_name == "extract.csv"


def test_another_file_than_the_one_shown_is_refused(signed_in: Browser) -> None:
    dana = signed_in("dana")
    seen, other = carried(upload(dana, HEADER + GOOD)), carried(upload(dana, HEADER + GOOD.replace("Zeta", "Eta")))
    page = told(dana, dana.post("/staff/extracts/", **{**seen, "content": other["content"]}))
    assert "Something has changed since the preview" in page


def test_a_file_that_is_no_extract_says_what_is_missing(signed_in: Browser) -> None:
    dana = signed_in("dana")
    file = (BytesIO(b"name,mark\nA,1\n"), "x.csv")
    assert "The extract lacks the column" in told(dana, dana.post("/staff/extracts/preview", file=file))
    assert "Choose the file first" in told(dana, dana.post("/staff/extracts/preview"))


def test_a_broken_form_is_a_sentence(signed_in: Browser) -> None:
    dana = signed_in("dana")
    assert "did not come through whole" in told(dana, dana.post("/staff/extracts/", content="!", seen_digest=""))


def test_thirty_thousand_registrations_come_through(signed_in: Browser) -> None:
    """A year's extract is larger than what any other form may bring."""
    rows = "".join(f"S{number},S{number}/1,NOPE,A1,2026/T2,,PC,Family,Given\n" for number in range(30_000))
    dana = signed_in("dana")
    body = "\r\n".join([  # written out, since the test client leaves its own large temporary files open
        "--part", 'Content-Disposition: form-data; name="csrf"', "", dana.token,
        "--part", 'Content-Disposition: form-data; name="file"; filename="year.csv"', "", HEADER + rows, "--part--", "",
    ]).encode()
    kind = "multipart/form-data; boundary=part"
    assert "30000 rows." in text(dana.inner.post("/staff/extracts/preview", data=body, content_type=kind))
