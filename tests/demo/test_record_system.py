"""The demo record system keeps its own promises: a double that is lax would prove nothing about Cairn."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.demo.record_system import RecordSystemProcess
from tests.demo.record_system.answers import parse
from tests.demo.record_system.gradebook import ALL_SCOPES, GRADEBOOK, ROSTERING, SCOPES

STUDENTS = """student,registration,family_name,given_name,class
S0000001,0000001/1,Ó Briain,Alice,IL5101
S0000002,0000002/1,Bo,,IL5101
S0000002,0000002/2,Bo,,IL5102
S0000003,0000003/1,D'Arcy,Cleo,IL5102
"""
BOARD = {"reference": "EB-2026-07", "date": "2026-07-01"}


class Sender:
    """A client that speaks plain OneRoster."""

    def __init__(self, system: RecordSystemProcess) -> None:
        self.system = system
        self.headers = {"Authorization": f"Bearer {self.token(*ALL_SCOPES).json()['access_token']}"}

    def token(self, *scopes: str, secret: str = "inverlea-gradebook") -> requests.Response:
        form = {"grant_type": "client_credentials", "scope": " ".join(scopes)}
        return requests.post(self.system.token_url, data=form, auth=("cairn", secret), timeout=10)

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        return requests.request(method, self.system.url + path, headers=self.headers, timeout=10, **more)

    def get(self, path: str, **query: str) -> requests.Response:
        return self.call("GET", path, params=query)

    def put(self, kind: str, thing: dict[str, Any]) -> requests.Response:
        many = {"category": "categories"}.get(kind, f"{kind}s")
        return self.call("PUT", f"{GRADEBOOK}/{many}/{thing['sourcedId']}", json={kind: thing})

    def user_of(self, number: str) -> str:
        found = self.get(f"{ROSTERING}/students", filter=f"identifier='{number}'").json()["users"]
        return str(found[0]["sourcedId"])

    def prepare(self, run: str = "IL5101") -> None:
        assert self.put("category", common("category-1", title="Micro-credentials")).ok
        assert self.put("lineItem", line_item(run)).status_code == 201


def common(key: str, **more: Any) -> dict[str, Any]:
    return {"sourcedId": key, "status": "active", "dateLastModified": "2026-06-01T09:00:00Z", **more}


def ref(kind: str, key: str) -> dict[str, str]:
    return {"sourcedId": key, "type": kind, "href": f"https://records.example/{kind}/{key}"}


def line_item(run: str) -> dict[str, Any]:
    return common(
        f"item-{run}", title=run, assignDate="2026-06-01T09:00:00Z", dueDate="2026-06-01T09:00:00Z",
        **{"class": ref("class", run)}, school=ref("org", "inverlea"), category=ref("category", "category-1"),
    )


def result(
    key: str, student: str, *, run: str = "IL5101", final: bool = False, version: int = 1, **more: Any,
) -> dict[str, Any]:
    graded = {"scoreStatus": "fully graded" if final else "partially graded", "score": 52, "scoreDate": "2026-06-01"}
    metadata = {"cairn.final": str(final).lower(), "cairn.version": str(version), "cairn.credit": "15"}
    item = ref("lineItem", f"item-{run}")
    return common(key, lineItem=item, student=ref("user", student), metadata=metadata) | graded | more


@pytest.fixture
def students(tmp_path: Path) -> Path:
    path = tmp_path / "students.csv"
    path.write_text(STUDENTS, encoding="utf-8")
    return path


@pytest.fixture
def system(tmp_path: Path, students: Path) -> Iterator[RecordSystemProcess]:
    with RecordSystemProcess(tmp_path / "data", students=students) as running:
        yield running


@pytest.fixture
def sender(system: RecordSystemProcess) -> Sender:
    return Sender(system)


@pytest.mark.parametrize(("scopes", "secret", "status", "error"), [
    pytest.param([SCOPES + "gradebook.readonly"], "wrong", 401, "invalid_client", id="RFC 6749 5.2 wrong secret"),
    pytest.param([], "inverlea-gradebook", 400, "invalid_scope", id="RFC 6749 5.2 no scope"),
    pytest.param([SCOPES + "gradebook.everything"], "inverlea-gradebook", 400, "invalid_scope", id="unknown scope"),
])
def test_a_token_is_refused(sender: Sender, scopes: list[str], secret: str, status: int, error: str) -> None:
    answer = sender.token(*scopes, secret=secret)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_scope_opens_its_own_door_only(sender: Sender) -> None:
    sender.headers = {"Authorization": f"Bearer {sender.token(SCOPES + 'gradebook.readonly').json()['access_token']}"}
    assert sender.get(f"{GRADEBOOK}/results").status_code == 200
    assert sender.put("category", common("c", title="t")).status_code == 403
    assert sender.get(f"{ROSTERING}/students").status_code == 403


def test_an_expired_token_is_refused(tmp_path: Path, students: Path) -> None:
    with RecordSystemProcess(tmp_path / "data", students=students, token_lifetime=0) as system:
        answer = Sender(system).get(f"{GRADEBOOK}/results")
    assert answer.status_code == 401
    info = answer.json()["imsx_StatusInfo"]
    assert info["imsx_CodeMinor"]["imsx_codeMinorField"][0]["imsx_codeMinorFieldValue"] == "unauthorisedrequest"


@pytest.mark.parametrize("spoiled", [
    pytest.param({"scoreDate": "2026-06-01T00:00:00Z"}, id="a date-time where a date belongs"),
    pytest.param({"score": "52"}, id="a number as text"),
    pytest.param({"student": {"sourcedId": "x"}}, id="a bare reference"),
    pytest.param({"credit": 15}, id="a field that OneRoster has not"),
    pytest.param({"scoreStatus": "graded"}, id="a word outside the vocabulary"),
])
def test_the_strict_schema_holds(sender: Sender, spoiled: dict[str, Any]) -> None:
    sender.prepare()
    answer = sender.put("result", result("r1", sender.user_of("S0000001")) | spoiled)
    assert answer.status_code == 400
    assert "invaliddata" in answer.text


def test_put_creates_then_replaces_and_get_gives_it_back(sender: Sender) -> None:
    sender.prepare()
    mine = result("r1", sender.user_of("S0000001"))
    assert [sender.put("result", mine).status_code for _ in range(2)] == [201, 200]
    held = sender.get(f"{GRADEBOOK}/results/r1").json()["result"]
    assert held["score"] == 52
    assert held["metadata"]["cairn.credit"] == "15"
    assert held["dateLastModified"] > mine["dateLastModified"]
    assert sender.system.held.store.stats()["doubled"] == 0


def test_delete_takes_it_away(sender: Sender) -> None:
    sender.prepare()
    sender.put("result", result("r1", sender.user_of("S0000001")))
    assert sender.call("DELETE", f"{GRADEBOOK}/results/r1").status_code == 204
    assert sender.get(f"{GRADEBOOK}/results/r1").status_code == 404
    assert sender.call("DELETE", f"{GRADEBOOK}/results/r1").status_code == 404


@pytest.mark.parametrize(("student", "words"), [
    pytest.param("nobody", "unknown person", id="a person who is not there"),
    pytest.param("S0000003", "not registered", id="a student who is not on the run"),
])
def test_a_result_for_somebody_else_is_refused(sender: Sender, student: str, words: str) -> None:
    sender.prepare()
    answer = sender.put("result", result("r1", student if student == "nobody" else sender.user_of(student)))
    assert answer.status_code == 404
    assert words in answer.json()["imsx_StatusInfo"]["imsx_description"]


def test_an_unknown_class_and_line_item_are_refused(sender: Sender) -> None:
    sender.put("category", common("category-1", title="t"))
    assert sender.put("lineItem", line_item("IL9999")).status_code == 404
    assert sender.put("result", result("r1", sender.user_of("S0000001"))).status_code == 404


def test_a_collection_comes_in_pages_that_can_be_followed(sender: Sender) -> None:
    first = sender.get(f"{ROSTERING}/users", limit="2")
    assert first.headers["X-Total-Count"] == "3"
    rest = requests.get(first.links["next"]["url"], headers=sender.headers, timeout=10)
    numbers = [user["identifier"] for answer in (first, rest) for user in answer.json()["users"]]
    assert numbers == ["S0000001", "S0000002", "S0000003"]
    assert "next" not in rest.links


@pytest.mark.parametrize(("text", "found"), [
    ("a='1'", True), ("a='2'", False), ("a!='2' AND b~'ell'", True), ("a='2' OR b='hello'", True),
    ("a>='1' AND a<'1'", False), ("list='y'", True), ("who.sourcedId='s'", True), ("who='s'", True),
    ("metadata.x.y='1'", True), ("at>'2026-06-01T09:00:00.5Z'", False), ("name='O''Neil'", True),
])
def test_a_filter_says_what_it_means(text: str, found: bool) -> None:
    thing = {"a": "1", "b": "hello", "list": ["x", "y"], "who": {"sourcedId": "s"}, "metadata": {"x.y": "1"},
             "at": "2026-06-01T09:00:00Z", "name": "O'Neil"}
    assert parse(text)(thing) is found


@pytest.mark.parametrize("text", ["a=1", "a='1' XOR b='2'", "a='1' AND", "a='1' AND b='2' OR c='3'"])
def test_a_filter_that_says_nothing_is_an_error(sender: Sender, text: str) -> None:
    assert sender.get(f"{GRADEBOOK}/results", filter=text).status_code == 400


def test_rostering_tells_who_is_on_a_class(sender: Sender) -> None:
    on = sender.get(f"{ROSTERING}/classes/IL5102/students").json()["users"]
    assert [user["identifier"] for user in on] == ["S0000002", "S0000003"]
    assert {"type": "registration", "identifier": "0000002/2"} in on[0]["userIds"]
    assert sender.get(f"{ROSTERING}/enrollments", filter="class='IL5101'").headers["X-Total-Count"] == "2"
    assert sender.get(f"{ROSTERING}/classes/IL9999").status_code == 404


def test_the_board_agrees_what_waits_and_the_moment_moves(sender: Sender) -> None:
    sender.prepare()
    sender.put("result", result("r1", sender.user_of("S0000001")))
    sender.put("result", result("r2", sender.user_of("S0000002")))
    before = sender.get(f"{GRADEBOOK}/results/r1").json()["result"]["dateLastModified"]
    assert sender.system.agree(run="IL5101", students=["S0000001"], **BOARD)["agreed"] == 1
    held = sender.get(f"{GRADEBOOK}/results", filter=f"dateLastModified>'{before}'").json()["results"]
    agreed = {one["sourcedId"]: one["metadata"].get("agreed") for one in held}
    assert agreed["r1"] == "true"
    assert held[0]["metadata"]["agreedReference"] == "EB-2026-07"
    assert held[0]["metadata"]["agreedOn"] == "2026-07-01"
    assert sender.get(f"{GRADEBOOK}/results/r2").json()["result"]["metadata"].get("agreed") is None


def test_only_staff_agree_and_only_under_a_reference(system: RecordSystemProcess) -> None:
    def agree(**form: str) -> int:
        return requests.post(f"{system.url}/registry/agree", data=form, timeout=10).status_code

    assert agree(password="guess", **BOARD) == 403
    assert agree(password="registry", reference="", date="2026-07-01") == 400
    assert agree(password="registry", reference="EB", date="yesterday") == 400


@pytest.mark.parametrize(("later", "status"), [
    pytest.param({"final": False, "version": 2, "score": 60}, 409, id="not by a provisional mark"),
    pytest.param({"final": True, "version": 1, "score": 60}, 409, id="not by an older version"),
    pytest.param({"final": True, "version": 3, "score": 60}, 200, id="by a ratified later version"),
    pytest.param({"final": False, "version": 2}, 200, id="a repeat is no overwriting"),
])
def test_an_agreed_mark_is_overwritten_with_authority_only(sender: Sender, later: dict[str, Any], status: int) -> None:
    sender.prepare()
    alice = sender.user_of("S0000001")
    sender.put("result", result("r1", alice, version=2))
    sender.system.agree(**BOARD)
    assert sender.put("result", result("r1", alice, **later)).status_code == status
    held = sender.get(f"{GRADEBOOK}/results/r1").json()["result"]
    assert (held["metadata"].get("agreed") == "true") is (held["score"] == 52)


def test_a_mark_changed_over_there_is_seen(sender: Sender) -> None:
    sender.prepare()
    sender.put("result", result("r1", sender.user_of("S0000001")))
    sender.system.change(student="S0000001", mark="49.5")
    assert sender.get(f"{GRADEBOOK}/results/r1").json()["result"]["score"] == 49.5


def test_what_is_held_survives_a_restart(tmp_path: Path, students: Path) -> None:
    for attempt in range(2):
        with RecordSystemProcess(tmp_path / "data", students=students) as system:
            sender = Sender(system)
            if not attempt:
                sender.prepare()
                sender.put("result", result("r1", sender.user_of("S0000001")))
                system.agree(**BOARD)
                host_key = system.drop.host_key
            held = sender.get(f"{GRADEBOOK}/results/r1").json()["result"]
            assert held["metadata"]["agreedReference"] == "EB-2026-07"
            assert system.drop.host_key == host_key


def test_many_threads_write_and_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    path.write_text("student,registration,family_name,given_name,class\n" + "".join(
        f"S{n:07},{n:07}/1,N,,IL5101\n" for n in range(200)), encoding="utf-8")
    with RecordSystemProcess(tmp_path / "data", students=path) as system:
        sender = Sender(system)
        sender.prepare()
        ids = [student.id for student in system.held.students.by_number.values()]
        with ThreadPoolExecutor(32) as threads:
            codes = list(threads.map(lambda n: sender.put("result", result(f"r{n}", ids[n])).status_code, range(200)))
        stats = system.held.store.stats()
    assert codes == [201] * 200
    assert (stats["results"], stats["pairs"], stats["doubled"]) == (200, 200, 0)


def test_down_is_down_for_everything_but_the_switch(sender: Sender) -> None:
    sender.system.control(down=True)
    assert sender.get(f"{GRADEBOOK}/results").status_code == 503
    sender.system.control(reset=True)
    assert sender.get(f"{GRADEBOOK}/results").status_code == 200


def test_an_ordered_status_is_answered_so_often_and_no_more(sender: Sender) -> None:
    sender.system.control(status=429, count=2, retry_after=7)
    answers = [sender.get(f"{GRADEBOOK}/results") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7"


def test_a_cut_answer_leaves_the_write_done(sender: Sender) -> None:
    sender.prepare()
    sender.system.control(cut_after_write=1)
    with pytest.raises(requests.ConnectionError):
        sender.put("result", result("r1", sender.user_of("S0000001")))
    assert sender.get(f"{GRADEBOOK}/results/r1").status_code == 200


def test_a_student_can_be_made_unknown(sender: Sender) -> None:
    sender.prepare()
    sender.system.control(reject={"S0000001": "no active study right"})
    answer = sender.put("result", result("r1", sender.user_of("S0000001")))
    assert "no active study right" in answer.text


def test_an_unknown_switch_is_named(system: RecordSystemProcess) -> None:
    answer = requests.post(f"{system.url}/_control", json={"dwon": True}, timeout=10)
    assert (answer.status_code, "dwon" in answer.text) == (400, True)


def test_the_page_shows_what_is_held_and_says_so_when_nothing_is(sender: Sender) -> None:
    assert "Nothing is held yet" in requests.get(sender.system.url, timeout=10).text
    sender.prepare()
    sender.put("result", result("r1", sender.user_of("S0000001")))
    sender.put("result", result("r2", sender.user_of("S0000002"), final=True))
    sender.system.agree(run="IL5101", **BOARD)
    text = requests.get(sender.system.url, timeout=10).text
    assert all(word in text for word in ("S0000001", "52", "agreed", "final", "EB-2026-07", "2×"))
    assert "Alice" not in text


SITS = ("SPR_CODE,MOD_CODE,MAV_OCCUR,AYR_CODE,PSL_CODE,MAB_SEQ,ATTEMPT,ACTUAL_MARK,ACTUAL_GRADE,CREDIT,BOARD_REF,"
        "BOARD_DATE,SOURCE,RECORD_KEY\r\n")

ONE = {"rows": 1, "with_mark": 1, "marks": "52", "credits": "15"}


def drop(
    system: RecordSystemProcess, name: str, text: str, *, about: dict[str, str] | None = None, **totals: Any,
) -> None:
    """Leave a file as a sender does, written without any of the sender's code."""
    inbound = system.drop.root / "inbound"
    data = text.encode()
    (inbound / f"{name}.csv").write_bytes(data)
    (inbound / f"{name}.json").write_text(json.dumps(
        {"sha256": hashlib.sha256(data).hexdigest(), "totals": totals, "run": about or {}}), encoding="utf-8")


def answers(system: RecordSystemProcess, folder: str) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted((system.drop.root / folder).iterdir()))


def test_the_night_loads_a_file_once_and_says_so(system: RecordSystemProcess) -> None:
    drop(system, "b1", SITS + "0000001/1,IL5101,A1,2026,T2,001,1,0,,0,,,Cairn,k1\r\n"
         "0000002/1,IL5101,A1,2026,T2,001,1,,AB,0,,,Cairn,k2\r\n", rows=2, with_mark=1, marks="0", credits="0")
    assert system.load_files()["loaded"] == ["b1.csv"]
    assert "b1," in answers(system, "receipts")
    held = [(mark["actual_mark"], mark["grade"], mark["state"]) for mark in system.held.store.all("marks")]
    assert held == [("0", "", "actual"), ("", "AB", "actual")]
    assert system.load_files() == {"loaded": [], "refused": [], "seen_before": ["b1.csv"], "waiting": []}
    again = (system.drop.root / "inbound/b1.csv").read_bytes().decode()
    drop(system, "b2", again, rows=2, with_mark=1, marks="0", credits="0")
    assert system.load_files()["refused"] == ["b2.csv"]
    assert "loaded_before" in answers(system, "rejects")


@pytest.mark.parametrize(("totals", "code"), [
    ({"rows": 2, "with_mark": 1, "marks": "52", "credits": "15"}, "control_total"),
    ({"rows": 1, "with_mark": 1, "marks": "53", "credits": "15"}, "control_total"),
    ({"rows": 1, "with_mark": 1, "marks": "52", "credits": "0"}, "control_total"),
])
def test_a_file_that_does_not_add_up_is_refused_whole(
    system: RecordSystemProcess, totals: dict[str, Any], code: str,
) -> None:
    drop(system, "b1", SITS + "0000001/1,IL5101,A1,2026,T2,,1,52,,15,,,Cairn,k1\r\n", **totals)
    assert system.load_files()["refused"] == ["b1.csv"]
    assert code in answers(system, "rejects")
    assert (system.held.store.all("marks"), answers(system, "receipts")) == ([], "")


def test_a_file_without_its_sidecar_waits(system: RecordSystemProcess) -> None:
    (system.drop.root / "inbound/b1.csv").write_text(SITS, encoding="utf-8")
    assert system.load_files()["waiting"] == ["b1.csv"]


def test_a_file_that_was_changed_on_the_way_is_refused(system: RecordSystemProcess) -> None:
    drop(system, "b1", SITS + "0000001/1,IL5101,A1,2026,T2,,1,52,,15,,,Cairn,k1\r\n", **ONE)
    path = system.drop.root / "inbound/b1.csv"
    path.write_bytes(path.read_bytes().replace(b",52,", b",72,"))
    assert system.load_files()["refused"] == ["b1.csv"]
    assert "sha256" in answers(system, "rejects")


@pytest.mark.parametrize(("line", "code"), [
    ("9999999/1,IL5101,A1,2026,T2,,1,52,,0,,,C,k", "unknown_learner"),
    ("0000003/1,IL5101,A1,2026,T2,,1,52,,0,,,C,k", "unknown_run"),
    ("0000001/1,IL5101,A1,2026,T2,,1,152,,0,,,C,k", "invaliddata"),
])
def test_one_bad_line_is_rejected_and_holds_up_no_other(system: RecordSystemProcess, line: str, code: str) -> None:
    good = "0000002/1,IL5101,A1,2026,T2,,1,60,,0,,,C,k2"
    total = 60 + int(line.split(",")[7])
    drop(system, "b1", f"{SITS}{line}\r\n{good}\r\n", rows=2, with_mark=2, marks=str(total), credits="0")
    assert system.load_files()["loaded"] == ["b1.csv"]
    assert f",{code}," in answers(system, "rejects")
    assert [mark["registration"] for mark in system.held.store.all("marks")] == ["0000002/1"]


def test_a_line_that_is_there_twice_does_not_win_by_coming_last(system: RecordSystemProcess) -> None:
    line = "0000001/1,IL5101,A1,2026,T2,,1,{},,0,,,C,k\r\n"
    drop(system, "b1", SITS + line.format(52) + line.format(72), rows=2, with_mark=2, marks="124", credits="0")
    system.load_files()
    assert [mark["actual_mark"] for mark in system.held.store.all("marks")] == ["52"]
    assert "duplicate_row" in answers(system, "rejects")


def test_two_columns_find_the_registration_on_the_run(system: RecordSystemProcess) -> None:
    about = {"run": "IL5102", "occurrence": "A1", "period": "2026 T2", "component": "001"}
    drop(system, "b1", "S0000002,0\r\nS0000003,AB\r\n", about=about, rows=2, with_mark=1, marks="0", credits="0")
    system.load_files()
    held = [(mark["registration"], mark["actual_mark"], mark["grade"]) for mark in system.held.store.all("marks")]
    assert held == [("0000002/2", "0", ""), ("0000003/1", "", "AB")]


def test_banner_and_colleague_files_are_understood(system: RecordSystemProcess) -> None:
    drop(system, "b1", "Term Code,CRN,Student ID,Course,Final Grade\r\n202630,10023,S0000001,IL5101,A-\r\n",
         rows=1, with_mark=0, marks="0", credits="15")
    drop(system, "b2", "Person ID,Term,Section,Final Grade\r\nS0000003,2026T2,IL5102-01,P\r\n",
         rows=1, with_mark=0, marks="0", credits="15")
    assert system.load_files()["loaded"] == ["b1.csv", "b2.csv"]
    held = {(mark["run"], mark["occurrence"], mark["grade"]) for mark in system.held.store.all("marks")}
    assert held == {("IL5101", "10023", "A-"), ("IL5102", "01", "P")}


def test_agreeing_file_marks_leaves_an_extract(system: RecordSystemProcess) -> None:
    drop(system, "b1", SITS + "0000001/1,IL5101,A1,2026,T2,,1,52,,15,,,C,k\r\n", **ONE)
    system.load_files()
    answer = system.agree(run="IL5101", **BOARD)
    assert (answer["agreed"], len(answer["extracts"])) == (1, 1)
    assert "S0000001,0000001/1,IL5101,A1,2026 T2,,1,52,52,,agreed,EB-2026-07,2026-07-01" in answers(system, "extracts")
    assert "IL5101" in requests.get(system.url, timeout=10).text


@pytest.mark.parametrize(("board", "is_rejected"), [("", True), ("EB-2026-07", True), ("CA-2026-11", False)])
def test_an_agreed_file_mark_moves_on_a_new_minute_only(
    system: RecordSystemProcess, board: str, is_rejected: bool,
) -> None:
    line = SITS + "0000001/1,IL5101,A1,2026,T2,,1,{},,15,{},,C,k\r\n"
    drop(system, "b1", line.format(49, ""), rows=1, with_mark=1, marks="49", credits="15")
    system.load_files()
    system.agree(run="IL5101", **BOARD)
    drop(system, "b2", line.format(51, board), rows=1, with_mark=1, marks="51", credits="15")
    system.load_files()
    assert ("exists_different" in answers(system, "rejects")) is is_rejected
    assert system.held.store.all("marks")[0]["actual_mark"] == ("49" if is_rejected else "51")


def test_it_starts_from_the_command_line_and_stops_when_told(tmp_path: Path, students: Path) -> None:
    command = [sys.executable, "-m", "tests.demo.record_system", "--port", "0", "--sftp-port", "0",
               "--data", str(tmp_path / "data"), "--students", str(students)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        assert requests.get(address, timeout=10).status_code == 200
        process.terminate()
        assert process.wait(20) == 0
