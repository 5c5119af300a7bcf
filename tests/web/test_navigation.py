"""The bar: what the roles open, and where one stands."""

import pytest

from tests.web.conftest import Browser, text


@pytest.mark.parametrize(("name", "labels"), [
    ("femi", ["Desk", "Boards"]),
    ("iris", ["Desk", "Record systems", "LMSs"]),
    ("gwen", ["Desk", "Boards", "Minutes", "Amendments"]),
])
def test_each_sees_their_own_pages(signed_in: Browser, name: str, labels: list[str]) -> None:
    bar = text(signed_in(name).get("/staff/")).split('aria-label="Main">')[1].split("<form")[0]
    assert [part.split("<")[0] for part in bar.split(">")[1:] if part.split("<")[0].strip()] == labels


def test_the_page_one_is_on_is_marked(signed_in: Browser) -> None:
    page = text(signed_in("gwen").get("/staff/boards/"))
    assert page.count('aria-current="page"') == 1
    assert 'href="/staff/boards/" aria-current="page"' in page


def test_before_sign_in_there_is_no_bar(signed_in: Browser) -> None:
    assert 'aria-label="Main"' not in text(signed_in("").get("/staff/sign-in"))
