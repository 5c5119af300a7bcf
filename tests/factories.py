"""Rows for the tests, by people: Alice chairs, Bob teaches, Charlie is a stranger, Dana is at the registry."""

from collections.abc import Collection
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from sqlalchemy.orm import Session

from lti_tool.models.catalogue import (
    Achievement,
    AchievementVersion,
    Component,
    Enrolment,
    RegulationSet,
    Run,
    RunComponent,
)
from lti_tool.models.delivery import Destination, Feed
from lti_tool.models.institution import Institution
from lti_tool.models.people import LtiUser, Person, PersonIdentifier, StaffAccount, StaffRole
from lti_tool.models.platform import Context, Deployment, Registration
from lti_tool.services import vault

INVERLEA = Path(__file__).parents[1] / "config" / "regulations" / "inverlea-2026.yaml"
LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def institution(session: Session, code: str = "inverlea") -> Institution:
    made = Institution(code=code, name=f"University of {code.title()}", timezone="Europe/London")
    session.add(made)
    session.flush()
    return made


def person(session: Session, institution: Institution, name: str = "Bob", student_number: str = "") -> Person:
    made = vault.new_person(session, institution.id, display_name=name, family_name=name, given_name="")
    if student_number:
        session.add(PersonIdentifier(
            institution_id=institution.id, person_id=made.id, kind="student_number", value=student_number,
        ))
    session.flush()
    return made


def staff_account(session: Session, person: Person, roles: Collection[str]) -> StaffAccount:
    made = StaffAccount(institution_id=person.institution_id, person_id=person.id, login=person.key)
    session.add(made)
    session.flush()
    session.add_all(
        StaffRole(institution_id=person.institution_id, account_id=made.id, role=role) for role in sorted(roles)
    )
    session.flush()
    return made


def registration(session: Session, institution: Institution, issuer: str = "https://lms.example") -> Registration:
    made = Registration(
        institution_id=institution.id, name="Moodle", issuer=issuer, client_id="client-1", auth_url=f"{issuer}/auth",
        token_url=f"{issuer}/token", jwks_url=f"{issuer}/jwks",
    )
    session.add(made)
    session.flush()
    session.add(Deployment(institution_id=institution.id, registration_id=made.id, deployment_id="1"))
    session.flush()
    return made


def context(session: Session, registration: Registration, context_id: str = "course-1") -> Context:
    deployment = session.query(Deployment).filter_by(registration_id=registration.id).one()
    made = Context(
        institution_id=deployment.institution_id, deployment_id=deployment.id, context_id=context_id,
        label="IL5101", title="Seeing the Evidence",
    )
    session.add(made)
    session.flush()
    return made


def lti_user(session: Session, registration: Registration, sub: str = "user-1", **fields: object) -> LtiUser:
    made = LtiUser(
        institution_id=registration.institution_id, registration_id=registration.id, sub=sub, seen_at=LONG_AGO,
        **fields,
    )
    session.add(made)
    session.flush()
    return made


def regulation_set(
    session: Session, institution: Institution, code: str = "INV-2026.1", text: str = ""
) -> RegulationSet:
    text = text or INVERLEA.read_text(encoding="utf-8")
    made = RegulationSet(
        institution_id=institution.id, code=code, name=code, text=text, digest="0" * 64, cases_passed_at=LONG_AGO,
    )
    session.add(made)
    session.flush()
    return made


def version(
    session: Session, institution: Institution, regulations: RegulationSet | None = None, *, code: str = "IL5101",
    weights: tuple[tuple[str, str], ...] = (("CRIT", "30"), ("PORT", "70")), authority: str = "cairn", credit: int = 15,
) -> AchievementVersion:
    """A published micro-credential with components (code, weight); marks are out of the scale's maximum."""
    family = Achievement(institution_id=institution.id, code=code)
    session.add(family)
    session.flush()
    made = AchievementVersion(
        institution_id=institution.id, achievement_id=family.id,
        regulation_set_id=regulations.id if regulations else None, title="Seeing the Evidence", credit=credit,
        level=11, hours=credit * 10, authority=authority, state="published", published_at=LONG_AGO,
    )
    session.add(made)
    session.flush()
    for position, (name, weight) in enumerate(weights):
        session.add(Component(
            institution_id=institution.id, version_id=made.id, code=name, title=name.title(), position=position,
            weight=Decimal(weight),
        ))
    session.flush()
    return made


def run(session: Session, version: AchievementVersion, occurrence: str = "A1", period: str = "2026/T2") -> Run:
    """A run with a run component per component and one (component None) for the overall result."""
    made = Run(
        institution_id=version.institution_id, version_id=version.id, code=version.achievement.code,
        occurrence=occurrence, period=period, title=version.title,
    )
    session.add(made)
    session.flush()
    for number, component in enumerate([*version.components, None]):
        session.add(RunComponent(
            institution_id=version.institution_id, run_id=made.id, component_id=component.id if component else None,
            remote_component=f"{number + 1:03}" if component else "", scale="PC",
            authority=component.authority if component else "cairn",
        ))
    session.flush()
    return made


def enrolment(session: Session, run: Run, person: Person, registration: str = "") -> Enrolment:
    made = Enrolment(
        institution_id=run.institution_id, run_id=run.id, person_id=person.id,
        regulation_set_id=run.version.regulation_set_id, registration=registration or f"R{person.id:07}/1",
    )
    session.add(made)
    session.flush()
    return made


def destination(
    session: Session, institution: Institution, version: AchievementVersion | None = None, *, name: str = "records",
    connector: str = "memory", **fields: object,
) -> Destination:
    made = Destination(institution_id=institution.id, name=name, connector=connector, **fields)
    session.add(made)
    session.flush()
    if version is not None:
        session.add(Feed(institution_id=institution.id, version_id=version.id, destination_id=made.id))
        session.flush()
    return made
