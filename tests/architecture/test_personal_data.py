"""Personal data is annotated: whoever erases, exports or answers a question of privacy reads it off the models."""

import re

import pytest

import lti_tool.models  # noqa: F401  (makes every table known)
from lti_tool.db import Base

MODELS = sorted((mapper.class_ for mapper in Base.registry.mappers), key=lambda model: model.__name__)
NOTE = re.compile(r"\b(?:Personal data:\s+\S|No\s+personal data\b)", re.IGNORECASE)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_says_what_is_personal_in_it(model: type[Base]) -> None:
    assert NOTE.search(model.__doc__ or ""), "say in its docstring: “Personal data: …”, or “No personal data.”"
