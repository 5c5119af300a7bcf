"""Real and odd claims as plain values: what is optional and odd is left out, it never fails a launch."""

from dataclasses import replace
from typing import Any

import pytest

from lti_tool.domain.ratification import Role
from lti_tool.lti import claims as names
from lti_tool.lti.reading import launch_from
from lti_tool.lti.registered import Registered
from lti_tool.lti.state import State
from lti_tool.lti.values import GradesClaim, Launch
from tests.platform import recorded

LMS = Registered(
    id=1, key="r1", institution_id=1, issuer="http://localhost:8100", client_id="c", auth_url="http://localhost:8100/auth",
    token_url="http://localhost:8100/token", jwks_url="http://localhost:8100/jwks",
)
STATE = State("r1", "nonce", b"")


def read(**changes: Any) -> Launch:
    return launch_from({**recorded.launch_claims("moodle-launch-student"), **changes}, LMS, STATE)


def test_a_student_in_moodle() -> None:
    launch = read()
    assert launch.user is not None and launch.course is not None and launch.link is not None
    assert (launch.role, launch.user.sub, launch.user.sourcedid) == (Role.LEARNER, "4", "S1000001")
    assert (launch.course.id, launch.course.label, launch.link.id) == ("2", "RIG101", "2")
    assert launch.grades.lineitem.endswith("/lineitem?type_id=1")
    assert launch.memberships_url.endswith("/CourseSection/2/bindings/1/memberships")


@pytest.mark.parametrize("name, role", [
    ("teacher", Role.INSTRUCTOR), ("admin", Role.INSTRUCTOR), ("nonediting-teacher", Role.INSTRUCTOR),
    ("student-ungraded", Role.LEARNER), ("student-noservices", Role.LEARNER),
])
def test_the_roles_that_moodle_sends(name: str, role: Role) -> None:
    assert launch_from(recorded.launch_claims(f"moodle-launch-{name}"), LMS, STATE).role is role


def test_a_link_without_a_grade_column_has_the_container_only() -> None:
    grades = launch_from(recorded.launch_claims("moodle-launch-student-ungraded"), LMS, STATE).grades
    assert grades.lineitems and not grades.lineitem


def test_services_that_are_off_are_absent() -> None:
    launch = launch_from(recorded.launch_claims("moodle-launch-student-noservices"), LMS, STATE)
    assert (launch.grades, launch.memberships_url) == (GradesClaim(), "")


def test_a_person_without_a_number_has_none() -> None:
    user = launch_from(recorded.launch_claims("moodle-launch-student-without-idnumber"), LMS, STATE).user
    assert user is not None and user.sourcedid == ""


@pytest.mark.parametrize("changes, expected", [
    pytest.param({names.LIS: {"person_sourcedid": "S1"}}, "S1", id="LIS"),
    pytest.param({names.LIS: {}, names.CUSTOM: {"student_number": "S2", "person_sourcedid": "S2"}}, "",
                 id="custom fields, which a teacher may have written"),
    pytest.param({names.LIS: {"person_sourcedid": "$Person.sourcedId"}, names.CUSTOM: {"student_number": "S3"}}, "",
                 id="a variable that nobody filled"),
    pytest.param({names.LIS: "S4", names.CUSTOM: {}}, "", id="LIS is a text"),
    pytest.param({names.LIS: {"person_sourcedid": 5}, names.CUSTOM: {}}, "", id="the number is a number"),
])
def test_the_student_number(changes: dict[str, Any], expected: str) -> None:
    user = read(**changes).user
    assert user is not None and user.sourcedid == expected


UNFILLED = {"person_sourcedid": "$Person.sourcedId"}


@pytest.mark.parametrize("lis, custom, expected", [
    pytest.param({}, {"matrikel": "S2"}, ("S2", "custom"), id="where LIS brings none"),
    pytest.param(UNFILLED, {"matrikel": "S2"}, ("S2", "custom"), id="where LIS brings a variable"),
    pytest.param({"person_sourcedid": "S1"}, {"matrikel": "S2"}, ("S1", "lis"), id="LIS first"),
    pytest.param({}, {"matrikel": "$Canvas.user.sisSourceId"}, ("", ""), id="a variable that nobody filled"),
    pytest.param({}, {"student_number": "S3"}, ("", ""), id="another field"),
])
def test_the_one_custom_field_that_a_registration_names(
    lis: dict[str, str], custom: dict[str, str], expected: tuple[str, str]
) -> None:
    claims = {**recorded.launch_claims("moodle-launch-student"), names.LIS: lis, names.CUSTOM: custom}
    user = launch_from(claims, replace(LMS, student_field="matrikel"), STATE).user
    assert user is not None and (user.sourcedid, user.number_from) == expected


@pytest.mark.parametrize("changes, expected", [
    pytest.param({names.TARGET_LINK_URI: "https://cairn.example/lti/c/KEY-1"}, "KEY-1", id="the target address"),
    pytest.param({names.CUSTOM: {"cairn_component": "KEY-2"}}, "KEY-2", id="the custom field"),
    pytest.param({names.TARGET_LINK_URI: "https://cairn.example/lti/c/../x"}, "", id="a path that leads elsewhere"),
    pytest.param({names.CUSTOM: {"cairn_component": "a b"}}, "", id="no key"),
    pytest.param({}, "", id="none"),
])
def test_which_component_a_link_is_for(changes: dict[str, Any], expected: str) -> None:
    assert read(**changes).component_key == expected


@pytest.mark.parametrize("changes", [
    pytest.param({"name": 7, "email": ["a"], "locale": None}, id="names that are no texts"),
    pytest.param({names.AGS_ENDPOINT: ["x"], names.NRPS_SERVICE: "x"}, id="services that are no objects"),
    pytest.param({names.AGS_ENDPOINT: {"scope": "all", "lineitems": 7, "lineitem": "ftp://x"}}, id="odd addresses"),
    pytest.param({names.LAUNCH_PRESENTATION: {"return_url": "javascript:alert(1)"}}, id="an odd way back"),
    pytest.param({names.CONTEXT: None, names.CUSTOM: None}, id="nulls"),
])
def test_odd_optional_claims_are_left_out(changes: dict[str, Any]) -> None:
    launch = read(**changes)
    assert launch.role is Role.LEARNER
    if names.AGS_ENDPOINT in changes:
        assert (launch.grades.lineitems, launch.grades.lineitem) == ("", "")
    if names.LAUNCH_PRESENTATION in changes:
        assert launch.return_url == ""


def test_names_are_cut_to_what_can_be_kept() -> None:
    user = read(name="x" * 300 + "\x00").user
    assert user is not None and user.name == "x" * 255


def test_a_name_in_parts_is_put_together() -> None:
    user = read(name="", given_name="Dora", family_name="Learner").user
    assert user is not None and user.name == "Dora Learner"
