"""Values of a launch: frozen, and silent about the person where they are printed."""

from dataclasses import FrozenInstanceError

import pytest

from lti_tool.lti.values import UserClaim

DORA = UserClaim(sub="7", name="Dora Learner", email="dora@inverlea.example", sourcedid="S1000001")


def test_a_person_is_printed_by_id_alone() -> None:
    assert repr(DORA) == "UserClaim(sub='7')"


def test_nothing_behind_the_door_changes_a_launch() -> None:
    with pytest.raises(FrozenInstanceError):
        DORA.sub = "8"  # type: ignore[misc]
