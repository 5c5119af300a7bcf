"""The lean application flashes as Flask does, and takes plain views only."""

import inspect

from flask import flash, get_flashed_messages

from lti_tool.web.lean import Lean
from tests.platform.fixtures import app, settings

__all__ = ["app", "settings"]


def lean() -> Lean:
    made = Lean(__name__)
    made.config.update(SECRET_KEY="only here", TESTING=True)

    @made.get("/say")
    def say() -> str:
        flash("Ratified.")
        return ""

    @made.get("/hear")
    def hear() -> str:
        return " ".join(get_flashed_messages())

    return made


def test_a_sentence_for_the_next_page_is_shown_once() -> None:
    browser = lean().test_client()
    browser.get("/say")
    assert [browser.get("/hear").text for _ in range(2)] == ["Ratified.", ""]


def test_a_visit_without_a_sentence_sets_no_cookie() -> None:
    assert "Set-Cookie" not in lean().test_client().get("/hear").headers


def test_no_view_of_the_application_is_a_coroutine(app: Lean) -> None:
    groups = (*app.before_request_funcs.values(), *app.after_request_funcs.values())
    hooks = [hook for group in groups for hook in group]
    assert not [view for view in (*app.view_functions.values(), *hooks) if inspect.iscoroutinefunction(view)]
