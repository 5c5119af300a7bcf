"""One component: what stands for each learner, reading its column now, and where its marks are made."""

from decimal import Decimal

from lti_tool.db import reading
from lti_tool.models.catalogue import RunComponent
from lti_tool.models.platform import Context, LineItem, Registration
from tests.platform.forged import Answer, Call, running
from tests.web.classroom import Classroom


def test_every_registered_learner_stands_there_with_what_came(classroom: Classroom) -> None:
    classroom.mark("Lena", "PORT", "61.5")
    page = classroom.client("bob").get(f"components/{classroom.keys['PORT']}").text
    assert "<bdi>Lena Łukasiewicz</bdi>" in page
    assert "61.5 <span class=\"soft\">of 100</span>" in page
    assert "Nothing yet" in page, "Omar has nothing, which is no 0"
    assert "Della" not in page


def test_the_column_is_read_now_with_totals_that_add_up(classroom: Classroom) -> None:
    with running(issuer="https://inverlea.example") as lms:
        lms.grants()
        lms.routes["GET /items/7/results"] = _results
        with classroom.sessions.begin() as session:
            session.get_one(Registration, 1).token_url = lms.token_url
            context = session.get_one(Context, classroom.ids["context"])
            context.lineitems_url = f"{lms.url}/items"
            session.add(LineItem(
                institution_id=context.institution_id, context_id=context.id, run_component_id=classroom.ids["PORT"],
                url=f"{lms.url}/items/7", resource_id="cairn:PORT", label="Port", maximum=Decimal(100),
            ))
        page = classroom.client("bob").after(f"components/{classroom.keys['PORT']}/capture").text
    assert "Column read. 3 results: 1 new or changed, 1 held until registry knows whose they are, " in page
    assert "1 of people not on the micro-credential." in page
    assert "LMS column" in page


def test_a_column_that_no_launch_has_told_is_found_by_the_name_we_gave_it(classroom: Classroom) -> None:
    with running(issuer="https://inverlea.example") as lms:
        lms.grants()
        lms.routes["GET /items"] = lambda call: (200, [
            {"id": f"{lms.url}/items/7", "label": "Port", "scoreMaximum": 100, "resourceId": "cairn:PORT"}
        ], {})
        lms.routes["GET /items/7/results"] = _results
        with classroom.sessions.begin() as session:
            session.get_one(Registration, 1).token_url = lms.token_url
            context = session.get_one(Context, classroom.ids["context"])
            context.lineitems_url = f"{lms.url}/items"
            context.scopes = ["https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"]
            session.add(LineItem(
                institution_id=context.institution_id, context_id=context.id, run_component_id=classroom.ids["PORT"],
                url="", resource_id="cairn:PORT", label="Port", maximum=Decimal(100), state="planned",
            ))
        page = classroom.client("bob").after(f"components/{classroom.keys['PORT']}/capture").text
    assert "Column read. 3 results" in page
    with reading(classroom.sessions) as session:
        item = session.query(LineItem).one()
        assert (item.url, item.state) == (f"{lms.url}/items/7", "open")


def test_without_a_column_the_teacher_is_told_what_to_do(classroom: Classroom) -> None:
    page = classroom.client("bob").after(f"components/{classroom.keys['PORT']}/capture").text
    assert "Open the activity in the LMS once" in page


def test_where_marks_are_made_is_chosen_before_the_first_and_stands_from_then(classroom: Classroom) -> None:
    bob, path = classroom.client("bob"), f"components/{classroom.keys['PORT']}"
    assert "Marks are made in Cairn" in bob.after(f"{path}/authority", authority="cairn").text
    bob.after(f"{path}/authority", authority="lms")
    classroom.mark("Lena", "PORT", "61.5")
    assert "Keep this choice" not in bob.get(path).text
    assert "can no longer change" in bob.after(f"{path}/authority", authority="cairn").text
    with reading(classroom.sessions) as session:
        assert session.get_one(RunComponent, classroom.ids["PORT"]).authority == "lms"


def _results(call: Call) -> Answer:
    shown = {"lms-S1": 61.5, "lms-gast": 40, "lms-della": 80}
    return 200, [{"id": user, "userId": user, "resultScore": score, "resultMaximum": 100}
                 for user, score in shown.items()], {}
