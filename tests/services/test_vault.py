"""Sealing with the right key: what is personal under the person's own, secrets under the installation's."""

import pytest
from sqlalchemy.orm import Session

from lti_tool.models.people import Person
from lti_tool.seal import Sealer, SealError
from lti_tool.services import vault
from tests import factories

MARK = {"mark": "62", "grade": "Merit", "name": "Łucja"}


@pytest.fixture
def lena(session: Session) -> Person:
    return factories.person(session, factories.institution(session), "Lena")


def test_a_document_comes_back_as_it_was(session: Session, lena: Person) -> None:
    sealed = vault.seal_for(session, lena, MARK, "outbox:1")
    assert b"62" not in sealed
    assert vault.open_for(session, lena, sealed, "outbox:1") == MARK


def test_it_opens_in_its_own_place_only(session: Session, lena: Person) -> None:
    sealed = vault.seal_for(session, lena, MARK, "outbox:1")
    with pytest.raises(SealError, match="changed or moved"):
        vault.open_for(session, lena, sealed, "outbox:2")


def test_nobody_elses_key_opens_it(session: Session, lena: Person) -> None:
    omar = vault.new_person(session, lena.institution_id, display_name="Omar")
    assert omar.data_key != lena.data_key
    sealed = vault.seal_for(session, lena, MARK, "outbox:1")
    with pytest.raises(SealError) as refused:
        vault.open_for(session, omar, sealed, "outbox:1")
    assert "62" not in str(refused.value) and "Lena" not in str(refused.value)


def test_once_a_person_is_erased_nobody_reads_it(session: Session, lena: Person) -> None:
    sealed = vault.seal_for(session, lena, MARK, "outbox:1")
    lena.data_key = None
    with pytest.raises(SealError, match="was erased"):
        vault.open_for(session, lena, sealed, "outbox:1")
    with pytest.raises(SealError, match="was erased"):
        vault.seal_for(session, lena, MARK, "outbox:2")


def test_a_persons_key_moved_to_another_person_does_not_open(session: Session, lena: Person) -> None:
    omar = vault.new_person(session, lena.institution_id, display_name="Omar")
    sealed = vault.seal_for(session, lena, MARK, "outbox:1")
    omar.data_key = lena.data_key
    with pytest.raises(SealError):
        vault.open_for(session, omar, sealed, "outbox:1")


def test_secrets_of_systems_are_under_the_installations_key(session: Session) -> None:
    sealed = vault.seal_secret(session, {"client_secret": "hush"}, "destination:1")
    assert b"hush" not in sealed
    assert vault.open_secret(session, sealed, "destination:1") == {"client_secret": "hush"}
    with pytest.raises(SealError):
        vault.open_secret(session, sealed, "destination:2")


def test_a_new_key_in_front_still_opens_what_the_old_one_sealed(session: Session, lena: Person) -> None:
    sealed = vault.seal_for(session, lena, MARK, "outbox:1")
    old = session.info["sealer"]
    session.info["sealer"] = Sealer([bytes(32), bytes(range(32))])
    try:
        assert vault.open_for(session, lena, sealed, "outbox:1") == MARK
    finally:
        session.info["sealer"] = old
