"""Institutions: added with a code that commands and addresses can carry, and a regulation set that works unedited."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.audit import AuditEntry
from lti_tool.models.institution import Institution
from lti_tool.services import audit, institutions
from lti_tool.services.errors import Refused
from tests.conftest import NOW


def add(session: Session, **other: str) -> Institution:
    given = {"code": "inverlea", "name": "University of Inverlea", "timezone": "Europe/London", **other}
    return institutions.add(session, now=NOW, **given)  # type: ignore[arg-type]


def test_adding_one_begins_its_audit_chain(session: Session) -> None:
    made = add(session)
    assert session.scalars(select(AuditEntry.action).where(AuditEntry.institution_id == made.id)).all() == [
        "institution.add"
    ]
    assert audit.verify(session, made.id).is_valid


@pytest.mark.parametrize(("other", "said"), [
    pytest.param({"code": ""}, "will not do", id="no code"),
    pytest.param({"code": "Inverlea"}, "will not do", id="capitals"),
    pytest.param({"code": "1st"}, "will not do", id="begins with a digit"),
    pytest.param({"code": "a" * 40}, "will not do", id="too long"),
    pytest.param({"code": "inver lea"}, "will not do", id="a blank"),
    pytest.param({"timezone": "Scotland"}, "no time zone. Write it as", id="an unknown time zone"),
    pytest.param({"timezone": "../../etc/passwd"}, "no time zone", id="a path"),
    pytest.param({"timezone": ""}, "no time zone", id="no time zone"),
])
def test_what_will_not_do_is_refused_with_a_sentence(session: Session, other: dict[str, str], said: str) -> None:
    with pytest.raises(Refused, match=said):
        add(session, **other)


def test_a_code_is_taken_once(session: Session) -> None:
    add(session)
    with pytest.raises(Refused, match="taken by another institution"):
        add(session, name="Another")


@pytest.mark.parametrize(("name", "code"), [("inverlea-2026", "INV-2026.1"), ("twenty-point", "INV-20-2026.1")])
def test_a_shipped_set_may_be_published_under_at_once(session: Session, name: str, code: str) -> None:
    made = institutions.load_shipped_regulations(session, add(session), name, NOW)
    assert (made.code, made.cases_passed_at) == (code, NOW)
