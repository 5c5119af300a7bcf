"""A column is described before it is made, and has one name for ever."""

from decimal import Decimal

import pytest

from lti_tool.services import columns
from lti_tool.services.errors import Refused
from tests import factories
from tests.services.taking_in import Intake


@pytest.fixture
def intake(session, now):
    return Intake(session, now)


def test_the_name_of_a_column_is_that_of_its_component(session, intake):
    first, again = (columns.plan_line_item(session, intake.part()) for _ in range(2))
    assert first == again and first.resource_id == f"cairn:{intake.part().key}"


@pytest.mark.parametrize(
    "authority, is_ours, direction",
    [
        ("lms", False, "Cairn reads this column and writes nothing into it"),
        ("cairn", True, "Cairn writes into this column"),
    ],
)
def test_which_way_figures_travel_is_said(session, intake, authority, is_ours, direction):
    intake.part().authority = authority
    plan = columns.plan_line_item(session, intake.part())
    assert plan.is_ours_to_fill is is_ours and direction in plan.disclosure.direction
    assert (plan.holds, plan.label, plan.disclosure.maximum) == ("component", "Port", "Out of 100.")


@pytest.mark.parametrize(
    "release, says", [("at_once", "as soon as"), ("when_ratified", "once it is ratified, not before")]
)
def test_when_it_is_released_is_said(session, intake, release, says):
    intake.part().authority = "cairn"
    plan = columns.plan_line_item(session, intake.part(), release=release)
    assert says in plan.disclosure.release and plan.release == release
    assert "Only learners registered" in plan.disclosure.visible_to


def test_an_overall_result_is_never_promised_before_it_is_ratified(session, intake):
    plan = columns.plan_line_item(session, intake.part(""), release="at_once")
    assert plan.release == "when_ratified" and "once it is ratified" in plan.disclosure.release
    assert (plan.holds, plan.label) == ("overall", "Seeing the Evidence: overall")


def test_an_odd_release_is_refused(session, intake):
    with pytest.raises(Refused, match="ratified, or at once"):
        columns.plan_line_item(session, intake.part(), release="never")


@pytest.mark.parametrize("out_of, column", [("9", "9"), ("100", "100"), ("12.5", "100"), ("150", "100"), (None, "100")])
def test_the_maximum_is_one_that_every_lms_takes(session, intake, out_of, column):
    intake.part().component.out_of = None if out_of is None else Decimal(out_of)
    assert columns.column_maximum(session, intake.part()) == Decimal(column)
    assert columns.maximum_of(session, intake.part()) == Decimal(out_of or 100)


def test_the_scale_of_the_regulations_is_the_maximum(session, intake):
    intake.regulations.text = intake.regulations.text.replace(
        'percent: {min: "0", max: "100"}', 'percent: {min: "0", max: "22"}'
    ).replace('pass_mark: "50"', 'pass_mark: "10"').replace('cap_at: "50"', 'cap_at: "10"').replace(
        '[["70", Distinction], ["60", Merit], ["50", Pass], ["0", Fail]]', '[["10", Pass], ["0", Fail]]'
    )
    session.flush()
    assert columns.maximum_of(session, intake.part()) == 22


def test_without_regulations_it_is_percent(session, now):
    university = factories.institution(session)
    run = factories.run(session, factories.version(session, university, None, credit=0))
    assert columns.maximum_of(session, run.components[0]) == 100


def test_a_column_that_is_there_is_found(session, intake):
    assert columns.existing(session, intake.part(), intake.context.id) is None
    made = intake.column()
    assert columns.existing(session, intake.part(), intake.context.id) is made


def test_the_columns_of_a_run(session, intake):
    assert [plan.label for plan in columns.columns(session, intake.run)] == [
        "Crit",
        "Port",
        "Seeing the Evidence: overall",
    ]


def test_only_learners_count(session, intake):
    intake.learner()
    intake.learner("Omar", "1002").status = "withdrawn"
    session.flush()
    assert columns.learner_count(session, intake.run) == 1
