import pytest

from lti_tool.domain.quorum import Attendance, is_quorate, quorum_in_words


@pytest.mark.parametrize(
    ("members", "present", "external", "quorate"),
    [
        pytest.param(4, 2, 1, True, id="half is enough"),
        pytest.param(7, 3, 1, False, id="under half"),
        pytest.param(2, 1, 1, False, id="half, but under two"),
        pytest.param(6, 6, 0, False, id="no external, no decision"),
        pytest.param(0, 0, 1, False, id="nobody"),
    ],
)
def test_quorum(members: int, present: int, external: int, quorate: bool) -> None:
    assert is_quorate(members, present, external) is quorate


def test_the_count_is_explained() -> None:
    assert quorum_in_words(7, 3, 0) == (
        "Not quorate: 3 of 7 internal members present, 4 needed; no external takes part, and one must."
    )
    assert quorum_in_words(4, 2, 1) == "Quorate: 2 of 4 internal members present, 2 needed; an external takes part."


BOARD = Attendance(
    internal_members=frozenset({"alice", "bob", "dora", "emil"}),
    internal_present=frozenset({"alice", "bob"}),
    external_present=frozenset({"erin"}),
)


def test_a_conflicted_member_does_not_count_and_makes_no_quorum_easier() -> None:
    assert BOARD.is_quorate
    assert BOARD.without({"bob"}).counts == (4, 1, 1)
    assert not BOARD.without({"bob"}).is_quorate
    assert not BOARD.without({"erin"}).is_quorate
    assert BOARD.without({"charlie"}) == BOARD


def test_a_guest_is_not_a_member() -> None:
    guests = Attendance(
        internal_members=BOARD.internal_members,
        internal_present=frozenset({"alice", "guest"}),
        external_present=BOARD.external_present,
    )
    assert not guests.is_quorate
    assert "1 of 4" in guests.in_words
