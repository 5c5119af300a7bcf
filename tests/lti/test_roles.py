"""Who has which rights in a course: a principal context role gives them, nothing else does (LTI Core 1.3 §A.2)."""

import pytest

from lti_tool.domain.ratification import Role
from lti_tool.lti.roles import principal_of, role_of
from tests.platform.payloads import INSTRUCTOR, LEARNER, MEMBERSHIP

PERSON = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person"


@pytest.mark.parametrize("roles, expected", [
    pytest.param([INSTRUCTOR], Role.INSTRUCTOR, id="instructor"),
    pytest.param([LEARNER], Role.LEARNER, id="learner"),
    pytest.param(["Instructor"], Role.INSTRUCTOR, id="short deprecated name, instructor"),
    pytest.param(["Learner"], Role.LEARNER, id="short deprecated name, learner"),
    pytest.param([f"{MEMBERSHIP}/Instructor#TeachingAssistant"], Role.INSTRUCTOR, id="a kind of instructor"),
    pytest.param([f"{MEMBERSHIP}/Learner#Instructor"], Role.LEARNER, id="Learner#Instructor is a kind of learner"),
    pytest.param(["Learner#Instructor"], Role.LEARNER, id="the same as a short name"),
    pytest.param([LEARNER, INSTRUCTOR], Role.INSTRUCTOR, id="several: the strongest"),
    pytest.param([f"{PERSON}#Instructor"], None, id="a role of the institution gives nothing"),
    pytest.param([f"{SYSTEM}#Administrator", f"{PERSON}#Administrator"], None, id="administrators of the site neither"),
    pytest.param(["http://example.org/vocab#Instructor"], None, id="an unknown vocabulary"),
    pytest.param([f"{MEMBERSHIP}#Wizard"], None, id="an unknown word"),
    pytest.param([f"{MEMBERSHIP}#Wizard", LEARNER], Role.LEARNER, id="an unknown word beside a known one"),
    pytest.param([f"{MEMBERSHIP}#Mentor"], None, id="an observer sees no marks"),
    pytest.param([f"{MEMBERSHIP}#ContentDeveloper"], None, id="a course designer sees no marks"),
    pytest.param([""], None, id="an empty word"),
    pytest.param([], None, id="no role"),
    pytest.param(["#Instructor"], None, id="a fragment alone"),
    pytest.param([f"{MEMBERSHIP}/a/Instructor#x"], None, id="a deeper path"),
    pytest.param(["http://purl.imsglobal.org/vocab/lis/v2/membershipInstructor#x"], None, id="a look-alike path"),
])
def test_the_right_that_roles_give(roles: list[str], expected: Role | None) -> None:
    assert role_of(roles) is expected


def test_the_word_before_the_hash_is_the_principal_role() -> None:
    assert principal_of(f"{MEMBERSHIP}/Instructor#Grader") == "Instructor"
