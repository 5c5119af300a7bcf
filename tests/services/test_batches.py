"""Long lists in batches."""

from lti_tool.services.batches import AT_ONCE, in_batches


def test_a_long_list_comes_in_order_and_whole() -> None:
    things = list(range(2 * AT_ONCE + 1))
    found = [list(some) for some in in_batches(things)]
    assert [len(some) for some in found] == [AT_ONCE, AT_ONCE, 1]
    assert sum(found, []) == things


def test_of_nothing_there_is_no_batch() -> None:
    assert list(in_batches([])) == []
