"""What the tool may ask server to server: a token, line items, scores, results and members."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request
from lti1p3platform.exceptions import LineItemNotFoundException, LtiException, LtiServiceException
from lti1p3platform.membership import Context
from lti1p3platform.response import Response as LibraryResponse
from lti1p3platform.score import UpdateScoreStatus
from lti1p3platform.service_connector import AssignmentsGradesService, NamesRoleProvisioningService

from tests.demo.lms.launches import MEMBERSHIP
from tests.demo.lms.model import Column, Grade, StaleScore, User, as_number
from tests.demo.lms.platform import Refused, ToolRequest, answered
from tests.demo.lms.site import site

bp = Blueprint("services", __name__)
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
READ_ITEMS = [f"{AGS}lineitem", f"{AGS}lineitem.readonly"]
WRITE_ITEMS = [f"{AGS}lineitem"]
ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
ACTIVITY = {"Initialized", "Started", "InProgress", "Submitted", "Completed"}
GRADING = {"FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"}


class Grades(AssignmentsGradesService):  # type: ignore[misc]
    """Line items, scores and results of one course. The library takes any scope; here each act names its own."""

    def __init__(self, course: str, scopes: list[str], item: str = "", **query: Any) -> None:
        here = site()
        self.course, self.scopes = course, scopes
        known = ("resource_link_id", "resource_id", "tag", "user_id", "limit", "page")
        container = f"{here.issuer}/services/courses/{course}/lineitems"
        super().__init__(ToolRequest(request, known, **query), here.platform(), container, f"{container}/{item}")

    @property
    def allowed_scopes(self) -> list[str]:
        return self.scopes

    def find_lineitems(self, page: int = 1, limit: int | None = None, **filters: Any) -> dict[str, Any]:
        """Only what belongs to the tool: a native column is not shown to it."""
        names = {"resource_link_id": "resourceLinkId", "resource_id": "resourceId", "tag": "tag"}
        wanted = {names[name]: value for name, value in filters.items() if name in names}
        found = [
            self._body(column) for column in site().state.columns_of(self.course)
            if not column.is_native and all(column.item.get(name) == value for name, value in wanted.items())
        ]
        return _page(found, page, limit)

    def find_lineitem(self, line_item_id: str) -> dict[str, Any]:
        return self._body(self._column(line_item_id))

    def create_lineitem(self, creation_data: dict[str, Any]) -> dict[str, Any]:
        return self._body(site().state.add_column(self.course, _checked_item(creation_data)))

    def update_lineitem(self, update_data: dict[str, Any]) -> dict[str, Any]:
        column = self._column(update_data.pop("id"))
        column.item = _checked_item(update_data)
        return self._body(column)

    def delete_lineitem(self, line_item_id: str) -> None:
        site().state.drop_column(self._column(line_item_id))

    def update_score(self, line_item_id: str, score: dict[str, Any]) -> UpdateScoreStatus:
        column = self._column(line_item_id)
        _check_score(score)
        if str(score["userId"]) not in {user.id for user in site().state.members(self.course, "Learner")}:
            raise LtiServiceException("No such learner in this course", 404)
        try:
            site().state.receive(column, score)
        except StaleScore:
            return UpdateScoreStatus.OLD_TIMESTAMP
        return UpdateScoreStatus.SUCCESS

    def get_results(
        self, line_item_id: str, page: int = 1, limit: int | None = None, user_id: str | None = None, **_: Any,
    ) -> dict[str, Any]:
        column = self._column(line_item_id)
        found = [self._result(column, user, grade) for user, grade in site().state.results(column)
                 if user_id in (None, user.id)]
        return _page(found, page, limit)

    def _column(self, line_item_id: str) -> Column:
        column = site().state.columns.get(line_item_id)
        if column is None or column.is_native or column.course != self.course:
            raise LineItemNotFoundException
        return column

    def _body(self, column: Column) -> dict[str, Any]:
        return {**column.item, "id": f"{self.ags.lineitems_url}/{column.id}"}

    def _result(self, column: Column, user: User, grade: Grade) -> dict[str, Any]:
        where = f"{self.ags.lineitems_url}/{column.id}"
        body = {
            "id": f"{where}/results/{user.id}", "scoreOf": where, "userId": user.id,
            "resultScore": float(grade.score), "resultMaximum": as_number(column.maximum),
        }
        return {**body, "comment": grade.comment} if grade.comment else body


class Roster(NamesRoleProvisioningService):  # type: ignore[misc]
    """Who is in one course, page by page."""

    def __init__(self, course: str) -> None:
        here = site()
        self.course = course
        asked = ToolRequest(request, ("role", "limit", "page", "rlid"), limit=here.page_size)
        super().__init__(asked, here.platform(), f"{here.issuer}/services/courses/{course}/members")

    def get_context_by_id(self) -> Context:
        course = site().state.courses[self.course]
        return Context(id=course.code, label=course.code, title=course.title)

    def is_resource_link_valid(self, context_id: str, resource_link_id: str) -> bool:
        return any(link.id == resource_link_id for link in site().state.links_of(context_id))

    def get_member_data_page(
        self, page: int = 1, limit: int | None = None, role: str | None = None, **_: Any,
    ) -> dict[str, Any]:
        short = (role or "").rpartition("#")[2]
        return _page([_member(user) for user in site().state.members(self.course, short)], page, limit)


def _member(user: User) -> dict[str, Any]:
    body = {
        "user_id": user.id, "roles": [MEMBERSHIP + user.role], "status": "Active", "name": user.name,
        "family_name": user.family, "email": user.email,
    }
    if user.given:
        body["given_name"] = user.given
    if user.sourcedid is not None:
        body["lis_person_sourcedid"] = user.sourcedid
    return body


def _page(found: list[Any], page: int, limit: int | None) -> dict[str, Any]:
    if limit is None:
        return {"content": found, "has_next": False, "next": None}
    start = (page - 1) * limit
    return {"content": found[start:start + limit], "has_next": len(found) > start + limit, "next": None}


def _checked_item(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict) or not str(item.get("label", "")).strip():
        raise LtiServiceException("A line item needs a label", 400)
    if not _is_number(item.get("scoreMaximum")) or item["scoreMaximum"] <= 0:
        raise LtiServiceException("A line item needs a scoreMaximum above 0", 400)
    return {name: value for name, value in item.items() if name != "id"}


def _check_score(score: Any) -> None:
    """AGS 2.0 §3.4; the library leaves a score's shape to us."""
    if not isinstance(score, dict) or not score.get("userId"):
        raise LtiServiceException("A score needs a userId", 400)
    try:
        aware = datetime.fromisoformat(str(score.get("timestamp"))).tzinfo is not None
    except ValueError:
        aware = False
    if not aware:
        raise LtiServiceException("A score needs a timestamp with a zone", 400)
    if score.get("activityProgress") not in ACTIVITY or score.get("gradingProgress") not in GRADING:
        raise LtiServiceException("A score needs its activityProgress and gradingProgress", 400)
    if "scoreGiven" in score:
        given, maximum = score["scoreGiven"], score.get("scoreMaximum")
        if not (_is_number(given) and given >= 0 and _is_number(maximum) and maximum > 0):
            raise LtiServiceException("scoreGiven must be 0 or more, of a scoreMaximum above 0", 400)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _known(course: str) -> str:
    return course if course in site().state.courses else abort(404)


def _typed(media_type: str) -> None:
    if request.mimetype != media_type:
        abort(415, f"Send {media_type}.")


def _reply(answer: LibraryResponse) -> Response:
    """The library's answer over HTTP: a page's content as the body, its successor as a Link header (RFC 8288)."""
    if answer.code >= 400:
        return _with_code(jsonify(error=answer.message), answer.code)
    if answer.result is None:
        return Response(status=answer.code)
    body = answer.result
    following = body.pop("next", None)
    reply = _with_code(jsonify(body["content"] if "has_next" in body else body), answer.code)
    reply.headers["Content-Type"] = answer.media_type
    if following:
        reply.headers["Link"] = f'<{following}>; rel="next"'
    return reply


def _with_code(reply: Response, code: int) -> Response:
    reply.status_code = code
    return reply


@bp.get("/jwks")
def jwks() -> Response:
    return jsonify(site().platform().get_jwks())


@bp.post("/token")
def token() -> Response:
    """Client credentials with a signed assertion (Security Framework 1.0 §4.1)."""
    here, platform = site(), site().platform()
    form = request.form.to_dict()
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    if form.get("grant_type") != "client_credentials" or form.get("client_assertion_type") != kind:
        return _with_code(jsonify(error="invalid_request"), 400)
    try:
        claims = platform.read_tool_token(form.get("client_assertion", ""), here.token_url, once="jti")
        if claims.get("sub") != claims["iss"]:
            raise Refused("The assertion speaks for somebody else: sub.")
        granted = platform.get_access_token({"scope": "", **form})
    except (Refused, LtiException) as error:
        return _with_code(jsonify(error="invalid_client", error_description=str(error)), 401)
    if not granted["scope"]:
        return _with_code(jsonify(error="invalid_scope"), 400)
    return jsonify(granted)


@bp.get("/courses/<course>/lineitems")
def list_items(course: str) -> Response:
    service = Grades(_known(course), READ_ITEMS)
    return _reply(answered(service.handle_resp, func=service.handle_get_lineitems))


@bp.post("/courses/<course>/lineitems")
def create_item(course: str) -> Response:
    _typed(ITEM_TYPE)
    service = Grades(_known(course), WRITE_ITEMS)
    return _reply(answered(service.handle_resp, func=service.handle_create_lineitem))


@bp.get("/courses/<course>/lineitems/<item>")
def read_item(course: str, item: str) -> Response:
    service = Grades(_known(course), READ_ITEMS, item)
    return _reply(answered(service.handle_resp, func=service.handle_get_lineitem, line_item_id=item))


@bp.put("/courses/<course>/lineitems/<item>")
def write_item(course: str, item: str) -> Response:
    _typed(ITEM_TYPE)
    service = Grades(_known(course), WRITE_ITEMS, item)
    return _reply(answered(service.handle_resp, func=service.handle_update_lineitem, line_item_id=item))


@bp.delete("/courses/<course>/lineitems/<item>")
def delete_item(course: str, item: str) -> Response:
    service = Grades(_known(course), WRITE_ITEMS, item)
    return _reply(answered(service.handle_resp, func=service.handle_delete_lineitem, line_item_id=item))


@bp.post("/courses/<course>/lineitems/<item>/scores")
def add_score(course: str, item: str) -> Response:
    _typed(SCORE_TYPE)
    service = Grades(_known(course), [f"{AGS}score"], item)
    return _reply(answered(service.handle_resp, func=service.handle_update_score, line_item_id=item))


@bp.get("/courses/<course>/lineitems/<item>/results")
def read_results(course: str, item: str) -> Response:
    service = Grades(_known(course), [f"{AGS}result.readonly"], item, limit=site().page_size)
    return _reply(answered(service.handle_resp, func=service.handle_get_results, line_item_id=item))


@bp.get("/courses/<course>/members")
def members(course: str) -> Response:
    service = Roster(_known(course))
    return _reply(answered(service.handle_resp, func=service.handle_get_members))
