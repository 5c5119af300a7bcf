"""Plays the story: every verb of story.yaml, done as its person would do it, through real HTTP."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import requests
import yaml

from tests.demo import reading
from tests.demo.browser import Browser, Page
from tests.demo.people import Classroom, Somebody, Staff, everybody, read_rows
from tests.demo.town import STORY, Town

Action = Mapping[str, Any]
PATIENCE = 90.0  # seconds that the outbox may take; nothing waits that long but a failure
OVERALL, AS_A_WHOLE, SEEN = "overall", "as a whole", "Shown in the column"
SAME_WORD = {"misconduct_zero": "misconduct zero", "not_met": "not yet"}


class StoryError(AssertionError):
    """What the story says should be so is not so."""


@dataclass(frozen=True)
class Stop:
    """One stop of the story."""

    number: int
    clock: str
    title: str
    text: str
    look: Sequence[Mapping[str, str]]
    actions: Sequence[tuple[str, Action]]


def stops() -> Iterator[Stop]:
    told = yaml.safe_load((STORY / "story.yaml").read_text(encoding="utf-8"))
    for stop in told["stops"]:
        actions = [(verb, asked or {}) for action in stop["actions"] for verb, asked in action.items()]
        yield Stop(stop["stop"], stop["clock"], stop["title"], stop["text"], stop["look"], actions)


class Player:
    """Knows the people, the pages and the rows; ``act`` does one action of the stop that is being played."""

    def __init__(self, town: Town, staff: Staff, classroom: Classroom) -> None:
        self.town, self.staff, self.classroom = town, staff, classroom
        self.people = everybody()
        self.outcomes = read_rows(STORY / "outcomes.csv")
        self.lms_names = {row["lms_user"]: row for row in read_rows(STORY / "people.csv") if row["lms_user"]}
        plan = yaml.safe_load((STORY / "achievements.yaml").read_text(encoding="utf-8"))
        self.achievements = {one["code"]: one for one in plan["achievements"]}
        self.stop = 0

    def act(self, verb: str, asked: Action) -> None:
        doing: Callable[[Action], None] = getattr(self, f"do_{verb}")
        doing(asked)

    # ---- the registry's desk

    def do_import_extract(self, asked: Action) -> None:
        text = (STORY / asked["file"]).read_text(encoding="utf-8")
        page, browser = self.staff.page(asked["by"], "/extracts/"), self.staff.at(asked["by"])
        page = browser.submit(page, page.form(action="/preview"), files={"file": (asked["file"], text)})
        browser.submit(page, page.form(field="seen_digest"))

    def do_expect_quarantined(self, asked: Action) -> None:
        page = self.staff.page("R01", "/people/quarantine")
        found = [text for text, _ in reading.sections(page) if asked["mc"] in text]
        expected = [self.lms_names[user]["lms_name"] for user in asked["lms_users"]]
        if len(found) != len(expected) or not all(any(name in text for text in found) for name in expected):
            raise StoryError(f"{asked['mc']}: {len(found)} accounts wait for a person, expected {len(expected)}.")

    def do_resolve_identity(self, asked: Action) -> None:
        page, row = self.staff.page(asked["by"], "/people/quarantine"), self.lms_names[asked["lms_user"]]
        cards = [
            section for text, section in reading.sections(page) if row["lms_name"] in text and row["lms_email"] in text
        ]
        if len(cards) != 1:
            raise StoryError(f"{len(cards)} accounts fit LMS user {asked['lms_user']}, expected one.")
        learner = self.people[asked["learner"]]
        self.staff.at(asked["by"]).submit(
            cards[0], cards[0].form(field="number"), number=learner.student, person="", evidence=asked["evidence"]
        )

    def do_retry(self, asked: Action) -> None:
        page = self._message(asked["by"], asked["learner"], asked["mc"])
        self.staff.at(asked["by"]).submit(page, page.form(action="/retry"))

    def do_expect_rejected(self, asked: Action) -> None:
        """It may still wait for its turn, one of the unfinished; then it is put on hold and stays so."""
        missing = f"no message of {asked['mc']} {asked['learner']} is on hold"
        self._wait_for(lambda: self._on_hold("R02", asked["learner"], asked["mc"]) is not None, missing)

    def _message(self, by: str, learner: str, mc: str) -> Page:
        page = self._on_hold(by, learner, mc)
        if page is None:
            raise StoryError(f"No message of {mc} {learner} is on hold.")
        return page

    def _on_hold(self, by: str, learner: str, mc: str) -> Page | None:
        browser = self.staff.at(by)
        queue = browser.get(f"{self.town.cairn}/staff/queue/?state=on_hold")
        for href, _ in queue.links:
            if "/queue/messages/" in href:
                page = browser.get(href)
                if self.people[learner].student in page.text and mc in page.text and "on hold" in page.text.lower():
                    return page
        return None

    def do_reconcile(self, asked: Action) -> None:
        self._night()
        page, browser = self.staff.page("R01", "/reconciliation/"), self.staff.at("R01")
        form = page.form(field="system")
        keys = {words: key for key, words in reading.choices(page, "system")}
        asked_at = browser.submit(page, form, system=keys[asked["destination"]]).url
        self._wait_for(lambda: "data-live" not in browser.get(asked_at).html, "the comparison has not ended")
        unexplained = reading.facts(browser.get(asked_at))
        if "read back equal" not in unexplained:
            raise StoryError(f"{asked['destination']} could not be compared.")
        words = ("different", "missing there", "there, never sent by us", "unreadable there")
        wrong = {word: unexplained.get(word, "0") for word in words}
        if sum(int(count) for count in wrong.values() if count.isdigit()) != asked["unexplained"]:
            raise StoryError(f"{asked['destination']}: {wrong}, expected {asked['unexplained']} unexplained.")

    def do_release(self, asked: Action) -> None:
        """Learners see what is ratified at once; the story only looks."""
        for mc in _listed(asked["mc"]):
            learner = next(row["learner"] for row in self.outcomes if row["mc"] == mc)
            self._open(self.people[learner], mc)

    # ---- boards and minutes

    def do_board(self, asked: Action) -> None:
        secretary, chair = self.staff.at(asked["secretary"]), self.staff.at(asked["chair"])
        page = self.staff.page(asked["secretary"], "/boards/new")
        form = page.form(field="title")
        values: dict[str, Any] = {
            "title": "Board of examiners, Data", "reference": asked["reference"], "held_on": asked["held_on"],
            "run": [key for key, words in reading.choices(page, "run") if words.split()[0] in asked["mc"]],
        }
        parts = {asked["chair"]: "chair", asked["secretary"]: "secretary"}
        parts |= dict.fromkeys(asked["internal"], "internal") | dict.fromkeys(asked["external"], "external")
        for key, part in parts.items():
            values[reading.part_field(page, self.people[key].name)] = part
        page = secretary.submit(page, form, **values)
        board = page.url
        attendance = page.form(field="present")
        secretary.submit(page, attendance, present=attendance.choices["present"])
        page = chair.get(board + "/ratification")
        self._check_left_out(page, asked["leaves_out"])
        seen = reading.hidden(page, "seen")
        chair.submit(page, page.form(field="seen_digest"), seen=seen)

    def _check_left_out(self, page: Page, left_out: Sequence[Mapping[str, Any]]) -> None:
        """Nobody who cannot be decided is on the list that the chair is about to ratify."""
        barred = {(one["mc"], self.people[learner].registration) for one in left_out for learner in one["learners"]}
        listed = [row.text for row in reading.rows(page)]
        wrong = sum(any(mc in row and registration in row for row in listed) for mc, registration in barred)
        if wrong:
            raise StoryError(f"{wrong} learners who cannot be decided are on the list to be ratified.")

    def do_minute(self, asked: Action) -> None:
        entering, confirming = self.staff.at(asked["entered_by"]), self.staff.at(asked["confirmed_by"])
        page = self.staff.page(asked["entered_by"], "/minutes/")
        run = next(key for key, words in reading.choices(page, "run") if asked["mc"] in words)
        page = entering.get(f"{self.town.cairn}/staff/minutes/new?run={run}")
        page = entering.submit(
            page, page.form(field="reference"), title="Land programmes board", reference=asked["reference"],
            held_on=asked["held_on"],
        )
        page = confirming.get(page.url)
        seen = reading.hidden(page, "seen")
        confirming.submit(page, page.form(action="/confirmation"), seen=seen)

    def do_amend(self, asked: Action) -> None:
        proposing, approving = self.staff.at(asked["proposed_by"]), self.staff.at(asked["approved_by"])
        page = proposing.get(f"{self.town.cairn}/staff/people/")
        page = proposing.submit(page, page.form(field="text"), text=self.people[asked["learner"]].student)
        page = proposing.follow(page, to="/staff/people/", says=self.people[asked["learner"]].name.split()[-1])
        page = proposing.follow(page, says="Propose an amendment")
        proposing.submit(
            page, page.form(field="reason"), reason=asked["reason"], authority_reference=asked["reference"]
        )
        page = self.staff.page(asked["approved_by"], "/amendments/")
        approving.submit(page, page.form(action="/approval"))

    # ---- the classroom

    def do_launch(self, asked: Action) -> None:
        self._open(self.people[asked["by"]], asked["mc"], asked.get("component", ""))

    def do_deep_link(self, asked: Action) -> None:
        teacher = self.people[asked["by"]]
        browser, page = self.classroom.browser(teacher), self.classroom.choose(teacher, asked["mc"])
        page = self._pick_run(browser, page, asked["mc"])
        title = AS_A_WHOLE if asked["component"] == OVERALL else self._title(asked["mc"], asked["component"])
        chosen = next(key for key, words in reading.choices(page, "component") if title in words)
        page = browser.submit(page, page.form(field="component"), component=chosen)
        browser.submit(page, page.form(field="JWT"))

    def _pick_run(self, browser: Browser, page: Page, mc: str) -> Page:
        for form in page.forms:
            if form.method == "get" and "run" in form.choices:
                wanted = [key for key, words in reading.choices(page, "run") if mc in words]
                return browser.submit(page, form, run=wanted[0])
        return page

    def do_read_roster(self, asked: Action) -> None:
        page, browser = self._home(asked)
        browser.submit(page, page.form(action="/roster"))

    def do_open_sitting(self, asked: Action) -> None:
        page, browser = self._home(asked)
        browser.submit(page, page.form(action="/sitting"))

    def do_mark_in_lms(self, asked: Action) -> None:
        state = requests.get(self.town.lms + "/_admin/state", timeout=10).json()
        fields = {}
        for row in self._rows(asked["mc"], via=("lms_column", "moodle_csv", "canvas_csv")):
            if row["raw"]:
                column = self._column(state, asked["mc"], row["component"])
                fields[f"mark:{column}:{self.people[row['learner']].lms_user}"] = row["raw"]
        teacher = self.people[asked["by"]]
        self.classroom.browser(teacher).post(
            f"{self.town.lms}/courses/{asked['mc']}/gradebook?user={teacher.lms_user}", fields
        )

    def do_capture(self, asked: Action) -> None:
        for component in asked["components"]:
            page, browser = self._component_page(asked, component)
            browser.submit(page, page.form(action="/capture"))

    def do_upload_csv(self, asked: Action) -> None:
        teacher = self.people[asked["by"]]
        address = f"{self.town.lms}/courses/{asked['mc']}/export/{asked['shape']}.csv?user={teacher.lms_user}"
        page, browser = self._component_page(asked, asked["component"])
        text = browser.text(address)
        page = browser.follow(page, says="Upload a gradebook export")
        form = next(form for form in page.forms if form.action.endswith("/upload") or "upload" in form.action)
        page = browser.submit(page, form, files={"file": ("grades.csv", text)})
        label = self._component(asked["mc"], asked["component"])["lms_column"]
        column = next(key for key, words in reading.choices(page, "column") if label in words or label in key)
        page = browser.submit(page, page.form(field="column"), column=column)
        browser.submit(page, page.form(field="seen_digest"))

    def do_enter_marks(self, asked: Action) -> None:
        rows = self._rows(asked["mc"], via=("marksheet",))
        for component in dict.fromkeys(row["component"] for row in rows):
            mine = [row for row in rows if row["component"] == component]
            pasted = "\n".join(f"{self.people[row['learner']].student}\t{_cell(row)}" for row in mine)
            page, browser = self._component_page(asked, component)
            page = browser.follow(page, says="Open the marksheet")
            page = browser.submit(page, page.form(field="pasted"), pasted=pasted)
            form = page.form(button="Save")
            agreed = {
                name: "moderation" for name in form.fields if name.startswith("agreed-")
            } if any(row["agreed_by"] for row in mine) else {}
            browser.submit(page, form, **agreed)

    def do_enter_facts(self, asked: Action) -> None:
        rows = [row for row in self._rows(asked["mc"]) if row["submitted"] or row["extension_hours"]]
        for component in dict.fromkeys(row["component"] for row in rows):
            pasted = "\n".join(
                f"{self.people[row['learner']].student}\t{row['submitted']}\t{row['extension_hours'] or 0}"
                for row in rows if row["component"] == component
            )
            page, browser = self._component_page(asked, component)
            page = browser.follow(page, says="Hand-in times and extensions")
            browser.submit(page, page.form(field="pasted"), pasted=pasted)

    def do_stack(self, asked: Action) -> None:
        """The learner asks, or does not; ``stacks.csv`` says what the answer is."""
        row = next(one for one in read_rows(STORY / "stacks.csv") if one["learner"] == asked["learner"])
        if row["opted_in"] != "yes":
            return
        learner = self.people[asked["learner"]]
        browser, page = self.classroom.browser(learner), self._open(learner, "IL5101")
        page = browser.follow(page, to="/progress/towards")
        form = page.form(field="award")
        offered = {name: "on" for name in form.choices if name.startswith("offer-")}
        spent = {f"counted-{mc}": where for mc, where in (asked.get("already_counted") or {}).items()}
        page = browser.submit(page, form, **offered, **spent)
        expected = [row["credit_total"], row["mean_reported"], row["grade"] if row["decision"] == "ELIGIBLE" else ""]
        missing = [word for word in expected if word and word not in page.text]
        if missing or ("These would add up" in page.text) is not (row["decision"] == "ELIGIBLE"):
            raise StoryError(f"{asked['learner']}: the projection does not say {row['decision']} with {expected}.")

    def do_expect_shown(self, asked: Action) -> None:
        """The LMS's own gradebook against the ledger; then Cairn's word that it has looked."""
        expected = {
            self.people[row["learner"]].lms_user: row["mark"] for row in read_rows(STORY / "ledger.csv")
            if row["mc"] == asked["mc"] and row["current"] == "yes"
        }
        self._wait_for(
            lambda: self._overall_column(asked["mc"]) == expected,
            f"the gradebook of {asked['mc']} does not show what the ledger says",
        )
        home, browser = self._home(asked)
        address = browser.follow(home, to="/passback").url
        self._wait_for(lambda: browser.get(address).text.count(SEEN) == len(expected), "Cairn has not seen its scores")

    def _overall_column(self, mc: str) -> dict[str, str]:
        """What the LMS shows there, by user."""
        state = requests.get(self.town.lms + "/_admin/state", timeout=10).json()
        column = next(
            one["id"] for one in _items(state["columns"])
            if one["course"] == mc and one["item"]["label"] == f"{self._title(mc, OVERALL)}: overall"
        )
        grades = [one for one in state["grades"] if one["column"] == column]
        return {one["user"]: f"{Decimal(one['score']).normalize():f}" for one in grades}

    def _home(self, asked: Action) -> tuple[Page, Browser]:
        teacher = self.people[asked["by"]]
        page, browser = self.classroom.launch(teacher, f"tile-{asked['mc']}"), self.classroom.browser(teacher)
        for form in page.forms:
            if "run" in form.choices and form.action.endswith("/run"):
                wanted = [key for key, words in reading.choices(page, "run") if asked["mc"] in words]
                page = browser.submit(page, form, run=wanted[0])
                break
        return page, browser

    def _component_page(self, asked: Action, component: str) -> tuple[Page, Browser]:
        page, browser = self._home(asked)
        return browser.follow(page, says=self._component(asked["mc"], component)["title"]), browser

    def _open(self, somebody: Somebody, mc: str, component: str = "") -> Page:
        link = f"tile-{mc}"
        if component:
            state = requests.get(self.town.lms + "/_admin/state", timeout=10).json()
            title = self._title(mc, component)
            link = next(one["id"] for one in _items(state["links"]) if one["course"] == mc and title in one["title"])
        return self.classroom.launch(somebody, link)

    def _title(self, mc: str, component: str) -> str:
        return str(self.achievements[mc]["title"] if component == OVERALL else self._component(mc, component)["title"])

    def _component(self, mc: str, component: str) -> Mapping[str, Any]:
        found = next(part for part in self.achievements[mc]["components"] if part["id"] == component)
        return dict(found)

    def _column(self, state: Mapping[str, Any], mc: str, component: str) -> str:
        part = self._component(mc, component)
        wanted = part.get("lms_column") or part["title"]
        columns = [one for one in _items(state["columns"]) if one["course"] == mc]
        found = [one["id"] for one in columns if wanted in one["item"]["label"]]
        if len(found) != 1:
            raise StoryError(f"{mc} {component}: {len(found)} columns in the LMS fit, expected one.")
        return str(found[0])

    def _rows(self, mc: str, via: Sequence[str] = ()) -> list[dict[str, str]]:
        return [
            row for row in self.outcomes
            if int(row["stop"]) == self.stop and row["mc"] == mc and (not via or row["via"] in via)
        ]

    # ---- what happens elsewhere

    def do_send_provisional(self, asked: Action) -> None:
        """Cairn queues what may wait in the record system by itself; nothing is pressed."""

    def do_agree_in_record_system(self, asked: Action) -> None:
        self._wait_for(lambda: self._waiting() == 0, "what is to be agreed has not arrived")
        students = [self.people[learner].student for learner in asked["learners"]]
        self._records("/registry/agree", {
            "run": asked["mc"], "students": students, "reference": asked["reference"], "date": asked["held_on"],
        })

    def do_read_back(self, asked: Action) -> None:
        self.do_reconcile({"destination": "records", "unexplained": 0})

    def do_outage(self, asked: Action) -> None:
        self._control({"down": asked["state"] == "on"})

    def do_unknown_person(self, asked: Action) -> None:
        student = self.people[asked["learner"]].student
        refused = {student: "no active study right for this module run"} if asked["state"] == "on" else {}
        self._control({"reject": refused})

    def do_deliver(self, asked: Action) -> None:
        self._wait_for(lambda: self._waiting() <= asked["waiting"], f"more than {asked['waiting']} messages still wait")
        self._night()

    def do_expect_nothing_final(self, asked: Action) -> None:
        held = requests.get(self.town.records + "/_held", timeout=10).json()
        early = [line for run in held["runs"].values() for line in run if line["state"] != "waiting"]
        if early:
            raise StoryError(f"{len(early)} results are held as final or agreed before anybody ratified them.")

    def _night(self) -> None:
        """The record system's nightly job takes the files in, and Cairn's next look reads its receipts."""
        self._records("/registry/load-files", {})

    def _control(self, body: Mapping[str, Any]) -> None:
        requests.post(self.town.records + "/_control", json=body, timeout=10).raise_for_status()

    def _records(self, path: str, body: Mapping[str, Any]) -> None:
        answer = requests.post(
            self.town.records + path, json={**body, "password": "registry"}, headers={"Accept": "application/json"},
            timeout=30,
        )
        answer.raise_for_status()

    def _waiting(self) -> int:
        """Messages that the queue's own progress figures call unfinished."""
        figures = json.loads(self.staff.at("R01").text(f"{self.town.cairn}/staff/queue/progress.json"))
        return sum(int(figures["counts"].get(state, 0)) for state in ("ready", "sending", "on_hold"))

    def _wait_for(self, so: Callable[[], bool], otherwise: str) -> None:
        tick, until = threading.Event(), time.monotonic() + PATIENCE
        while not so():
            if time.monotonic() > until:
                raise StoryError(f"After {PATIENCE:.0f} seconds {otherwise}.")
            tick.wait(0.2)


def _cell(row: Mapping[str, str]) -> str:
    if row["status"] == "unagreed":
        return " / ".join(SAME_WORD.get(part, part) for part in row["markers"].split(";"))
    if row["status"] == "marked":
        return SAME_WORD.get(row["outcome"], row["outcome"]) or row["raw"]
    return SAME_WORD.get(row["status"], row["status"])


def _items(found: Any) -> list[Mapping[str, Any]]:
    """A list of things, or a mapping of them by id, as the list."""
    return [{"id": key, **value} for key, value in found.items()] if isinstance(found, dict) else list(found)


def _listed(found: str | Sequence[str]) -> list[str]:
    return [found] if isinstance(found, str) else list(found)
