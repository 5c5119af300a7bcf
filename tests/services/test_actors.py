"""Who acts: roles count only where they were given."""

from dataclasses import FrozenInstanceError

import pytest

from lti_tool.domain.ratification import Role
from lti_tool.services.actors import Actor


def test_one_of_the_roles_asked_for_is_enough() -> None:
    dana = Actor(institution_id=1, roles=frozenset({Role.REGISTRY}))
    assert dana.has(Role.IT_ADMIN, Role.REGISTRY)
    assert not dana.has(Role.CHAIR)


def test_nobody_in_particular_may_nothing() -> None:
    stranger = Actor(institution_id=1)
    assert stranger.person_id is None
    assert not stranger.has(*Role)
    assert not stranger.has()


def test_an_actor_gains_no_role_on_the_way() -> None:
    with pytest.raises(FrozenInstanceError):
        Actor(institution_id=1).roles = frozenset({Role.CHAIR})  # type: ignore[misc]
