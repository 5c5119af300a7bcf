"""Staff accounts from the command line."""

import re

from sqlalchemy import select

from lti_tool.clock import utcnow
from lti_tool.db import Sessions
from lti_tool.models.people import StaffAccount
from lti_tool.services import staff
from tests import factories
from tests.cli.conftest import Cairn


def add(cairn: Cairn, login: str = "dana", *more: str, code: int = 0) -> str:
    return cairn("staff", "add", login, "--name", "Dana of the registry", "--role", "registry", *more, code=code)


def test_an_account_comes_with_a_link_that_works(cairn: Cairn, sessions: Sessions) -> None:
    token = re.search(r"https://cairn\.example/staff/invitation/(\S+)", add(cairn))
    assert token is not None
    with sessions() as session:
        assert staff.invitation(session, token.group(1), utcnow()).login == "dana"


def test_accounts_are_listed_with_roles_and_without_names(cairn: Cairn) -> None:
    add(cairn, "dana", "--role", "secretary")
    told = cairn("staff", "list")
    assert re.search(r"^dana +registry, secretary  \(invited\)$", told, re.MULTILINE)
    assert "Dana" not in told


def test_course_roles_are_not_given_here(cairn: Cairn) -> None:
    told = cairn("staff", "add", "bob", "--name", "Bob", "--role", "instructor", code=2)
    assert "'instructor' is not one of 'chair'" in told
    assert "--role" in cairn("staff", "add", "bob", "--name", "Bob", code=2)


def test_a_login_is_taken_once(cairn: Cairn) -> None:
    add(cairn)
    assert "The login dana is taken." in add(cairn, "Dana", code=2)


def test_a_fresh_link_puts_the_old_one_out_of_use(cairn: Cairn) -> None:
    first = add(cairn).split()[-1]
    second = cairn("staff", "invite", "Dana").split()[-1]
    assert second.startswith("https://cairn.example/staff/invitation/")
    assert first != second


def test_nobody_of_another_institution_is_invited(cairn: Cairn, sessions: Sessions) -> None:
    with sessions.begin() as session:
        factories.institution(session, "elsewhere")
    add(cairn, "dana", "--institution", "elsewhere")
    told = cairn("staff", "invite", "dana", "--institution", "inverlea", code=2)
    assert "Nobody signs in as dana." in told
    with sessions() as session:
        assert session.scalars(select(StaffAccount.login)).all() == ["dana"]


def test_who_leaves_is_removed_and_comes_back_by_invitation(cairn: Cairn) -> None:
    add(cairn)
    assert "signs in no more" in cairn("staff", "remove", "dana")
    assert re.search(r"^dana +registry  \(removed\)$", cairn("staff", "list"), re.MULTILINE)
    assert "/staff/invitation/" in cairn("staff", "invite", "dana")
    assert "(invited)" in cairn("staff", "list")
    assert "Nobody signs in as nobody." in cairn("staff", "remove", "nobody", code=2)


def test_roles_are_given_anew(cairn: Cairn) -> None:
    add(cairn, "iris", "--role", "it_admin")
    assert "iris is auditor, it_admin now." in cairn("staff", "roles", "iris", "auditor", "it_admin")
    assert "is the last who looks after the machines" in cairn("staff", "roles", "iris", "auditor", code=2)
    cairn("staff", "roles", "iris", "auditor", "--force")
    assert re.search(r"^iris +auditor", cairn("staff", "list"), re.MULTILINE)
