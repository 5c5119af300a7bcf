"""The catalogue: regulations word for word, versions that stand, runs as the record system names them."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from lti_tool.models.audit import AuditEntry
from lti_tool.models.outcome import Judgement
from lti_tool.services import catalogue, descriptors, outcomes
from lti_tool.services.catalogue import RunDescriptor
from lti_tool.services.errors import NotFound, Refused
from tests import factories
from tests.services.taking_in import Intake, mark
from tests.services.test_descriptors import PLAIN

SHIPPED = Path("config/regulations/inverlea-2026.yaml").read_text(encoding="utf-8")


@pytest.fixture
def intake(session, now):
    return Intake(session, now)


@pytest.fixture
def university(session):
    return factories.institution(session)


def draft(session, university, **change):
    descriptor = descriptors.read({**PLAIN, "feeds": [], **change})
    return catalogue.create_draft(session, university.id, descriptor)


def test_a_set_is_kept_word_for_word_and_its_cases_run(session, university, now):
    (kept,) = catalogue.load_regulations(session, university.id, SHIPPED, now)
    assert kept.text == SHIPPED and kept.code == "INV-2026.1" and len(kept.digest) == 64
    assert kept.cases_passed_at == now
    assert catalogue.regulation_sets(session, university.id) == [kept]


def test_the_same_text_again_changes_nothing(session, university, now):
    first = catalogue.load_regulations(session, university.id, SHIPPED, now)
    assert catalogue.load_regulations(session, university.id, SHIPPED, now) == first


def test_another_text_under_the_same_code_is_refused(session, university, now):
    catalogue.load_regulations(session, university.id, SHIPPED, now)
    with pytest.raises(Refused, match="a code of its own"):
        catalogue.load_regulations(session, university.id, SHIPPED.replace('max_attempts: 2', 'max_attempts: 3'), now)


@pytest.mark.parametrize(
    "text, says",
    [
        ("scales: [", "not readable as YAML"),
        ("version: 1\n", "regulation"),
        ("version: 1\nregulations: {}\n", "holds no"),
    ],
)
def test_an_unreadable_file_is_refused_in_a_sentence(session, university, now, text, says):
    with pytest.raises(Refused, match=says):
        catalogue.load_regulations(session, university.id, text, now)


def test_a_failing_case_is_named_and_takes_the_proof_away(session, university, now):
    (kept,) = catalogue.load_regulations(session, university.id, SHIPPED, now)
    kept.text = SHIPPED.replace('max_attempts: 2', 'max_attempts: 3')
    reasons = catalogue.check_cases(session, kept, now)
    assert any("fails" in reason for reason in reasons) and kept.cases_passed_at is None


def test_a_draft_is_the_next_version_of_its_family(session, university, now):
    catalogue.load_regulations(session, university.id, SHIPPED, now)
    first, second = draft(session, university), draft(session, university, title="Seeing more")
    assert (first.version, second.version) == (1, 2) and first.achievement_id == second.achievement_id
    assert [component.code for component in second.components] == ["CRIT", "PORT"]
    assert first.title == "Seeing the Evidence"


@pytest.mark.parametrize(
    "change, says", [({"regulations": "INV-1900"}, "not loaded"), ({"feeds": ["moon"]}, "no destination")]
)
def test_a_draft_names_what_there_is(session, university, now, change, says):
    catalogue.load_regulations(session, university.id, SHIPPED, now)
    with pytest.raises(Refused, match=says):
        draft(session, university, **change)


def test_publishing_makes_final_and_is_in_the_audit(session, intake, now):
    made = draft(session, intake.institution, code="IL9")
    catalogue.publish(session, made, intake.actor(), now)
    assert made.state == "published" and made.published_at == now
    assert session.scalars(select(AuditEntry.action)).all() == ["publish"]
    with pytest.raises(Refused, match="published already"):
        catalogue.publish(session, made, intake.actor(), now)


def test_every_reason_against_publishing_is_said_at_once(session, intake, now):
    made = draft(session, intake.institution, code="IL9")
    intake.regulations.cases_passed_at = None
    made.components[0].weight = Decimal(20)
    with pytest.raises(Refused, match="have not been run.*total 100"):
        catalogue.publish(session, made, intake.actor(), now)
    assert made.state == "draft"


def test_another_institution_cannot_publish_it(session, intake, now):
    stranger = Intake(session, now, "elsewhere")
    with pytest.raises(NotFound):
        catalogue.publish(session, draft(session, intake.institution, code="IL9"), stranger.actor(), now)


def test_the_weights_of_a_draft_may_change(session, intake):
    made = draft(session, intake.institution, code="IL9")
    catalogue.change_weights(session, made, {"CRIT": Decimal(40), "PORT": Decimal(60)})
    assert [component.weight for component in made.components] == [40, 60]
    with pytest.raises(Refused, match="no component X"):
        catalogue.change_weights(session, made, {"X": Decimal(1)})


def test_i6_weights_after_the_first_mark_need_a_new_version(session, intake, now):
    version = intake.run.version
    version.state = "draft"
    catalogue.change_weights(session, version, {"CRIT": Decimal(30)})
    outcomes.append(session, intake.learner(), intake.part(), mark("60"), now)
    with pytest.raises(Refused, match="make a new version"):
        catalogue.change_weights(session, version, {"CRIT": Decimal(30)})


def test_i6_a_judgement_is_a_mark_too(session, intake, now):
    enrolment = intake.learner()
    session.add(Judgement(
        institution_id=intake.institution.id, enrolment_id=enrolment.id, outcome="LO1", is_met=True, judged_at=now,
    ))
    session.flush()
    assert catalogue.has_marks(session, intake.run.version)


def test_i6_a_published_version_keeps_its_weights(session, intake):
    with pytest.raises(Refused, match="make a new version"):
        catalogue.change_weights(session, intake.run.version, {"CRIT": Decimal(40)})


def test_a_run_has_a_row_per_component_and_one_for_the_overall_result(session, intake):
    due = datetime(2026, 5, 8, 16, 0, tzinfo=UTC)
    made = catalogue.open_run(session, intake.run.version, RunDescriptor(
        code="IL5101", occurrence="B", period="2026/T3", scale="PGT", due_at={"PORT": due}, remote={"CRIT": "001"},
    ))
    assert [part.component.code if part.component else "" for part in made.components] == ["CRIT", "PORT", ""]
    assert [part.remote_component for part in made.components] == ["001", "", ""]
    assert [part.due_at for part in made.components] == [None, due, None]
    assert [part.authority for part in made.components] == ["lms", "lms", "cairn"]
    with pytest.raises(Refused, match="open already"):
        catalogue.open_run(session, intake.run.version, RunDescriptor(code="IL5101", occurrence="B", period="2026/T3"))


def test_only_a_published_version_runs(session, intake):
    with pytest.raises(Refused, match="Publish"):
        catalogue.open_run(session, draft(session, intake.institution, code="IL9"), RunDescriptor(code="IL9"))


def test_the_authority_is_chosen_before_the_first_mark(session, intake, now):
    part = intake.part()
    catalogue.choose_authority(session, intake.actor(), part.key, "cairn", now)
    catalogue.choose_authority(session, intake.actor(), part.key, "lms", now)
    outcomes.append(session, intake.learner(), part, mark("60"), now)
    with pytest.raises(Refused, match="can no longer change"):
        catalogue.choose_authority(session, intake.actor(), part.key, "cairn", now)
    assert part.authority == "lms"


def test_a_column_that_is_there_turns_with_the_authority(session, intake, now):
    """Else marks made here would never reach it, and the page would still promise that they do."""
    column, part = intake.column(), intake.part()
    for authority, is_ours in (("cairn", True), ("lms", False)):
        catalogue.choose_authority(session, intake.actor(), part.key, authority, now)
        assert column.is_ours_to_fill is is_ours


def test_the_authority_of_another_institution_is_not_found(session, intake, now):
    stranger = Intake(session, now, "elsewhere")
    with pytest.raises(NotFound):
        catalogue.choose_authority(session, stranger.actor(), intake.part().key, "cairn", now)
    with pytest.raises(Refused, match="lms"):
        catalogue.choose_authority(session, intake.actor(), intake.part().key, "moodle", now)
