"""The extract is the authority: shown, applied as shown, idempotent; nobody is deleted, nobody merged (I11, I12)."""

from datetime import date
from pathlib import Path
from threading import Barrier, Thread

import pytest
import yaml
from sqlalchemy import select

from lti_tool.models.audit import AuditEntry
from lti_tool.models.catalogue import Enrolment, ExtractImport
from lti_tool.models.people import Person, PersonIdentifier
from lti_tool.services import catalogue, descriptors, extracts, held, identity
from lti_tool.services.catalogue import RunDescriptor
from lti_tool.services.errors import NotFound, Refused
from tests import factories
from tests.services.taking_in import Intake, mark

HEAD = (
    "student,registration,run,occurrence,period,component,scale,family_name,given_name,status,status_on,remote_id,email"
)
STORY = Path(__file__).parents[1] / "demo" / "story"


@pytest.fixture
def intake(session, now):
    return Intake(session, now)


def extract(*rows):
    return "\n".join([HEAD, *rows]).encode()


def line(student="1001", registration="1001/1", component="", names="Kerr,Ann", status="registered,", more=","):
    return f"{student},{registration},IL5101,A1,2026/T2,{component},PGT,{names},{status},{more}"


def apply(intake, content, digest=None):
    shown = extracts.preview(intake.session, intake.institution.id, content)
    return extracts.apply(intake.session, intake.actor(), content, digest or shown.digest, intake.now, "extract.csv")


def everybody(session):
    return session.scalars(select(Enrolment).order_by(Enrolment.registration)).all()


def test_a_preview_changes_nothing(session, intake):
    shown = extracts.preview(session, intake.institution.id, extract(line()))
    assert shown.totals == {"rows": 1, "new": 1, "changed": 0, "unchanged": 0, "problems": 0, "missing": 0}
    assert everybody(session) == []


def test_people_registrations_and_names_of_components_are_made(session, intake, now):
    apply(intake, extract(line(more="P1,ann@example.org"), line(component="CRIT")))
    (ann,) = everybody(session)
    assert (ann.registration, ann.remote_person, ann.status) == ("1001/1", "P1", "registered")
    assert ann.regulation_set_id == intake.regulations.id  # I11 pinned
    assert (ann.person.display_name, ann.person.email) == ("Ann Kerr", "ann@example.org")
    assert ann.person.data_key is not None
    assert session.scalars(select(PersonIdentifier.value)).all() == ["1001"]
    assert intake.part("CRIT").scale == "PGT"
    kept = session.scalars(select(ExtractImport)).one()
    assert (kept.rows, kept.file_name, kept.imported_by, kept.imported_at) == (
        2,
        "extract.csv",
        intake.people["dana"].id,
        now,
    )


def test_applying_twice_changes_nothing_more(session, intake):
    content = extract(line(), line(component="CRIT"))
    apply(intake, content)
    people = len(session.scalars(select(Person)).all())
    again = apply(intake, content)
    assert again.totals["unchanged"] == 2 and again.totals["new"] == again.totals["changed"] == 0
    assert len(everybody(session)) == 1 and len(session.scalars(select(Person)).all()) == people


def test_only_what_was_shown_is_applied(session, intake):
    shown = extracts.preview(session, intake.institution.id, extract(line()))
    with pytest.raises(Refused, match="since the preview"):
        apply(intake, extract(line(), line("1002", "1002/1")), shown.digest)
    apply(intake, extract(line()))
    with pytest.raises(Refused, match="since the preview"):  # what we hold has changed
        apply(intake, extract(line()), shown.digest)


def test_of_two_who_apply_it_at_once_one_is_told_to_look_again(sessions, now):
    with sessions.begin() as session:
        intake = Intake(session, now)
        actor, content = intake.actor(), extract(line())
        digest = extracts.preview(session, actor.institution_id, content).digest
    start, said = Barrier(2), []

    def one():
        start.wait()
        try:
            with sessions.begin() as session:
                extracts.apply(session, actor, content, digest, now)
            said.append("applied")
        except Refused as refused:
            said.append(refused.code)

    threads = [Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["applied", "changed"]
    with sessions() as session:
        assert len(everybody(session)) == 1


def test_another_day_of_the_same_status_is_taken_over(session, intake):
    apply(intake, extract(line(status="withdrawn,2026-06-20")))
    done = apply(intake, extract(line(status="withdrawn,2026-05-20")))
    assert done.plans[0].changes == ("withdrawn since 2026-05-20",)
    assert everybody(session)[0].status_on == date(2026, 5, 20)
    assert apply(intake, extract(line(status="withdrawn,"))).totals["unchanged"] == 1, "no day says nothing"


def test_bad_rows_are_left_out_and_the_others_applied(session, intake):
    done = apply(intake, extract(line(), line("", "1002/1"), line("1003", "1003/1", component="VIVA")))
    assert [(problem.line) for problem in done.problems] == [3, 4]
    assert [enrolment.registration for enrolment in everybody(session)] == ["1001/1"]


def test_i12_two_people_with_one_name_stay_two(session, intake):
    apply(intake, extract(line(), line("1002", "1002/1")))
    first, second = everybody(session)
    assert first.person_id != second.person_id
    assert first.person.display_name == second.person.display_name == "Ann Kerr"


@pytest.mark.parametrize("status, day", [("withdrawn,2026-04-10", "2026-04-10"), ("paused,", "2026-06-01")])
def test_a_change_of_status_is_dated_and_in_the_audit(session, intake, status, day):
    apply(intake, extract(line()))
    apply(intake, extract(line(status=status)))
    (ann,) = everybody(session)
    assert (ann.status, ann.status_on.isoformat()) == (status.split(",")[0], day)
    assert "registration_status" in session.scalars(select(AuditEntry.action)).all()


def test_somebody_missing_is_reported_and_stays(session, intake):
    apply(intake, extract(line(), line("1002", "1002/1")))
    done = apply(intake, extract(line("1002", "1002/1")))
    assert done.missing == ("1001/1",)
    assert [enrolment.status for enrolment in everybody(session)] == ["registered", "registered"]


def test_a_new_name_is_taken_over_and_an_empty_one_is_not(session, intake):
    apply(intake, extract(line(more=",ann@example.org")))
    apply(intake, extract(line(names="Kerr-Lee,")))
    (ann,) = everybody(session)
    assert (ann.person.family_name, ann.person.given_name, ann.person.email) == ("Kerr-Lee", "Ann", "ann@example.org")
    assert ann.person.display_name == "Ann Kerr-Lee", "the screens and the record show her new name"


def test_a_name_that_stays_keeps_how_somebody_is_called(session, intake):
    apply(intake, extract(line()))
    (ann,) = everybody(session)
    ann.person.display_name = "Dr Ann Kerr"
    apply(intake, extract(line(status="paused,2026-05-01")))
    assert ann.person.display_name == "Dr Ann Kerr"


def test_accounts_with_the_number_find_their_person(session, intake, now):
    account = intake.account("user-1", sourcedid="1001")
    held.hold(session, intake.part(), mark("60"), held.UNKNOWN, now, lti_user=account)
    done = apply(intake, extract(line()))
    assert done.matched == 1 and account.match == identity.MATCHED
    assert [row.raw for row in intake.outcomes(everybody(session)[0])] == [60]


def test_a_run_of_another_institution_is_unknown(session, intake, now):
    other = factories.institution(session, "elsewhere")
    shown = extracts.preview(session, other.id, extract(line()))
    assert shown.totals["new"] == 0 and "no run" in shown.problems[0].text


def test_no_institution_is_not_found(session, intake):
    with pytest.raises(NotFound):
        extracts.preview(session, 99, extract(line()))


def test_the_extract_of_the_story_is_applied_whole(session, now):
    intake = Intake(session, now, "story")
    for entry in yaml.safe_load((STORY / "achievements.yaml").read_text(encoding="utf-8"))["achievements"]:
        made = catalogue.create_draft(session, intake.institution.id, descriptors.read({**entry, "destination": None}))
        catalogue.publish(session, made, intake.actor(), now)
        run = entry["run"]
        catalogue.open_run(
            session, made, RunDescriptor(code=run["code"], occurrence=run["occurrence"], period=run["period"])
        )
    first = apply(intake, (STORY / "extract.csv").read_bytes())
    assert first.problems == () and len(everybody(session)) >= 78
    then = apply(intake, (STORY / "extract_update.csv").read_bytes())
    assert then.problems == () and then.totals["changed"] > 0
    assert {enrolment.status for enrolment in everybody(session)} == {"registered", "paused", "withdrawn"}
