"""Minutes: entered with the exact list by one person, confirmed by another, refused for the same one."""

from sqlalchemy import select

from lti_tool.db import reading
from lti_tool.models.award import Award
from lti_tool.models.board import ExamBoard
from lti_tool.models.catalogue import Run
from tests.web.conftest import Browser, hidden, text, told
from tests.web.university import Desks


def carried(page: str) -> dict[str, object]:
    return {"seen_digest": hidden(page, "seen_digest")[0], "seen": hidden(page, "seen")}


def test_a_second_person_confirms(signed_in: Browser, desks: Desks) -> None:
    erin, address = signed_in("erin"), f"/staff/minutes/{desks.keys['minute_key']}"
    page = told(erin, erin.post(f"{address}/confirmation", **carried(text(erin.get(address)))))
    assert "2 results are ratified" in page


def test_four_eyes_whoever_entered_it_does_not_confirm_it(signed_in: Browser, desks: Desks) -> None:
    dana, erin, address = signed_in("dana"), signed_in("erin"), f"/staff/minutes/{desks.keys['minute_key']}"
    page = text(dana.get(address))
    assert "a second person must confirm it" in page
    assert "/confirmation" not in page
    with dana.post(f"{address}/confirmation", **carried(text(erin.get(address)))) as answer:
        assert answer.status_code == 409
        assert "You entered this minute" in answer.get_data(as_text=True)
    with reading(desks.sessions) as session:
        minute = session.scalars(select(ExamBoard).where(ExamBoard.key == desks.keys["minute_key"])).one()
        assert minute.state == "open"
        assert not session.scalars(select(Award).where(Award.awarded_on == minute.held_on)).all()


def test_a_list_that_was_not_this_one_is_refused(signed_in: Browser, desks: Desks) -> None:
    erin, address = signed_in("erin"), f"/staff/minutes/{desks.keys['minute_key']}"
    with erin.post(f"{address}/confirmation", seen_digest="0" * 64) as answer:
        assert answer.status_code == 409
        assert "Nothing was ratified" in answer.get_data(as_text=True)


def test_a_minute_is_put_away_with_a_reason_and_entered_anew(signed_in: Browser, desks: Desks) -> None:
    dana = signed_in("dana")
    told(dana, dana.post(f"/staff/minutes/{desks.keys['minute_key']}/withdrawal", reason="Wrong reference"))
    with reading(desks.sessions) as session:
        run = session.scalars(select(Run).where(Run.code == "IL5102")).one().key
    page = text(dana.get("/staff/minutes/new", query_string={"run": run}))
    assert "2 results" in page
    page = told(dana, dana.post(
        "/staff/minutes/", run=run, reference="FAC 2026/13", held_on="2026-05-28",
        seen_digest=hidden(page, "seen_digest")[0],
    ))
    assert "FAC 2026/13" in page


def test_a_minute_of_a_list_that_changed_is_not_entered(signed_in: Browser, desks: Desks) -> None:
    dana = signed_in("dana")
    told(dana, dana.post(f"/staff/minutes/{desks.keys['minute_key']}/withdrawal", reason="Wrong reference"))
    with reading(desks.sessions) as session:
        run = session.scalars(select(Run).where(Run.code == "IL5102")).one().key
    with dana.post("/staff/minutes/", run=run, reference="X", held_on="2026-05-28", seen_digest="old") as answer:
        assert answer.status_code == 422
        assert "The results changed since you saw this list" in answer.get_data(as_text=True)


def test_another_authority_s_run_cannot_be_minuted(signed_in: Browser, desks: Desks) -> None:
    dana = signed_in("dana")
    answer = dana.get("/staff/minutes/new", query_string={"run": desks.keys["teaching_run"]})
    assert "another authority ratifies this" in told(dana, answer)


def test_nothing_chosen_says_so(signed_in: Browser) -> None:
    dana = signed_in("dana")
    assert "Choose the runs" in told(dana, dana.get("/staff/minutes/new"))
