"""Larger awards that micro-credentials may add up to, as the institution offers them; kept with its words.

An entry has the keys of the ``award`` of a stack case in a regulation file, with ``code``, ``title`` and ``items``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from lti_tool.domain.errors import RegulationError
from lti_tool.domain.fields import Fields
from lti_tool.domain.stacking import LargerAward
from lti_tool.domain.worked_stacks import AWARD_KEYS, award_from
from lti_tool.models.catalogue import Achievement, AchievementVersion
from lti_tool.models.institution import Institution
from lti_tool.services.errors import NotFound, Refused

WORD = "larger_awards"
OWN_KEYS = ("code", "title", "items", "opt_in")


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One larger award: what it is called, what it asks for, and which micro-credentials it takes."""

    code: str
    title: str
    items: tuple[str, ...]
    award: LargerAward


def offered(institution: Institution) -> list[Offer]:
    """What an institution offers."""
    return [_offer(entry) for entry in (institution.words or {}).get(WORD, ())]


def offer(institution: Institution, code: str) -> Offer:
    """One of them. Raises :class:`NotFound`."""
    found = next((one for one in offered(institution) if one.code == code), None)
    if found is None:
        raise NotFound("larger award")
    return found


def titles(session: Session, institution_id: int, offers: Sequence[Offer]) -> dict[str, str]:
    """What the micro-credentials of these offers are called, by code, as their newest version says."""
    wanted = {code for one in offers for code in one.items}
    return dict(session.execute(
        select(Achievement.code, AchievementVersion.title)
        .join(Achievement, AchievementVersion.achievement_id == Achievement.id)
        .where(Achievement.institution_id == institution_id, Achievement.code.in_(wanted))
        .order_by(AchievementVersion.version)
    ).tuples().all())


def keep(session: Session, institution: Institution, entries: Sequence[Mapping[str, Any]]) -> list[Offer]:
    """Take these as what is offered, in place of what was. Raises :class:`Refused` when one cannot be read."""
    try:
        found = [_offer(entry) for entry in entries]
    except (RegulationError, KeyError, TypeError) as error:
        raise Refused("larger_award", f"A larger award cannot be read: {error}") from error
    institution.words = {**(institution.words or {}), WORD: [dict(entry) for entry in entries]}
    flag_modified(institution, "words")
    session.flush()
    return found


def _offer(entry: Mapping[str, Any]) -> Offer:
    rules = {key: value for key, value in entry.items() if key not in OWN_KEYS}
    code = str(entry["code"])
    return Offer(
        code=code, title=str(entry["title"]), items=tuple(map(str, entry["items"])),
        award=award_from(Fields(rules, f"larger award {code}", AWARD_KEYS)),
    )
