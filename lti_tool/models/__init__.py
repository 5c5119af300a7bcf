"""The tables. Import a model from the module of its noun; this file only makes all of them known."""

from lti_tool.models import (  # noqa: F401
    audit,
    award,
    board,
    catalogue,
    delivery,
    institution,
    outcome,
    people,
    platform,
)
