"""How much a request may bring."""

from flask import Flask

from lti_tool.web.limits import MOST_BYTES, MOST_FORM_BYTES, takes_bytes
from tests.web.conftest import Browser


def test_a_form_field_is_small_by_default(signed_in: Browser) -> None:
    dana = signed_in("dana")
    fields = {"csrf": dana.token, "text": "x" * (MOST_FORM_BYTES + 1)}
    with dana.inner.post("/staff/people/", data=fields, content_type="multipart/form-data") as answer:
        assert answer.status_code == 413
        assert "larger than Cairn takes" in answer.get_data(as_text=True)


def test_whole_requests_too(signed_in: Browser) -> None:
    with signed_in("dana").post("/staff/people/", text="x" * (MOST_BYTES + 1)) as answer:
        assert answer.status_code == 413


def test_a_view_says_for_itself_that_it_takes_more(app: Flask) -> None:
    assert app.view_functions["extracts.preview"].most_bytes > MOST_BYTES  # type: ignore[attr-defined]
    assert getattr(takes_bytes(5)(lambda: None), "most_bytes", 0) == 5
