"""Categories and line items are made once, and left alone."""

from dataclasses import replace

import pytest

from connectors.errors import Rejected
from connectors.oneroster import OneRosterGradebook
from connectors.testing import a_record
from tests.contract.wire.gradebook import Gradebook, connect, learner


def test_one_category_and_one_line_item_per_component_made_once(
    oneroster: OneRosterGradebook, gradebook: Gradebook
) -> None:
    gradebook.students.append(learner(2))
    run = a_record().run
    for number in ("S0000001", "S0000002"):
        oneroster.push(a_record(number))
        oneroster.push(a_record(number, key=f"essay-{number}", run=replace(run, component="essay")))
    assert len(gradebook.kept["lineItems"]) == 2
    assert len(gradebook.kept["categories"]) == 1
    assert gradebook.server.count("PUT", "/lineItems/") == 2
    assert {item["title"] for item in gradebook.kept["lineItems"].values()} == {
        "Reading Rivers, June", "Reading Rivers, June: essay"}


def test_another_process_finds_the_same_line_item_and_leaves_it_alone(
    oneroster: OneRosterGradebook, gradebook: Gradebook
) -> None:
    oneroster.push(a_record())
    (item,) = gradebook.kept["lineItems"].values()
    item["title"] = "As staff call it"
    other = connect(gradebook)
    other.push(a_record())
    other.close()
    assert gradebook.server.count("PUT", "/lineItems/") == 1
    assert item["title"] == "As staff call it"


def test_a_line_item_that_was_deleted_there_is_made_again_next_time(
    oneroster: OneRosterGradebook, gradebook: Gradebook
) -> None:
    oneroster.push(a_record())
    gradebook.kept["lineItems"].clear()
    with pytest.raises(Rejected) as caught:
        oneroster.push(a_record())
    assert (caught.value.code, caught.value.words) == ("unknownobject", "no such lineItem")
    assert oneroster.push(a_record()).key == a_record().key


def test_a_school_that_the_class_does_not_name_is_asked_for(gradebook: Gradebook) -> None:
    gradebook.school = None
    oneroster = connect(gradebook)
    with pytest.raises(Rejected, match="school"):
        oneroster.push(a_record())
    oneroster.close()
