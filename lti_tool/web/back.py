"""Back to the page where somebody acted, with the sentence that says why it was refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import flash, redirect, url_for

from lti_tool.services.errors import Refused

View = Callable[..., Any]


def or_back(endpoint: str, *names: str) -> Callable[[View], View]:
    """What the services refuse is told on the page of ``endpoint``, whose address takes the view's own ``names``."""

    def decorate(view: View) -> View:
        @wraps(view)
        def told(*args: Any, **kwargs: Any) -> Any:
            try:
                return view(*args, **kwargs)
            except Refused as refused:
                flash(refused.text, "bad")
                return redirect(url_for(endpoint, **{name: kwargs[name] for name in names}), 303)

        return told

    return decorate
