"""What waits for whom, counted."""

from datetime import datetime

import pytest

from lti_tool.db import reading
from lti_tool.domain.ratification import Role
from lti_tool.services import desk, staff
from lti_tool.services.actors import Actor
from tests.web.university import Desks


def counts(desks: Desks, login: str, *names: str) -> dict[str, int]:
    with reading(desks.sessions) as session:
        found = staff.actor_of(session, desks.secrets[login], datetime.now().astimezone())
        assert found is not None
        return desk.counts(session, found[0], names)


@pytest.mark.parametrize(("login", "pile", "count"), [
    ("alice", "boards", 1), ("femi", "boards", 1), ("hari", "boards", 1), ("alice", "boards_to_convene", 1),
    ("erin", "minutes_to_confirm", 1), ("dana", "minutes_to_confirm", 0), ("dana", "minutes_to_enter", 0),
    ("alice", "amendments", 1), ("dana", "amendments", 0), ("dana", "on_hold", 1), ("dana", "unknown_people", 1),
    ("dana", "nameless_results", 1), ("dana", "discrepancies", 3), ("dana", "unsigned", 1), ("iris", "paused", 0),
    ("iris", "platforms_without_deployment", 0),
])
def test_piles(desks: Desks, login: str, pile: str, count: int) -> None:
    assert counts(desks, login, pile) == {pile: count}


def test_what_is_on_the_way_is_neither_confirmed_nor_for_a_person(desks: Desks) -> None:
    found = counts(desks, "dana", "on_the_way", "waiting_to_be_sent")
    assert found["on_the_way"] == found["waiting_to_be_sent"] + 1  # the one that was sent and not read back


def test_another_institution_has_nothing(desks: Desks) -> None:
    stranger = Actor(institution_id=desks.other_id, person_id=1, roles=frozenset({Role.REGISTRY}))
    with reading(desks.sessions) as session:
        assert set(desk.counts(session, stranger, tuple(desk.COUNTS)).values()) == {0}
