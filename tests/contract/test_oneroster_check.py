"""*Test connection* says what is wrong."""

import re

from connectors.oneroster import OneRosterGradebook
from connectors.testing import a_record
from tests.contract.wire.gradebook import Gradebook
from tests.contract.wire.server import Reply


def test_the_connection_test_names_missing_scopes(oneroster: OneRosterGradebook, gradebook: Gradebook) -> None:
    gradebook.granted = "https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.readonly"
    report = oneroster.check()
    assert not report.is_ok
    assert "gradebook.createput, roster-core.readonly" in " ".join(line.text for line in report.lines)


def test_the_connection_test_sees_another_dialect_and_a_wrong_clock(
    oneroster: OneRosterGradebook, gradebook: Gradebook
) -> None:
    oneroster.push(a_record())
    gradebook.result(a_record().key)["scoreDate"] = "2026-06-12T00:00:00Z"
    lines = {line.label: line for line in oneroster.check().lines}
    assert not lines["dialect"].is_ok
    assert lines["clock"].is_ok
    gradebook.server.fault = lambda request: (
        Reply(200, {"results": []}, {"Date": "Mon, 01 Jan 2024 00:00:00 GMT"}) if "/results" in request.path else None
    )
    lines = {line.label: line for line in oneroster.check().lines}
    assert not lines["clock"].is_ok
    assert re.search(r"\d+ seconds apart", lines["clock"].text)
