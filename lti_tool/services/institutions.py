"""Institutions: adding one, and the regulation set that it starts with."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.models.catalogue import RegulationSet
from lti_tool.models.institution import Institution
from lti_tool.schema import shipped
from lti_tool.services import audit, catalogue
from lti_tool.services.errors import Refused

CODE = re.compile(r"[a-z][a-z0-9-]{1,38}")


def add(session: Session, *, code: str, name: str, timezone: str, now: datetime) -> Institution:
    """A new institution. Raises :class:`Refused` for an odd or taken code, or an unknown time zone."""
    check_code(code)
    if session.scalars(select(Institution).where(Institution.code == code)).first():
        raise Refused("taken", f"The code {code} is taken by another institution.")
    check_timezone(timezone)
    made = Institution(code=code, name=name, timezone=timezone)
    session.add(made)
    session.flush()
    audit.record(
        session, institution_id=made.id, action="institution.add", subject=f"institution:{made.key}", now=now,
        details={"code": code},
    )
    return made


def check_code(code: str) -> None:
    """Raises :class:`Refused` for an odd code."""
    if not CODE.fullmatch(code):
        raise Refused("code", f"The code {code} will not do: 2 to 39 lower-case letters, digits and hyphens.")


def check_timezone(timezone: str) -> None:
    """Raises :class:`Refused` for an unknown time zone."""
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused("timezone", f"{timezone} is no time zone. Write it as Europe/London or UTC.") from error


def load_shipped_regulations(session: Session, institution: Institution, name: str, now: datetime) -> RegulationSet:
    """One of the regulation sets that come with Cairn, loaded and its worked cases run."""
    text = (shipped("config") / "regulations" / f"{name}.yaml").read_text(encoding="utf-8")
    return catalogue.load_regulations(session, institution.id, text, now)[0]
