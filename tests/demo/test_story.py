"""The story's files agree with one another and with the plan of the University of Inverlea."""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

STORY = Path(__file__).parent / "story"
PLAN = {
    "IL5101": {
        "first-time pass": 9, "49.5 to 50 pass": 1, "49.45 to 49 then capped pass": 1, "late but passes": 1,
        "failed by lateness only": 1, "extension in time": 1, "extension overrun": 1, "deferred, first sit later": 1,
        "leave of absence, open": 1, "withdrawn": 1, "resit capped pass": 2, "fail final": 1, "absent, resit due": 1,
        "misconduct then module-capped": 1, "amended by chair's action": 1,
    },
    "IL5102": {
        "first-time pass": 9, "quiz 5 of 9, 49.57 to 50": 1, "viva failed then passed": 1, "pending": 2,
        "markers 48/55 unagreed": 1, "adjustment with extra time": 2, "resit deferred, stays capped": 1,
        "quiz exempt by RPL": 1, "quiz absent, still passes": 1, "changed name": 1,
    },
    "IL4103": {"pass": 7, "not yet": 2, "not yet then pass": 1, "two assessors differ": 1, "withdrawn": 1},
    "IL5104": {
        "first-time pass": 8, "fail 47, compensable": 1, "duplicate registration": 1, "retried after outage": 1,
        "appeal open": 1, "record system rejects unknown person": 1, "deferred": 1,
    },
    "IL0001": {"badge": 8, "in progress": 2},
}
STATUSES = {"marked", "absent", "deferred", "exempt", "pending", "unagreed", "misconduct_zero", "carried"}
GRADES = [("70", "Distinction"), ("60", "Merit"), ("50", "Pass"), ("0", "Fail")]


def rows(name: str) -> list[dict[str, str]]:
    with (STORY / name).open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert all(None not in row and None not in row.values() for row in found), f"{name} has ragged rows"
    return found


def document(name: str) -> Any:
    return yaml.safe_load((STORY / name).read_text(encoding="utf-8"))


PEOPLE = {row["key"]: row for row in rows("people.csv")}
LEARNERS = {key: row for key, row in PEOPLE.items() if row["kind"] == "learner"}
ACHIEVEMENTS = {row["code"]: row for row in document("achievements.yaml")["achievements"]}
EXTRACT = rows("extract.csv")
OUTCOMES = rows("outcomes.csv")
LEDGER = rows("ledger.csv")
STOPS = document("story.yaml")["stops"]
ENROLMENTS = {(row["run"], row["registration"]) for row in EXTRACT}


def actions(verb: str) -> list[tuple[int, Any]]:
    return [(stop["stop"], action[verb]) for stop in STOPS for action in stop["actions"] if verb in action]


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def test_48_learners_and_80_enrolments() -> None:
    assert len(LEARNERS) == 48
    assert len(ENROLMENTS) == 80
    taken = Counter(len(row["courses"].split()) for row in LEARNERS.values())
    assert taken == {1: 28, 2: 13, 3: 2, 4: 5}


def test_student_numbers_lms_users_and_registrations_are_one_persons_each() -> None:
    for field in ("student", "registration", "lms_user"):
        values = [row[field] for row in PEOPLE.values() if row[field]]
        assert len(values) == len(set(values)), field


def test_the_extract_registers_learners_on_their_courses_and_nobody_else() -> None:
    courses = {(mc, row["registration"]) for row in LEARNERS.values() for mc in row["courses"].split()}
    assert courses == ENROLMENTS


@pytest.mark.parametrize("mc", PLAN)
def test_the_extract_has_one_row_per_enrolment_and_component(mc: str) -> None:
    achievement = ACHIEVEMENTS[mc]
    judged = achievement["kind"] == "outcomes"
    wanted = {""} if judged else {"", *(part["id"] for part in achievement["components"])}
    for registration in {row["registration"] for row in EXTRACT if row["run"] == mc}:
        found = [row["component"] for row in EXTRACT if (row["run"], row["registration"]) == (mc, registration)]
        assert len(found) == len(wanted)
        assert set(found) == wanted


def test_a_later_extract_only_touches_enrolments_of_the_first() -> None:
    keys = {(row["run"], row["registration"], row["component"]) for row in EXTRACT}
    update = rows("extract_update.csv")
    assert {(row["run"], row["registration"], row["component"]) for row in update} <= keys
    assert {row["status"] for row in update} == {"registered", "paused", "withdrawn"}


def test_the_record_system_knows_those_of_the_extract_and_degree_students_elsewhere() -> None:
    known = {(row["class"], row["registration"]) for row in rows("students.csv")}
    assert known >= ENROLMENTS
    degree = {row["registration"] for row in PEOPLE.values() if row["kind"] == "degree"}
    assert {registration for _, registration in known - ENROLMENTS} == degree
    assert not {course for course, registration in known if registration in degree} & set(ACHIEVEMENTS)


@pytest.mark.parametrize("mc", PLAN)
def test_every_class_of_outcome_occurs_as_often_as_planned(mc: str) -> None:
    seen = {(row["learner"], row["class"]) for row in LEDGER if row["mc"] == mc and row["learner"] in LEARNERS}
    assert Counter(kind for _, kind in seen) == PLAN[mc]
    assert len(seen) == sum(PLAN[mc].values())


def test_first_time_passes_of_il5101_are_two_distinctions_three_merits_four_passes() -> None:
    grades = Counter(row["grade"] for row in LEDGER if (row["mc"], row["class"]) == ("IL5101", "first-time pass"))
    assert grades == {"Distinction": 2, "Merit": 3, "Pass": 4}


def test_weights_of_marked_micro_credentials_total_100() -> None:
    for achievement in ACHIEVEMENTS.values():
        if achievement["kind"] == "result":
            assert sum(Decimal(part["weight"]) for part in achievement["components"]) == 100, achievement["code"]


def test_every_outcome_names_a_component_of_its_micro_credential() -> None:
    for row in OUTCOMES:
        parts = {part["id"]: part for part in ACHIEVEMENTS[row["mc"]]["components"]}
        assert row["component"] in parts, row
        assert row["mc"] in PEOPLE[row["learner"]]["courses"].split(), row
        assert row["status"] in STATUSES, row


def test_raw_marks_lie_within_what_they_are_out_of() -> None:
    for row in OUTCOMES:
        part = {part["id"]: part for part in ACHIEVEMENTS[row["mc"]]["components"]}[row["component"]]
        if row["raw"]:
            assert row["status"] == "marked"
            assert row["out_of"] == part["out_of"]
            assert 0 <= Decimal(row["raw"]) <= Decimal(row["out_of"]), row
            assert row["via"] == part["via"], row
        else:
            assert row["via"] == "marksheet", row
            assert row["outcome"] or row["status"] != "marked", row


def test_every_learner_on_a_marked_course_has_a_fate_or_left() -> None:
    heard = {(row["mc"], row["learner"]) for row in OUTCOMES}
    silent = {(row["mc"], row["learner"]) for row in LEDGER} - heard
    assert silent == {("IL5101", "L23")}, "only the learner on leave has no outcome at all"


def test_every_ledger_row_of_a_learner_has_an_enrolment() -> None:
    for row in LEDGER:
        is_enrolled = (row["run"], row["registration"]) in ENROLMENTS
        assert is_enrolled == (row["learner"] in LEARNERS), row
        assert row["student"] == PEOPLE[row["learner"]]["student"]
        assert row["by_hand"], row


def test_each_enrolment_stands_in_the_ledger_once_as_current_or_absent() -> None:
    ends = Counter(
        (row["run"], row["learner"]) for row in LEDGER if row["current"] == "yes" or row["expect"] == "absent"
    )
    assert set(ends.values()) == {1}
    assert sum(1 for _, learner in ends if learner in LEARNERS) == 80


@pytest.mark.parametrize("kind", [
    "degree student", "withdrawn", "pending", "badge", "in progress", "quarantined", "duplicate registration",
    "leave of absence, open", "deferred", "not yet", "two assessors differ",
])
def test_what_must_never_arrive_is_said_so(kind: str) -> None:
    found = [row for row in LEDGER if row["class"] == kind]
    assert found
    assert {row["expect"] for row in found} == {"absent"}


def test_a_mark_never_contradicts_its_grade_credit_and_decision() -> None:
    for row in LEDGER:
        if row["expect"] == "absent":
            assert not (row["mark"] or row["grade"] or row["credit"] or row["reference"]), row
            continue
        credit = ACHIEVEMENTS[row["mc"]]["credit"]
        assert row["credit"] == (str(credit) if row["decision"] == "PASS" else "0"), row
        if row["mark"]:
            grade = next(word for least, word in GRADES if int(row["mark"]) >= int(least))
            assert row["grade"] == grade, row
            assert (int(row["mark"]) >= 50) == (row["decision"] == "PASS"), row
        else:
            assert (row["mc"], row["grade"]) == ("IL4103", "Pass"), row


def test_the_record_system_agrees_only_where_it_is_the_authority() -> None:
    for row in LEDGER:
        if row["expect"] == "present":
            assert row["authority"] == ACHIEVEMENTS[row["mc"]]["authority"]
            assert row["destination"] == ACHIEVEMENTS[row["mc"]]["destination"]["name"]
            assert (row["state"] == "agreed") == (row["authority"] == "record_system"), row


def test_the_only_second_version_is_the_amended_result() -> None:
    assert [row["class"] for row in LEDGER if row["version"] == "2"] == ["amended by chair's action"]


def test_references_of_the_ledger_are_boards_minutes_or_agreements_of_the_story() -> None:
    held = {
        (mc, act["reference"], act["held_on"])
        for verb in ("board", "minute", "agree_in_record_system", "amend")
        for _, act in actions(verb)
        for mc in listed(act["mc"])
    }
    named = {(row["mc"], row["reference"], row["decided_on"]) for row in LEDGER if row["expect"] == "present"}
    assert named == held


def test_those_agreed_by_the_record_system_are_those_the_ledger_says() -> None:
    for _, act in actions("agree_in_record_system"):
        wanted = {row["learner"] for row in LEDGER if row["reference"] == act["reference"]}
        assert set(act["learners"]) == wanted


def test_eight_stops_in_order_of_a_clock_in_2026() -> None:
    assert [stop["stop"] for stop in STOPS] == list(range(1, 9))
    clocks = [stop["clock"] for stop in STOPS]
    assert clocks == sorted(clocks)
    assert all(clock.startswith("2026-") for clock in clocks)
    assert all(stop["look"] and stop["text"] and stop["title"] for stop in STOPS)


def test_actions_use_the_documented_vocabulary_and_known_people() -> None:
    header = (STORY / "story.yaml").read_text(encoding="utf-8").split("\ninstitution:")[0]
    for stop in STOPS:
        for action in stop["actions"]:
            (verb, act), = action.items()
            assert f"#   {verb} " in header, verb
            assert set(listed(act.get("mc", []))) <= set(ACHIEVEMENTS), act
            who = ("by", "learner", "chair", "secretary", "entered_by", "confirmed_by", "proposed_by", "approved_by")
            assert {act[key] for key in who if key in act} <= set(PEOPLE), act


def test_every_outcome_is_captured_at_its_stop() -> None:
    done = {(stop, "lms", act["mc"]) for stop, act in actions("mark_in_lms")}
    done |= {(stop, "marksheet", act["mc"]) for stop, act in actions("enter_marks")}
    for row in OUTCOMES:
        way = "marksheet" if row["via"] == "marksheet" else "lms"
        assert (int(row["stop"]), way, row["mc"]) in done, row


def test_nobody_confirms_or_approves_their_own_word() -> None:
    for _, act in actions("minute"):
        assert act["entered_by"] != act["confirmed_by"]
    for _, act in actions("amend"):
        assert act["proposed_by"] != act["approved_by"]


def test_stacks_are_asked_for_by_the_five_who_took_all_four() -> None:
    four = {key for key, row in LEARNERS.items() if len(row["courses"].split()) == 4}
    assert {row["learner"] for row in rows("stacks.csv")} == four
    assert {act["learner"] for _, act in actions("stack")} == four
