"""What the registry's own staff do here: look, load the night's files, agree marks, change one by hand."""

import secrets
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request

from tests.demo.record_system.answers import as_json, refusal
from tests.demo.record_system.held import Held, state_of
from tests.demo.record_system.night import Night
from tests.demo.record_system.store import Thing, now_text


def blueprint(held: Held, night: Night, password: str) -> Blueprint:
    """The page and the staff's three acts."""
    bp = Blueprint("registry", __name__, template_folder="templates")

    def form() -> dict[str, Any]:
        return dict(request.get_json(silent=True) or request.form.to_dict())

    def staff_only(act: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
        """Do it if the password is right; a browser gets the page again, anybody else the answer as JSON."""
        given = form()
        if not secrets.compare_digest(str(given.get("password", "")).encode(), password.encode()):
            return refusal(403, "forbidden", "the registry's password is wrong")
        try:
            answer = act(given)
        except ValueError as error:
            return refusal(400, "invaliddata", str(error))
        if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
            return redirect("/", 303)
        return as_json(answer)

    @bp.get("/")
    def show() -> str:
        return render_template("held.html", runs=runs_of(held), faults=held.faults.show(), stats=held.store.stats())

    @bp.get("/_held")
    def held_as_data() -> Response:
        return as_json({"runs": runs_of(held), "stats": held.store.stats()})

    @bp.post("/registry/agree")
    def agree() -> Response:
        return staff_only(lambda given: agree_marks(held, night, given))

    @bp.post("/registry/load-files")
    def load_files() -> Response:
        return staff_only(lambda given: night.load())

    @bp.post("/registry/change")
    def change() -> Response:
        return staff_only(lambda given: change_mark(held, night, given))

    @bp.route("/_control", methods=["GET", "POST"])
    def control() -> Response:
        problem = held.faults.change(dict(request.get_json(silent=True) or {})) if request.method == "POST" else ""
        return refusal(400, "invaliddata", problem) if problem else as_json(held.faults.show())

    return bp


def agree_marks(held: Held, night: Night, given: dict[str, Any]) -> dict[str, Any]:
    """Move waiting marks to agreed, under the board's reference and date."""
    reference, day = str(given.get("reference", "")).strip(), str(given.get("date", ""))
    if not reference:
        raise ValueError("the board's reference is missing")
    date.fromisoformat(day)
    chosen = _chosen(given)
    with held.store.lock:
        results = [(key, result) for key, result in held.store.kept["results"].items()
                   if state_of(result) == "waiting" and chosen(_line_of(held, key, result))]
        for key, result in results:
            metadata = {**result.get("metadata", {}), "agreed": "true", "agreedReference": reference, "agreedOn": day}
            held.store.put("results", key, {**result, "metadata": metadata, "dateLastModified": now_text()})
        marks = [(key, mark) for key, mark in held.store.kept["marks"].items()
                 if mark["state"] == "actual" and chosen(_line_of_file(held, key, mark))]
        for key, mark in marks:
            held.store.put("marks", key, {
                **mark, "state": "agreed", "agreed_mark": mark["actual_mark"], "reference": reference, "agreed_on": day,
            })
        extracts = [night.write_extract(run) for run in sorted({mark["run"] for _, mark in marks})]
    return {"agreed": len(results) + len(marks), "extracts": extracts}


def change_mark(held: Held, night: Night, given: dict[str, Any]) -> dict[str, Any]:
    """Change marks by hand, as staff of a record system do: whoever sent them should notice."""
    try:
        mark = Decimal(str(given.get("mark", "")))
    except InvalidOperation as error:
        raise ValueError("the mark is not a number") from error
    chosen = _chosen(given)
    with held.store.lock:
        results = [(key, one) for key, one in held.store.kept["results"].items() if chosen(_line_of(held, key, one))]
        for key, result in results:
            score = int(mark) if mark == int(mark) else float(mark)
            held.store.put("results", key, {**result, "score": score, "dateLastModified": now_text()})
        marks = [(key, one) for key, one in held.store.kept["marks"].items() if chosen(_line_of_file(held, key, one))]
        for key, one in marks:
            name = "agreed_mark" if one["state"] == "agreed" else "actual_mark"
            held.store.put("marks", key, {**one, name: str(mark)})
        extracts = [night.write_extract(run) for run in sorted({one["run"] for _, one in marks})]
    return {"changed": len(results) + len(marks), "extracts": extracts}


def _chosen(given: dict[str, Any]) -> Callable[[dict[str, Any]], bool]:
    """Which lines a form means: a run, or all; of it a component, or all; of those the students listed, or all."""
    run, listed = given.get("run", ""), given.get("students", "")
    wanted = set(listed.replace(",", " ").split() if isinstance(listed, str) else listed)
    component = given.get("component")
    return lambda line: (
        run in ("", "all", line["run"])
        and (component is None or component == "all" or line["component"] == component)
        and (not wanted or line["student"] in wanted)
    )


def runs_of(held: Held) -> dict[str, list[dict[str, Any]]]:
    """Everything held, by run, in the order of student numbers; the page shows just this."""
    with held.store.lock:
        lines = [_line_of(held, key, result) for key, result in held.store.kept["results"].items()]
        lines += [_line_of_file(held, key, mark) for key, mark in held.store.kept["marks"].items()]
    runs: dict[str, list[dict[str, Any]]] = {}
    for line in sorted(lines, key=lambda line: (line["run"], line["student"], line["component"], line["attempt"])):
        runs.setdefault(line["run"], []).append(line)
    return runs


def _line_of(held: Held, key: str, result: Thing) -> dict[str, Any]:
    metadata = result.get("metadata", {})
    item = held.store.get("lineItems", result["lineItem"]["sourcedId"]) or {}
    return {
        "run": held.class_of(result), "student": held.students.name_of(result["student"]["sourcedId"]),
        "component": item.get("metadata", {}).get("cairn.component", item.get("title", "")),
        "attempt": metadata.get("cairn.attempt", ""),
        "mark": "" if result.get("score") is None else str(result["score"]), "grade": result.get("textScore", ""),
        "score_status": result["scoreStatus"], "credit": metadata.get("cairn.credit", ""), "state": state_of(result),
        "reference": metadata.get("agreedReference") or metadata.get("cairn.boardReference", ""),
        "written": held.store.history[("results", key)], "by": "OneRoster", "id": key,
    }


def _line_of_file(held: Held, key: str, mark: Thing) -> dict[str, Any]:
    return {
        "run": mark["run"], "student": mark["student"], "component": mark["component"], "attempt": mark["attempt"],
        "mark": mark["agreed_mark"] or mark["actual_mark"], "grade": mark["grade"], "score_status": "",
        "credit": mark["credit"], "state": "waiting" if mark["state"] == "actual" else mark["state"],
        "reference": mark["reference"] or mark["board"],
        "written": held.store.history[("marks", key)], "by": "file", "id": key,
    }
