"""The rulebook: the regulations pinned at registration, read once."""

import pytest

from lti_tool.services import rulebook
from tests import factories
from tests.services.ratifying import University


@pytest.fixture
def university(session, now):
    return University(session, now)


def test_I11_the_pinned_version_is_read_whatever_the_descriptor_says_now(university):
    lena = university.learner(university.run())
    later = university.regulations.text.replace("INV-2026.1", "INV-2027.1")
    stricter = later.replace('pass_mark: "50"', 'pass_mark: "60"')
    newer = factories.regulation_set(university.session, university.institution, "INV-2027.1", text=stricter)
    lena.run.version.regulation_set_id = newer.id
    moss = university.learner(lena.run, "Moss")
    assert rulebook.regulations_of(university.session, lena).pass_mark == 50
    assert rulebook.regulations_of(university.session, moss).pass_mark == 60


def test_a_text_is_read_once(university):
    run = university.run()
    first, second = university.learner(run), university.learner(run, "Moss")
    assert rulebook.regulations_of(university.session, first) is rulebook.regulations_of(university.session, second)


def test_the_version_is_the_code_of_the_set(university):
    university.regulations.code = "INV-2026.1b"
    assert rulebook.regulations_of(university.session, university.learner(university.run())).version == "INV-2026.1b"


def test_I25_without_credit_there_are_none(university):
    assert rulebook.regulations_of(university.session, university.learner(university.run(has_credit=False))) is None
