"""A course inside an LMS: Bob teaches it, Lena and Omar are on the micro-credential, Della is a degree student and Gast
is unknown. Mallory teaches another course of the university, Eve one of another university."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.clock import utcnow
from lti_tool.db import Sessions, new_key
from lti_tool.models.catalogue import Enrolment
from lti_tool.models.people import LtiUser
from lti_tool.models.platform import Context, LaunchSession, ResourceLink
from lti_tool.services import decisions, launch_sessions, outcomes, registrations
from tests import factories
from tests.services.taking_in import Intake, mark
from tests.web.conftest import Client

RESOURCE, PICK = "LtiResourceLinkRequest", "LtiDeepLinkingRequest"
RETURN = "https://inverlea.example/mod/lti/contentitem_return.php?course=2"
SETTINGS = {
    "return_url": RETURN, "accept_types": ["ltiResourceLink"], "accepts_multiple": True, "accepts_line_item": True,
    "title": "", "has_data": True, "data": "opaque",
}
PEOPLE = {"Lena Łukasiewicz": "S1", "Omar O'Neil": "S2"}


@dataclass
class Classroom:
    """Keys by name, and launches: ``launches["bob"]`` is (key, secret)."""

    app: Flask
    sessions: Sessions
    now: datetime
    launches: dict[str, tuple[str, str]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    def client(self, name: str) -> "Seat":
        """The browser of somebody who has opened the link."""
        key, secret = self.launches[name]
        inner = self.app.test_client()
        inner.set_cookie("cairn-launch", secret, path=f"/l/{key}")
        return Seat(inner, key, secret)

    def mark(self, learner: str, code: str, raw: str, **fields: Any) -> None:
        """A mark of the LMS, read and decided on."""
        with self.sessions.begin() as session:
            enrolment = self.enrolment(session, learner)
            part = next(p for p in enrolment.run.components if p.component and p.component.code == code)
            outcomes.append(session, enrolment, part, mark(raw, **fields), self.now)
            decisions.decide(session, enrolment, self.now)

    def enrolment(self, session: Session, learner: str) -> Enrolment:
        return session.scalars(select(Enrolment).where(Enrolment.key == self.keys[learner])).one()


class Seat(Client):
    """A browser with one launch: paths are those behind it."""

    def __init__(self, inner: FlaskClient, key: str, secret: str) -> None:
        super().__init__(inner, secret)
        self.key = key

    def get(self, path: str = "", **options: Any) -> Any:
        return self.inner.get(f"/l/{self.key}/{path}", **options)

    def post(self, path: str, files: dict[str, Any] | None = None, **fields: Any) -> Any:
        data = {"csrf": self.token, **fields, **(files or {})}
        return self.inner.post(f"/l/{self.key}/{path}", data=data)

    def after(self, path: str, **fields: Any) -> Any:
        """The page that a post leads to."""
        answer = self.post(path, **fields)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return self.inner.get(answer.location)


def furnish(app: Flask, sessions: Sessions, now: datetime) -> Classroom:
    """Fill an empty database; business time stands still at ``now``."""
    app.extensions["cairn"].clock = lambda: now
    room = Classroom(app=app, sessions=sessions, now=now)
    with sessions.begin() as session:
        intake = Intake(session, now)
        _fill(session, intake, room)
        other = Intake(session, now, code="elsewhere")
        eve = other.account("eve", role="instructor", name="Eve")
        open_launch(session, room, "eve", other.context, eve, "instructor")
    return room


def _fill(session: Session, intake: Intake, room: Classroom) -> None:
    registrations.ensure_keys(session, intake.institution.id, room.now)
    context = intake.context
    context.memberships_url, context.lineitems_url = "https://inverlea.example/members", "https://inverlea.example/items"
    for name, number in PEOPLE.items():
        enrolment = intake.learner(name, number)
        enrolment.category = "associate student (credit)"
        room.keys[name.split()[0]] = enrolment.key
        user = intake.account(f"lms-{number}", intake.people[name], name=name)
        open_launch(session, room, name.split()[0].lower(), context, user, "learner")
    della = intake.account("lms-della", match_reason="number_unknown", sourcedid="D9", name="Della Degree")
    open_launch(session, room, "della", context, della, "learner")
    intake.account("lms-gast", match_reason="no_number", name="Gast Guest")
    bob = intake.account("lms-bob", intake.people["bob"], role="instructor", name="Bob")
    tile = ResourceLink(
        institution_id=intake.institution.id, context_id=context.id, resource_link_id="tile",
        run_component_id=intake.part("").id,
    )
    session.add(tile)
    session.flush()
    open_launch(session, room, "bob", context, bob, "instructor", link=tile)
    open_launch(session, room, "bob picks", context, bob, "instructor", kind=PICK)
    open_launch(session, room, "tess", context, bob, "")
    open_launch(session, room, "nobody", context, None, "learner")
    elsewhere = factories.context(session, intake.registration, "course-2")
    mallory = intake.account("lms-mallory", role="instructor", name="Mallory")
    open_launch(session, room, "mallory", elsewhere, mallory, "instructor")
    for part in intake.run.components:
        room.keys[part.component.code if part.component else "overall"] = part.key
        room.ids[part.component.code if part.component else "overall"] = part.id
    room.keys["run"], room.ids["run"], room.ids["context"] = intake.run.key, intake.run.id, context.id
    room.ids["institution"] = intake.institution.id


def open_launch(
    session: Session, room: Classroom, name: str, context: Context, user: LtiUser | None, role: str,
    kind: str = RESOURCE, link: ResourceLink | None = None,
) -> None:
    """A launch as ``/lti/launch`` leaves it."""
    secret = f"secret of {name}"
    launch = LaunchSession(
        institution_id=context.institution_id, secret_hash=launch_sessions.secret_hash(secret),
        nonce_hash=new_key(), registration_id=context.deployment.registration_id,
        deployment_id=context.deployment_id, context_id=context.id,
        resource_link_id=link.id if link else None, lti_user_id=user.id if user else None, role=role, message_type=kind,
        claims={"frame_ancestors": ["https://inverlea.example"], "deep_linking": SETTINGS if kind == PICK else None},
        created_at=utcnow(), expires_at=utcnow() + timedelta(hours=1),
    )
    session.add(launch)
    session.flush()
    room.launches[name] = (launch.key, secret)

