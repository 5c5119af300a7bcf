"""The OneRoster 1.2 Gradebook service, and as much of Rostering as a sender needs."""

import hashlib
import json
import secrets
import time
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request
from jsonschema import Draft202012Validator

from tests.demo.record_system.answers import as_json, page, refusal
from tests.demo.record_system.held import Held, fault_in, with_agreement
from tests.demo.record_system.store import now_text
from tests.demo.record_system.students import enrolment, school_class, user

GRADEBOOK, ROSTERING = "/ims/oneroster/gradebook/v1p2", "/ims/oneroster/rostering/v1p2"
SCOPES = "https://purl.imsglobal.org/spec/or/v1p2/scope/"
MAY_READ = {SCOPES + "gradebook.readonly", SCOPES + "gradebook-core.readonly"}
MAY_PUT, MAY_DELETE = {SCOPES + "gradebook.createput"}, {SCOPES + "gradebook.delete"}
MAY_READ_ROSTER = {SCOPES + "roster.readonly", SCOPES + "roster-core.readonly"}
ALL_SCOPES = MAY_READ | MAY_PUT | MAY_DELETE | MAY_READ_ROSTER
ONE_OF = {"categories": "category", "lineItems": "lineItem", "results": "result"}
SCHEMA = json.loads((Path(__file__).parent / "schemas/gradebook-put-v1p2.project.schema.json").read_text("utf-8"))
CHECKS = {
    "results": Draft202012Validator(SCHEMA["$defs"]["putResult"]),
    "lineItems": Draft202012Validator(SCHEMA["$defs"]["putLineItem"]),
    # the schema has no category: its required fields and nothing beside them, as the binding lists them
    "categories": Draft202012Validator({
        "type": "object", "required": ["category"], "additionalProperties": False, "properties": {"category": {
            "type": "object", "required": ["sourcedId", "status", "dateLastModified", "title"],
            "additionalProperties": False, "properties": {
                "sourcedId": {"type": "string", "minLength": 1}, "status": {"enum": ["active", "tobedeleted"]},
                "dateLastModified": {"type": "string"}, "metadata": {"type": "object"},
                "title": {"type": "string", "minLength": 1}, "weight": {"type": "number"},
            },
        }},
    }),
}


class Tokens:
    """Access tokens by client credentials (RFC 6749 §4.4), kept as digests."""

    def __init__(self, client_id: str, client_secret: str, lifetime: int) -> None:
        self._pair = (client_id, client_secret)
        self._lifetime = lifetime
        self._given: dict[str, tuple[set[str], float]] = {}

    def issue(self) -> Response:
        known = request.authorization
        pair = (known.username or "", known.password or "") if known and known.type == "basic" else ("", "")
        if not all(secrets.compare_digest(a.encode(), b.encode()) for a, b in zip(pair, self._pair, strict=True)):
            answer = as_json({"error": "invalid_client"}, 401)
            answer.headers["WWW-Authenticate"] = 'Basic realm="record system"'
            return answer
        if request.form.get("grant_type") != "client_credentials":
            return as_json({"error": "unsupported_grant_type"}, 400)
        asked = set(request.form.get("scope", "").split())
        if not asked or asked - ALL_SCOPES:
            return as_json({"error": "invalid_scope"}, 400)
        token = secrets.token_urlsafe(24)
        self._given[_digest(token)] = (asked, time.monotonic() + self._lifetime)
        return as_json({
            "access_token": token, "token_type": "Bearer", "expires_in": self._lifetime,
            "scope": " ".join(sorted(asked)),
        })

    def forget(self) -> None:
        """Every token given so far is worth nothing from now on."""
        self._given.clear()

    def refuse_without(self, scopes: set[str]) -> Response | None:
        known = request.authorization
        token = known.token if known and known.type == "bearer" else None
        given, until = self._given.get(_digest(token or ""), (set(), 0.0))
        if time.monotonic() >= until:
            answer = refusal(401, "unauthorisedrequest", "there is no valid access token")
            answer.headers["WWW-Authenticate"] = "Bearer"
            return answer
        return None if given & scopes else refusal(403, "forbidden", f"this needs one of {', '.join(sorted(scopes))}")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def blueprint(held: Held, tokens: Tokens) -> Blueprint:
    """The routes, over what is held."""
    bp = Blueprint("gradebook", __name__)
    store, students, faults = held.store, held.students, held.faults

    @bp.before_request
    def guard() -> Response | None:
        trouble = faults.before()
        if trouble is not None or request.endpoint == "gradebook.token":
            return trouble
        scopes = MAY_READ_ROSTER if request.path.startswith(ROSTERING) else MAY_READ
        return tokens.refuse_without({"PUT": MAY_PUT, "DELETE": MAY_DELETE}.get(request.method, scopes))

    @bp.post("/oauth/token")
    def token() -> Response:
        return tokens.issue()

    @bp.get(f"{GRADEBOOK}/<any(categories, lineItems, results):kind>")
    def many(kind: str) -> Response:
        return page(kind, store.all(kind))

    @bp.get(f"{GRADEBOOK}/<any(categories, lineItems, results):kind>/<key>")
    def one(kind: str, key: str) -> Response:
        thing = store.get(kind, key)
        return as_json({ONE_OF[kind]: thing}) if thing else _unknown(ONE_OF[kind], key)

    @bp.put(f"{GRADEBOOK}/<any(categories, lineItems, results):kind>/<key>")
    def put(kind: str, key: str) -> Response:
        body = request.get_json(silent=True)
        fault = _schema_fault(kind, key, body)
        if fault:
            return refusal(400, "invaliddata", fault)
        with store.lock:
            thing, before = body[ONE_OF[kind]], store.get(kind, key)
            problem = fault_in(held, kind, thing, before)
            if problem:
                return refusal(*problem)
            store.put(kind, key, with_agreement({**thing, "dateLastModified": now_text()}, before))
        faults.after_write()
        return Response(status=200 if before else 201)

    @bp.delete(f"{GRADEBOOK}/<any(categories, lineItems, results):kind>/<key>")
    def delete(kind: str, key: str) -> Response:
        if not store.get(kind, key):
            return _unknown(ONE_OF[kind], key)
        store.delete(kind, key)
        faults.after_write()
        return Response(status=204)

    @bp.get(f"{GRADEBOOK}/lineItems/<key>/results")
    @bp.get(f"{GRADEBOOK}/classes/<code>/lineItems/<key>/results")
    def results_of(key: str, code: str = "") -> Response:
        if not store.get("lineItems", key):
            return _unknown("lineItem", key)
        return page("results", [r for r in store.all("results") if r["lineItem"]["sourcedId"] == key])

    @bp.get(f"{GRADEBOOK}/classes/<code>/<any(lineItems, results):kind>")
    def of_class(code: str, kind: str) -> Response:
        if code not in students.classes:
            return _unknown("class", code)
        return page(kind, [thing for thing in store.all(kind) if held.class_of(thing) == code])

    @bp.get(f"{ROSTERING}/<any(users, students):kind>")
    def users(kind: str) -> Response:
        return page("users", [user(student, _base()) for student in students.by_number.values()])

    @bp.get(f"{ROSTERING}/<any(users, students):kind>/<key>")
    def one_user(kind: str, key: str) -> Response:
        student = students.by_id.get(key)
        return as_json({"user": user(student, _base())}) if student else _unknown("user", key)

    @bp.get(f"{ROSTERING}/enrollments")
    @bp.get(f"{ROSTERING}/classes/<code>/enrollments")
    def enrolments(code: str = "") -> Response:
        if code and code not in students.classes:
            return _unknown("class", code)
        found = [
            enrolment(student, each, _base())
            for student in students.by_number.values() for each in sorted(student.classes) if code in ("", each)
        ]
        return page("enrollments", found)

    @bp.get(f"{ROSTERING}/classes")
    def classes() -> Response:
        return page("classes", [school_class(code, _base()) for code in students.classes])

    @bp.get(f"{ROSTERING}/classes/<code>")
    def one_class(code: str) -> Response:
        return as_json({"class": school_class(code, _base())}) if code in students.classes else _unknown("class", code)

    @bp.get(f"{ROSTERING}/classes/<code>/students")
    def students_of(code: str) -> Response:
        if code not in students.classes:
            return _unknown("class", code)
        return page("users", [user(one, _base()) for one in students.by_number.values() if code in one.classes])

    return bp


def _base() -> str:
    return request.host_url.rstrip("/")


def _unknown(kind: str, key: str) -> Response:
    return refusal(404, "unknownobject", f"there is no {kind} {key}")


def _schema_fault(kind: str, key: str, body: Any) -> str:
    """The first thing that the strict schema finds, or an id that is not the one of the address."""
    for error in CHECKS[kind].iter_errors(body):
        return f"{error.json_path}: {error.message}"
    return "" if body[ONE_OF[kind]]["sourcedId"] == key else "sourcedId is not the one of the address"
