"""What speaks against publishing is said in whole sentences (I6, I25)."""

from decimal import Decimal

import pytest

from lti_tool.services import publication
from tests import factories
from tests.services.taking_in import Intake


@pytest.fixture
def version(session, now):
    return Intake(session, now).run.version


def without_clause(version):
    version.regulation_set.text = version.regulation_set.text.replace(
        next(line for line in version.regulation_set.text.splitlines() if line.lstrip().startswith("pass_mark: {ref")),
        "",
    )


def failing_case(version):
    version.regulation_set.text = version.regulation_set.text.replace('max_attempts: 2', 'max_attempts: 3')


def no_regulations(version):
    version.regulation_set = None


def unproven(version):
    version.regulation_set.cases_passed_at = None


def no_authority(version):
    version.authority = "none"


def weights(version):
    version.components[0].weight = Decimal(20)


def no_outcomes(version):
    version.kind = "outcomes"


@pytest.mark.parametrize("spoil, says", [
    pytest.param(no_regulations, "needs a regulation set", id="I25 credit without regulations"),
    pytest.param(failing_case, "fails", id="a worked case fails"),
    pytest.param(unproven, "have not been run", id="cases never run"),
    pytest.param(without_clause, "pass_mark has no clause", id="a clause is missing"),
    pytest.param(no_authority, "who ratifies", id="credit that nobody ratifies"),
    pytest.param(weights, "Weights must total 100, and 20 + 70 = 90", id="I6 weights"),
    pytest.param(no_outcomes, "there are none", id="judged by outcomes without any"),
])
def test_a_reason_against_publishing(session, version, spoil, says):
    assert publication.reasons_against(session, version) == []
    spoil(version)
    session.flush()
    assert says in " ".join(publication.reasons_against(session, version))


def test_i25_without_credit_no_regulations_and_no_feed(session, now):
    university = factories.institution(session)
    version = factories.version(session, university, None, code="IL0001", credit=0, authority="none")
    assert publication.reasons_against(session, version) == []
    factories.destination(session, university, version)
    assert "can have no feed" in publication.reasons_against(session, version)[0]
