"""Columns and results of a gradebook (AGS 2.0), and what Moodle and Canvas really answer."""

from decimal import Decimal

import pytest

from connectors.errors import ConnectorError, Misconfigured
from lti_tool.lti import ags
from lti_tool.lti.ags import NewColumn
from lti_tool.lti.service import LINE_ITEM, LINE_ITEM_READ, Service
from tests.platform import recorded
from tests.platform.fixtures import Registered
from tests.platform.forged import Answer, Call

SCOPES = [LINE_ITEM, LINE_ITEM_READ]
ITEM = {"id": "SELF/items/7?type_id=1", "label": "Portfolio", "scoreMaximum": 100, "resourceId": "KEY", "tag": "cairn",
        "resourceLinkId": "2", "https://lms.example/x": {"kept": True}, "gradesReleased": False}
NEW = NewColumn(label="Portfolio", maximum=Decimal("100"), resource_id="KEY", tag="cairn", resource_link_id="2")


@pytest.fixture
def service(lms: Registered) -> Service:
    lms.platform.grants()
    house = lms.app.extensions["cairn"]
    return house.services.of(house.config.by_key(lms.key))  # type: ignore[no-any-return]


def items(lms: Registered, *found: dict[str, object]) -> str:
    lms.platform.routes["GET /items"] = lambda call: (200, list(found), {})
    lms.platform.routes["POST /items"] = lambda call: (201, {**call.json, "id": f"{lms.platform.url}/items/8"}, {})
    return f"{lms.platform.url}/items?type_id=1"


@pytest.mark.parametrize("url, expected", [
    ("https://lms.example/items/7", "https://lms.example/items/7/scores"),
    ("https://lms.example/items/7/", "https://lms.example/items/7/scores"),
    ("https://lms.example/7/lineitem?type_id=1", "https://lms.example/7/lineitem/scores?type_id=1"),
])
def test_a_part_goes_behind_the_path_and_the_query_stays(url: str, expected: str) -> None:
    assert ags.below(url, "scores") == expected


def test_a_column_is_looked_for_before_it_is_made(lms: Registered, service: Service) -> None:
    url = items(lms, {**ITEM, "resourceId": "OTHER"}, ITEM)
    assert ags.find_or_create(service, url, SCOPES, NEW).url == "SELF/items/7?type_id=1"
    [asked] = lms.platform.asked("/items")
    assert (asked.method, asked.query) == ("GET", {"type_id": "1", "resource_id": "KEY"})
    assert asked.headers["Accept"] == "application/vnd.ims.lis.v2.lineitemcontainer+json"


def test_a_column_that_is_not_there_is_made(lms: Registered, service: Service) -> None:
    column = ags.find_or_create(service, items(lms), SCOPES, NEW)
    assert column.url == f"{lms.platform.url}/items/8"
    made = lms.platform.asked("/items")[1]
    assert made.headers["Content-Type"] == "application/vnd.ims.lis.v2.lineitem+json"
    assert made.json == {
        "label": "Portfolio", "scoreMaximum": 100, "resourceId": "KEY", "tag": "cairn", "resourceLinkId": "2",
    }


def test_an_lms_that_lets_nobody_make_columns_is_told_apart(lms: Registered, service: Service) -> None:
    with pytest.raises(Misconfigured, match="does not let Cairn make columns"):
        ags.find_or_create(service, items(lms), [LINE_ITEM_READ], NEW)


def test_an_update_sends_back_what_it_does_not_know(lms: Registered, service: Service) -> None:
    found = {**ITEM, "id": f"{lms.platform.url}/items/7?type_id=1", "scoreMaximum": Decimal("12.5")}
    wire = {**found, "scoreMaximum": 12.5}
    lms.platform.routes["GET /items/7"] = lambda call: (200, wire, {})
    lms.platform.routes["PUT /items/7"] = lambda call: (200, call.json, {})
    column = ags.read(service, f"{lms.platform.url}/items/7?type_id=1", SCOPES)
    assert ags.update(service, column, label="New name").label == "New name"
    assert lms.platform.asked("/items/7")[1].json == {**wire, "label": "New name"}


@pytest.mark.parametrize("scopes, asked", [
    ([LINE_ITEM, LINE_ITEM_READ], LINE_ITEM_READ), ([LINE_ITEM_READ], LINE_ITEM_READ), ([LINE_ITEM], LINE_ITEM),
])
def test_reading_asks_for_the_scope_that_was_offered(
    lms: Registered, service: Service, scopes: list[str], asked: str
) -> None:
    list(ags.columns(service, items(lms), scopes))
    assert lms.platform.asked("/token")[0].form["scope"] == asked


def results(lms: Registered, answer: Answer) -> str:
    lms.platform.routes["/items/7/results"] = lambda call: answer
    return f"{lms.platform.url}/items/7?type_id=1"


def test_moodles_results_are_exact_and_asked_for_without_a_limit(lms: Registered, service: Service) -> None:
    url = results(lms, recorded.exchange("moodle-ags-scores-results", "All results"))
    found = list(ags.results(service, url))
    assert len(found) > 3
    assert all(isinstance(result.score, Decimal) for result in found)
    assert lms.platform.asked("/items/7/results")[0].query == {"type_id": "1"}


def test_canvas_results_of_one_learner(lms: Registered, service: Service) -> None:
    told = recorded.answers("canvas-ags")["results"]
    url = results(lms, (200, told["body"], {}))
    [found] = ags.results(service, url, user="535fa085-f22b-4655-9f48-cd5a36a9215f")
    assert (found.score, found.maximum, found.comment) == (Decimal("17.0"), Decimal("20.0"), "Good")


def test_a_filter_that_is_ignored_is_done_here(lms: Registered, service: Service) -> None:
    url = results(lms, (200, [{"userId": "4", "resultScore": 1}, {"userId": "5", "resultScore": 2}], {}))
    assert [result.user for result in ags.results(service, url, user="5")] == ["5"]


def test_no_figure_and_zero_are_two_things(lms: Registered, service: Service) -> None:
    url = results(lms, (200, [{"userId": "4", "resultMaximum": 100}, {"userId": 5, "resultScore": 0}], {}))
    assert [(result.user, result.score) for result in ags.results(service, url)] == [("4", None), ("5", Decimal(0))]


def test_no_binary_float_touches_a_mark(lms: Registered, service: Service) -> None:
    url = results(lms, (200, b'[{"userId":"4","resultScore":61.9999999999999999999,"resultMaximum":100}]', {}))
    assert next(ags.results(service, url)).score == Decimal("61.9999999999999999999")


def test_links_in_curly_quotes_are_followed(lms: Registered, service: Service) -> None:
    def page(call: Call) -> Answer:
        if call.query.get("from") == "1":
            return 200, [{"userId": "5"}], {}
        link = f"<{lms.platform.url}/items/7/results?limit=1&amp;from=1>; rel=“next”"
        return 200, [{"userId": "4"}], {"Link": link.encode().decode("latin-1")}

    lms.platform.routes["/items/7/results"] = page
    assert [result.user for result in ags.results(service, f"{lms.platform.url}/items/7")] == ["4", "5"]


@pytest.mark.parametrize("body", [{"results": []}, "none", 7])
def test_what_is_no_list_is_an_error(lms: Registered, service: Service, body: object) -> None:
    with pytest.raises(ConnectorError):
        list(ags.results(service, results(lms, (200, body, {}))))


def test_rows_that_name_nobody_are_passed_over(lms: Registered, service: Service) -> None:
    url = results(lms, (200, [7, {}, {"userId": None}, {"userId": "4", "resultScore": "62.5"}], {}))
    assert [(result.user, result.score) for result in ags.results(service, url)] == [("4", Decimal("62.5"))]


@pytest.mark.parametrize("row", [
    {"userId": "x" * 256, "resultScore": 60}, {"userId": "a\x00b", "resultScore": 60},
    {"userId": True, "resultScore": 60},
])
def test_an_id_that_cannot_be_one_names_nobody(lms: Registered, service: Service, row: dict[str, object]) -> None:
    """Kept, it would not fit into the database, and one such row would lose everybody else's results."""
    url = results(lms, (200, [row, {"userId": "4", "resultScore": 62}], {}))
    assert [result.user for result in ags.results(service, url)] == ["4"]


@pytest.mark.parametrize("at", [
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "soon", 5, "2026-06-01T12:00:00",
])
def test_a_time_that_cannot_be_one_is_none(lms: Registered, service: Service, at: object) -> None:
    url = results(lms, (200, [{"userId": "4", "resultScore": 62, "timestamp": at}], {}))
    assert [(result.score, result.changed_at) for result in ags.results(service, url)] == [(Decimal(62), None)]
