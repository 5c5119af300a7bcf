"""A desk shows what waits for its role, and nothing that is another's."""

from tests.web.conftest import Browser, text


def test_registry_sees_its_piles(signed_in: Browser) -> None:
    page = text(signed_in("dana").get("/staff/"))
    assert "message on hold for a person" in page
    assert "account that nobody knows" in page
    assert "minute waits for a second person" not in page  # Dana entered the only one herself


def test_the_second_registry_officer_is_asked_to_confirm(signed_in: Browser) -> None:
    assert "minute waits for a second person" in text(signed_in("erin").get("/staff/"))


def test_the_chair_is_asked_for_boards_and_amendments(signed_in: Browser) -> None:
    page = text(signed_in("alice").get("/staff/"))
    assert "board to decide" in page
    assert "amendment waits for a chair" in page
    assert "on hold" not in page


def test_an_administrator_is_shown_counts_and_no_academic_work(signed_in: Browser) -> None:
    page = text(signed_in("iris").get("/staff/"))
    assert "to be sent" in page
    assert "discrep" not in page


def test_the_bar_leads_where_the_role_may_go(signed_in: Browser) -> None:
    bar = text(signed_in("femi").get("/staff/")).split("<nav", 1)[1].split("</nav>", 1)[0]
    assert "/staff/boards/" in bar
    assert "/staff/queue/" not in bar


def test_without_a_sign_in_the_desk_asks_for_one(signed_in: Browser) -> None:
    answer = signed_in("").get("/staff/")
    assert (answer.status_code, answer.location) == (303, "/staff/sign-in")
