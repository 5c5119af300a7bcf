"""How much a request may bring: little by default, and more where a view says so."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., Any])

MOST_BYTES = 2 * 1024 * 1024
MOST_FORM_BYTES = 256 * 1024


def takes_bytes(most: int) -> Callable[[View], View]:
    """This view takes files, and fields of a form, of up to so many bytes together. Put it next to the function."""

    def decorate(view: View) -> View:
        view.most_bytes = most  # type: ignore[attr-defined]
        return view

    return decorate


def apply() -> None:
    """Before every request, and before anything reads its form."""
    view = current_app.view_functions.get(request.endpoint or "")
    most = getattr(view, "most_bytes", None)
    if most is not None:
        request.max_content_length = request.max_form_memory_size = most
