"""Duties: the domain's answers, raised as refusals, for persons that are known."""

import pytest

from lti_tool.domain import ratification
from lti_tool.domain.ratification import Role, Why
from lti_tool.services import duties
from lti_tool.services.actors import Actor
from lti_tool.services.errors import Refused

NOBODY = Actor(institution_id=1, roles=frozenset({Role.CHAIR}))
DANA = Actor(institution_id=1, person_id=7, roles=frozenset({Role.REGISTRY}))


def test_what_is_allowed_goes_on():
    duties.require(ratification.Allowed())


def test_what_is_refused_keeps_code_and_words():
    with pytest.raises(Refused, match="No.") as caught:
        duties.require(ratification.Refused(Why.FOUR_EYES, "No."))
    assert caught.value.code == "four_eyes"


@pytest.mark.parametrize("action", [
    lambda: duties.person_of(NOBODY), lambda: duties.as_domain(NOBODY),
    lambda: duties.require_role(NOBODY, "No.", Role.CHAIR),
])
def test_I16_duties_cannot_be_kept_apart_for_somebody_unknown(action):
    with pytest.raises(Refused) as caught:
        action()
    assert caught.value.code == "role"


def test_one_of_the_roles_is_enough():
    assert duties.require_role(DANA, "No.", Role.CHAIR, Role.REGISTRY) == 7


def test_none_of_the_roles_is_refused_in_the_given_words():
    with pytest.raises(Refused, match="Only the chair."):
        duties.require_role(DANA, "Only the chair.", Role.CHAIR)
