"""A small OneRoster 1.2 service: gradebook held to the strict schema, one class, tokens, and faults."""

import base64
import json
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator

from connectors.oneroster import OneRosterGradebook
from connectors.registry import configure
from connectors.testing import SECRET
from tests.contract.wire.server import CUT, HANG, Reply, Request, WireServer

SCHEMA = Path(__file__).parent.parent / "schemas" / "gradebook-put-v1p2.project.schema.json"
WRAPPERS = {"categories": "category", "lineItems": "lineItem", "results": "result"}
GRADEBOOK, ROSTERING = "/ims/oneroster/gradebook/v1p2/", "/ims/oneroster/rostering/v1p2/"
CLIENT = "cairn"


def learner(number: int) -> dict[str, Any]:
    return {
        "sourcedId": f"user-{number}", "status": "active", "identifier": f"S{number:07d}", "givenName": "Alice",
        "familyName": "Quillfeather", "userIds": [{"type": "SIS", "identifier": f"S{number:07d}/1"}],
    }


class Gradebook:
    """The service; ``url`` and ``token_url`` are what an administrator types in."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, dict[str, Any]]] = {many: {} for many in WRAPPERS}
        self.students = [learner(1)]
        self.list_name = "users"  # of students: the binding's word, not the address's
        self.school: dict[str, Any] | None = {"sourcedId": "school-1", "type": "org"}
        self.page = 1000  # what it lowers a limit to
        self.counts = True  # answers X-Total-Count
        self.is_strict = True
        self.secret = SECRET
        self.granted: str | None = None  # scopes to say, None: as asked
        self.tokens: set[str] = set()
        self.seconds: Any = 3600
        defs = json.loads(SCHEMA.read_text())["$defs"]
        self.checkers = {
            "results": Draft202012Validator(defs["putResult"]), "lineItems": Draft202012Validator(defs["putLineItem"]),
        }
        self.server = WireServer(self.respond)
        self.url = f"{self.server.url}/ims/oneroster"
        self.token_url = f"{self.server.url}/oauth/token"

    # -- what the contract tests ask of a remote
    def held(self) -> int:
        return sum(result["status"] == "active" for result in self.kept["results"].values())

    def be_unavailable(self) -> None:
        self.server.fault = lambda request: Reply(503, headers={"Retry-After": "7"})

    def lose_answers(self) -> None:
        self.server.fault = lambda request: CUT if self.writes_result(request) else None

    def refuse_credentials(self) -> None:
        self.secret = "another"
        self.tokens.clear()

    def talk_rubbish(self) -> None:
        self.server.fault = lambda request: Reply(200, b"<html>Alice Quillfeather, 67.5: please log in</html>")

    def hang(self) -> None:
        self.server.released.clear()
        self.server.fault = lambda request: HANG

    def revoke_tokens(self) -> None:
        self.tokens.clear()

    def recover(self) -> None:
        self.secret = SECRET
        self.server.recover()

    def result(self, key: str) -> dict[str, Any]:
        return self.kept["results"][key]

    def agree(self, key: str, reference: str, agreed_on: date) -> None:
        said = {"agreed": "true", "agreedReference": reference, "agreedOn": agreed_on.isoformat()}
        self.kept["results"][key]["metadata"].update(said)

    # -- the service
    def writes_result(self, request: Request) -> bool:
        return request.method == "PUT" and "/results/" in request.path

    def respond(self, request: Request) -> Reply:
        if request.path == "/oauth/token":
            return self.token(request)
        if request.headers.get("Authorization", "") not in self.tokens:
            return refusal(401, "unauthorisedrequest")
        if request.path.startswith(ROSTERING):
            return self.roster(request, request.path.removeprefix(ROSTERING).split("/"))
        return self.gradebook(request, request.path.removeprefix(GRADEBOOK).split("/"))

    def token(self, request: Request) -> Reply:
        pair = base64.b64encode(f"{CLIENT}:{self.secret}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {pair}":
            return Reply(401, {"error": "invalid_client"})
        token = f"token-{self.server.count('POST', '/oauth/token')}"
        self.tokens.add(f"Bearer {token}")
        said = {"scope": self.granted} if self.granted is not None else {}
        return Reply(200, {"access_token": token, "token_type": "bearer", "expires_in": self.seconds, **said})

    def roster(self, request: Request, parts: list[str]) -> Reply:
        if parts == ["classes"]:
            return self.collection(request, "classes", [{"sourcedId": "class-1"}])
        if parts[1] != "class-1":
            return refusal(404, "unknownobject")
        if parts[2:] == ["students"]:
            return self.collection(request, self.list_name, self.students)
        return Reply(200, {"class": {"sourcedId": "class-1", "title": "June", "school": self.school}})

    def gradebook(self, request: Request, parts: list[str]) -> Reply:
        many, sourced_id = parts[0], unquote(parts[1]) if len(parts) > 1 else ""
        kept = self.kept[many]
        if request.method == "PUT":
            return self.put(request, many, sourced_id)
        if not sourced_id:
            return self.collection(request, many, list(kept.values()))
        return Reply(200, {WRAPPERS[many]: kept[sourced_id]}) if sourced_id in kept else refusal(404, "unknownobject")

    def put(self, request: Request, many: str, sourced_id: str) -> Reply:
        body = request.json()
        checker = self.checkers.get(many)
        faults = [str(fault.json_path) for fault in checker.iter_errors(body)] if checker else []
        new = body[WRAPPERS[many]]
        if self.is_strict and (faults or new["sourcedId"] != sourced_id):
            return refusal(400, "invaliddata", ", ".join(faults))
        if many == "results" and new["lineItem"]["sourcedId"] not in self.kept["lineItems"]:
            return refusal(404, "unknownobject", "no such lineItem")
        was_there = sourced_id in self.kept[many]
        self.kept[many][sourced_id] = new
        return Reply(200 if was_there else 201)

    def collection(self, request: Request, name: str, things: list[dict[str, Any]]) -> Reply:
        found = [thing for thing in things if self.matches(thing, request.query.get("filter", ""))]
        limit, offset = min(int(request.query["limit"]), self.page), int(request.query.get("offset", 0))
        headers = {"X-Total-Count": str(len(found))} if self.counts else {}
        if offset + limit < len(found):
            headers["Link"] = f"<http://inner.example/{name}?offset={offset + limit}>; rel=next"
        return Reply(200, {name: found[offset:offset + limit]}, headers)

    def matches(self, thing: dict[str, Any], chosen: str) -> bool:
        name, _, value = chosen.partition(">=")
        return not chosen or thing[name] >= value.strip("'")


def refusal(status: int, minor: str, text: str = "refused") -> Reply:
    field = {"imsx_codeMinorFieldName": "httpStatus", "imsx_codeMinorFieldValue": minor}
    return Reply(status, {"imsx_StatusInfo": {
        "imsx_codeMajor": "failure", "imsx_severity": "error", "imsx_description": text,
        "imsx_CodeMinor": {"imsx_codeMinorField": [field]},
    }})


def connect(gradebook: Gradebook, **settings: str) -> OneRosterGradebook:
    usual = {"url": gradebook.url, "token_url": gradebook.token_url, "client_id": CLIENT, "check_class": "class-1"}
    connector = configure("oneroster", {**usual, **settings}, {"client_secret": SECRET})
    assert isinstance(connector, OneRosterGradebook)
    return connector
