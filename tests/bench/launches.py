"""Cairn for the launch benchmark: a database with so many registrations, and the application that gunicorn serves.

As a program it prepares the database that BENCH_DATABASE names, with BENCH_REGISTRATIONS registrations of the rig's
platform. Every launch lands on the real first page of whoever launched.
"""

import os

from flask import Flask

import lti_tool.models  # noqa: F401  (makes every table known)
from lti_tool.app import create_app
from lti_tool.clock import utcnow
from lti_tool.db import Base, make_engine, make_sessions
from lti_tool.models.institution import Institution
from lti_tool.models.platform import Deployment, Registration
from lti_tool.seal import Sealer
from lti_tool.services import registrations
from lti_tool.settings import Settings

KEY = bytes(range(32))


def main() -> None:
    engine = make_engine(_url())
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    platform = os.environ["BENCH_PLATFORM"]
    with make_sessions(engine, Sealer([KEY])).begin() as session:
        university = Institution(code="inverlea", name="University of Inverlea", timezone="Europe/London")
        session.add(university)
        session.flush()
        registrations.ensure_keys(session, university.id, utcnow())
        made = [
            Registration(
                institution_id=university.id, name=f"LMS {number}", issuer=f"https://lms{number}.example",
                client_id=f"client-{number}", auth_url=f"{platform}/auth", token_url=f"{platform}/token",
                jwks_url=f"{platform}/jwks",
            )
            for number in range(int(os.environ["BENCH_REGISTRATIONS"]))
        ]
        session.add_all(made)
        session.flush()
        session.add_all(
            Deployment(institution_id=university.id, registration_id=one.id, deployment_id="1") for one in made
        )
    engine.dispose()


def create() -> Flask:
    """The application as it ships, on that database."""
    return create_app(Settings(database_url=_url(), public_url=os.environ["BENCH_BASE"], secret_keys=(KEY,)))


def _url() -> str:
    return os.environ["BENCH_DATABASE"].replace("postgresql+psycopg2", "postgresql+psycopg")


if __name__ == "__main__":
    main()
