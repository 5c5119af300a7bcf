"""The audit chain notices every change, and erasure is none."""

import pytest
from sqlalchemy import select, update

from lti_tool.models.audit import AuditEntry, AuditHead
from lti_tool.services import audit
from tests import factories


@pytest.fixture
def university(session):
    return factories.institution(session)


@pytest.fixture
def chain(session, university, now):
    """Three entries, the second about Charlie."""
    charlie = factories.person(session, university, "Charlie")
    for number, whom in enumerate([None, charlie.id, None], 1):
        audit.record(
            session, institution_id=university.id, action="ratify", subject=f"award:{number}", now=now, person=whom,
            details={"mark": "62"},
        )
    session.flush()
    return charlie


def report(session, university):
    session.expire_all()
    return audit.verify(session, university.id)


def test_an_untouched_chain_is_valid(session, university, chain):
    assert report(session, university).is_valid
    assert report(session, university).entries == 3


def test_an_empty_chain_is_valid(session, university):
    assert report(session, university) == audit.ChainReport(entries=0, erased=0, head="")


@pytest.mark.parametrize("field, value", [
    ("action", "rescind"), ("subject", "award:9"), ("clause", "4.2"), ("commitment", "0" * 64),
])
def test_a_changed_entry_is_named(session, university, chain, field, value):
    session.execute(update(AuditEntry).where(AuditEntry.number == 2).values({field: value}))
    assert report(session, university).problem == "entry 2 was changed."


def test_a_missing_entry_is_named(session, university, chain):
    session.delete(session.scalars(select(AuditEntry).where(AuditEntry.number == 2)).one())
    session.flush()
    assert report(session, university).problem == "entry 2 is missing."


def test_a_cut_tail_is_noticed(session, university, chain):
    session.delete(session.scalars(select(AuditEntry).where(AuditEntry.number == 3)).one())
    session.flush()
    assert report(session, university).problem == "the chain ends at 2, its head says 3."


def test_a_changed_head_is_noticed(session, university, chain):
    session.execute(update(AuditHead).values(hash="0" * 64))
    assert not report(session, university).is_valid


def test_details_that_vanish_without_an_erasure_are_noticed(session, university, chain):
    audit.forget(session, chain.id)
    session.flush()
    assert report(session, university).problem == (
        "the details of entry 2 are gone, and nobody they concern was erased."
    )


def test_erasing_a_person_leaves_the_chain_valid(session, university, chain, now):
    assert audit.forget(session, chain.id) == 1
    chain.erased_at = now
    session.flush()
    found = report(session, university)
    assert found.is_valid and found.erased == 1


def test_details_are_readable_until_erased(session, university, chain):
    entry = session.scalars(select(AuditEntry).where(AuditEntry.number == 2)).one()
    assert audit.details_of(session, entry) == {"mark": "62"}
    audit.forget(session, chain.id)
    assert audit.details_of(session, entry) == {}


def test_two_institutions_have_two_chains(session, university, chain, now):
    other = factories.institution(session, "elsewhere")
    audit.record(session, institution_id=other.id, action="ratify", subject="award:1", now=now)
    assert report(session, other).entries == 1
