"""Test an LMS as it is registered: its key set, a token for each service, and its clock. It only reads."""

from email.utils import parsedate_to_datetime

from connectors.contract import CheckLine, CheckReport
from connectors.errors import ConnectorError
from connectors.http import Answer, HttpClient
from lti_tool.clock import utcnow
from lti_tool.db import Sessions, reading
from lti_tool.lti import service as lti_service
from lti_tool.lti.keys import read_keys
from lti_tool.lti.service import Service, Services
from lti_tool.lti.tool_config import ToolConfig, registered
from lti_tool.services import registrations

SKEW_SECONDS = 30
OFFERED = {
    "Columns: create and change": lti_service.LINE_ITEM,
    "Columns: read": lti_service.LINE_ITEM_READ,
    "Results: read": lti_service.RESULT_READ,
    "Scores: send": lti_service.SCORE,
    "Roster: read": lti_service.ROSTER,
}


def check(sessions: Sessions, http: HttpClient, institution_id: int, key: str) -> CheckReport:
    """Takes the session factory, since it calls another machine. A service that is switched off is named, so that the
    LMS's administrator knows what to switch on."""
    with reading(sessions) as session:
        registration = registrations.find(session, institution_id, key)
        known, deployments = registered(registration), len(registration.deployments)
    lms = Services(http, ToolConfig(sessions)).of(known)
    lines = [
        CheckLine(label="Deployments", is_ok=deployments > 0, text=f"{deployments} let in" if deployments else
                  f"none yet; `cairn platforms deploy {key} ID` with the ID that the LMS shows"),
        *_keys_and_clock(http, known.jwks_url),
        *(_service(lms, label, scope) for label, scope in OFFERED.items()),
    ]
    return CheckReport(lines=tuple(lines))


def _keys_and_clock(http: HttpClient, url: str) -> list[CheckLine]:
    try:
        answer = http.get(url)
        count = len(read_keys(answer.json()))
    except ConnectorError as error:
        return [CheckLine(label="Key set of the LMS", is_ok=False, text=str(error))]
    found = CheckLine(label="Key set of the LMS", is_ok=count > 0, text=f"{count} usable keys")
    return [found, *_clock(answer)]


def _clock(answer: Answer) -> list[CheckLine]:
    said = answer.headers.get("Date", "")
    if not said:
        return []
    skew = abs((parsedate_to_datetime(said) - utcnow()).total_seconds())
    text = "agrees with ours" if skew <= SKEW_SECONDS else f"differs from ours by {skew:.0f} s; launches may fail"
    return [CheckLine(label="Clock of the LMS", is_ok=skew <= SKEW_SECONDS, text=text)]


def _service(lms: Service, label: str, scope: str) -> CheckLine:
    try:
        lms.token([scope])
    except ConnectorError as error:
        return CheckLine(label=label, is_ok=False, text=str(error))
    return CheckLine(label=label, is_ok=True, text="allowed")
