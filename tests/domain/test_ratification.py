"""Alice chairs, Bob teaches, Rita and Ravi are registry, Sam is secretary, Charlie is a stranger."""

from dataclasses import replace

import pytest

from lti_tool.domain.quorum import Attendance
from lti_tool.domain.ratification import (
    Actor,
    Allowed,
    Answer,
    Authority,
    RatificationFacts,
    Refused,
    ResultState,
    Role,
    ScoreEffect,
    can_move,
    effect_of_score,
    may_approve_amendment,
    may_confirm_minute,
    may_edit_result,
    may_enter_minute,
    may_propose_amendment,
    may_ratify,
    may_rescind,
    may_transmit,
)

PROVISIONAL, RATIFIED, AMENDED, RESCINDED = ResultState


def actor(person: str, *roles: Role) -> Actor:
    return Actor(person=person, roles=frozenset(roles))


ALICE = actor("alice", Role.CHAIR)
BOB = actor("bob", Role.INSTRUCTOR)
RITA = actor("rita", Role.REGISTRY)
RAVI = actor("ravi", Role.REGISTRY)
SAM = actor("sam", Role.SECRETARY)
IVAN = actor("ivan", Role.IT_ADMIN)
EVA = actor("eva", Role.EXTERNAL)
CHARLIE = actor("charlie")
MACHINE = actor("machine", Role.INTEGRATION)
QUORATE = Attendance(
    internal_members=frozenset({"alice", "bob", "dora"}),
    internal_present=frozenset({"alice", "dora"}),
    external_present=frozenset({"eva"}),
)
BOARD = RatificationFacts(
    authority=Authority.CAIRN,
    state=PROVISIONAL,
    seen="d1",
    current="d1",
    markers=frozenset({"bob"}),
    learner="lena",
    attendance=QUORATE,
)


def why(answer: Answer) -> str:
    return answer.why if isinstance(answer, Refused) else "allowed"


@pytest.mark.parametrize(
    ("who", "state", "as_final", "expected"),
    [
        pytest.param(RITA, PROVISIONAL, True, "not_ratified", id="I1 nothing final before ratification"),
        pytest.param(RITA, PROVISIONAL, False, "allowed", id="I1 a waiting room may have it"),
        pytest.param(RITA, RATIFIED, True, "allowed", id="ratified"),
        pytest.param(RITA, AMENDED, True, "allowed", id="amended"),
        pytest.param(RITA, RESCINDED, True, "not_ratified", id="rescinded"),
        pytest.param(MACHINE, RATIFIED, True, "allowed", id="I16 an integration posts ratified data"),
        pytest.param(MACHINE, PROVISIONAL, True, "not_ratified", id="I16 and only that"),
        pytest.param(BOB, RATIFIED, True, "role", id="a teacher sends nothing"),
        pytest.param(IVAN, RATIFIED, True, "role", id="I16 nor does IT"),
        pytest.param(ALICE, RATIFIED, True, "role", id="nor the chair"),
    ],
)
def test_who_may_transmit(who: Actor, state: ResultState, as_final: bool, expected: str) -> None:
    assert why(may_transmit(who, state=state, as_final=as_final)) == expected


@pytest.mark.parametrize(
    ("who", "state", "expected"),
    [
        pytest.param(BOB, PROVISIONAL, "allowed", id="the marker, before"),
        pytest.param(BOB, RATIFIED, "ratified", id="I2 nobody, after"),
        pytest.param(RITA, RATIFIED, "ratified", id="I2 not registry either"),
        pytest.param(BOB, RESCINDED, "ratified", id="I2 nor what was taken back"),
        pytest.param(EVA, PROVISIONAL, "role", id="I16 an external writes no marks"),
        pytest.param(IVAN, PROVISIONAL, "role", id="I16 nor does IT"),
    ],
)
def test_who_may_edit_a_result(who: Actor, state: ResultState, expected: str) -> None:
    assert why(may_edit_result(who, state=state)) == expected


@pytest.mark.parametrize(
    ("who", "facts", "expected"),
    [
        pytest.param(ALICE, BOARD, "allowed", id="the chair of a quorate board"),
        pytest.param(BOB, BOARD, "role", id="a marker"),
        pytest.param(SAM, BOARD, "role", id="a secretary"),
        pytest.param(ALICE, replace(BOARD, state=RATIFIED), "ratified", id="I2 once only"),
        pytest.param(ALICE, replace(BOARD, current="d2"), "changed_since_seen", id="changed since it was seen"),
        pytest.param(ALICE, replace(BOARD, learner="alice"), "conflict", id="oneself"),
        pytest.param(ALICE, replace(BOARD, conflicted=frozenset({"alice"})), "conflict", id="I17 a declared conflict"),
        pytest.param(ALICE, replace(BOARD, markers=frozenset({"alice"})), "conflict", id="I16 the sole marker"),
        pytest.param(ALICE, replace(BOARD, markers=frozenset({"alice", "bob"})), "allowed", id="one marker of two"),
        pytest.param(
            ALICE, replace(BOARD, conflicted=frozenset({"dora"})), "quorum", id="I17 a conflict leaves the quorum"
        ),
        pytest.param(ALICE, replace(BOARD, attendance=None), "quorum", id="nobody recorded"),
        pytest.param(
            RITA, replace(BOARD, authority=Authority.MINUTED, attendance=None), "allowed", id="a minute by registry"
        ),
        pytest.param(ALICE, replace(BOARD, authority=Authority.MINUTED), "role", id="a chair does not minute here"),
        pytest.param(
            MACHINE, replace(BOARD, authority=Authority.RECORD_SYSTEM), "allowed", id="the agreed state read back"
        ),
        pytest.param(ALICE, replace(BOARD, authority=Authority.RECORD_SYSTEM), "role", id="no board where they ratify"),
        pytest.param(
            actor("bob", Role.CHAIR, Role.INSTRUCTOR), BOARD, "conflict", id="I16 persons, not roles, are compared"
        ),
    ],
)
def test_who_may_ratify(who: Actor, facts: RatificationFacts, expected: str) -> None:
    assert why(may_ratify(who, facts)) == expected


def test_a_missing_quorum_is_explained_in_numbers() -> None:
    answer = may_ratify(ALICE, replace(BOARD, conflicted=frozenset({"dora"})))
    assert isinstance(answer, Refused) and "1 of 3 internal members present, 2 needed" in answer.text


@pytest.mark.parametrize(
    ("who", "entered_by", "current", "expected"),
    [
        pytest.param(RAVI, "rita", "d1", "allowed", id="a second person"),
        pytest.param(RITA, "rita", "d1", "four_eyes", id="the same person"),
        pytest.param(actor("rita", Role.SECRETARY), "rita", "d1", "four_eyes", id="the same person in another role"),
        pytest.param(BOB, "rita", "d1", "role", id="a teacher"),
        pytest.param(RAVI, "rita", "d2", "changed_since_seen", id="another list"),
    ],
)
def test_who_may_confirm_a_minute(who: Actor, entered_by: str, current: str, expected: str) -> None:
    assert why(may_confirm_minute(who, entered_by=entered_by, seen="d1", current=current)) == expected


def test_nobody_confirms_a_minute_with_an_own_result() -> None:
    assert why(may_confirm_minute(RAVI, entered_by="rita", seen="d1", current="d1", learners=["ravi"])) == "conflict"


@pytest.mark.parametrize(("who", "expected"), [(RITA, "allowed"), (SAM, "allowed"), (BOB, "role"), (CHARLIE, "role")])
def test_who_may_enter_a_minute(who: Actor, expected: str) -> None:
    assert why(may_enter_minute(who)) == expected


@pytest.mark.parametrize(
    ("who", "state", "expected"),
    [
        pytest.param(BOB, RATIFIED, "allowed", id="a marker"),
        pytest.param(RITA, AMENDED, "allowed", id="registry, again"),
        pytest.param(BOB, PROVISIONAL, "not_ratified", id="before ratification the mark itself is corrected"),
        pytest.param(EVA, RATIFIED, "role", id="an external comments"),
        pytest.param(IVAN, RATIFIED, "role", id="I16 IT"),
        pytest.param(CHARLIE, RATIFIED, "role", id="a stranger"),
    ],
)
def test_who_may_propose_an_amendment(who: Actor, state: ResultState, expected: str) -> None:
    assert why(may_propose_amendment(who, state=state)) == expected


@pytest.mark.parametrize(
    ("who", "proposed_by", "expected"),
    [
        pytest.param(ALICE, "bob", "allowed", id="the chair"),
        pytest.param(ALICE, "alice", "four_eyes", id="I2 not one's own"),
        pytest.param(BOB, "bob", "four_eyes", id="I2 nor a coordinator's"),
        pytest.param(RITA, "bob", "role", id="registry"),
    ],
)
def test_who_may_approve_an_amendment(who: Actor, proposed_by: str, expected: str) -> None:
    assert why(may_approve_amendment(who, proposed_by=proposed_by)) == expected


def test_a_conflicted_chair_approves_nothing() -> None:
    assert why(may_approve_amendment(ALICE, proposed_by="bob", learner="alice")) == "conflict"
    assert why(may_approve_amendment(ALICE, proposed_by="bob", conflicted=["alice"])) == "conflict"
    assert why(may_approve_amendment(ALICE, proposed_by="bob", markers=["alice"])) == "conflict"


@pytest.mark.parametrize(
    ("who", "state", "expected"),
    [(ALICE, RATIFIED, "allowed"), (ALICE, PROVISIONAL, "not_ratified"), (RITA, RATIFIED, "role")],
)
def test_who_may_rescind(who: Actor, state: ResultState, expected: str) -> None:
    assert why(may_rescind(who, state=state, proposed_by="bob")) == expected


@pytest.mark.parametrize(
    ("state", "to"),
    [(PROVISIONAL, {RATIFIED}), (RATIFIED, {AMENDED, RESCINDED}), (AMENDED, {AMENDED, RESCINDED}), (RESCINDED, set())],
)
def test_where_a_result_may_go(state: ResultState, to: set[ResultState]) -> None:
    assert {other for other in ResultState if can_move(state, other)} == to


def test_i3_a_score_after_ratification_is_a_discrepancy() -> None:
    assert effect_of_score(PROVISIONAL) is ScoreEffect.ACCEPTED
    assert {effect_of_score(state) for state in (RATIFIED, AMENDED, RESCINDED)} == {ScoreEffect.ACCEPTED_AS_DISCREPANCY}


def test_every_refusal_is_a_sentence() -> None:
    refusals = [
        may_transmit(BOB, state=RATIFIED),
        may_edit_result(BOB, state=RATIFIED),
        may_ratify(ALICE, replace(BOARD, current="d2")),
        may_confirm_minute(RITA, entered_by="rita"),
        may_rescind(ALICE, state=PROVISIONAL, proposed_by="bob"),
    ]
    assert all(isinstance(answer, Refused) and answer.text.endswith(".") for answer in refusals)
    assert may_enter_minute(RITA) == Allowed()
