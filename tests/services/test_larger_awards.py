"""Larger awards as an institution offers them: read strictly, kept with its words."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from lti_tool.services import larger_awards
from lti_tool.services.errors import NotFound, Refused
from tests import factories

PGCERT = {
    "code": "PGCERT", "title": "PGCert Data", "credits": 60, "min_at_level": {"level": 11, "credits": 40},
    "pass_mark": "50", "rounding": {"places": 1, "mode": "half_up"}, "grades": [["50", "Pass"]],
    "items": ["IL5101"], "opt_in": True,
}


def test_what_is_kept_is_offered(session: Session, now: datetime) -> None:
    institution = factories.institution(session)
    institution.words = {"board": "panel"}
    assert larger_awards.offered(institution) == []
    larger_awards.keep(session, institution, [PGCERT])
    session.expire_all()
    offer = larger_awards.offer(institution, "PGCERT")
    assert (offer.items, offer.award.credits, offer.award.level) == (("IL5101",), 60, 11)
    assert institution.words["board"] == "panel"
    with pytest.raises(NotFound):
        larger_awards.offer(institution, "OTHER")


def test_one_that_cannot_be_read_is_refused_and_nothing_is_kept(session: Session) -> None:
    institution = factories.institution(session)
    for wrong in ({**PGCERT, "credits": "many"}, {**PGCERT, "creditz": 60}, {"title": "no code"}):
        with pytest.raises(Refused, match="cannot be read"):
            larger_awards.keep(session, institution, [wrong])
    assert larger_awards.offered(institution) == []


def test_micro_credentials_are_called_what_they_are_called(session: Session) -> None:
    institution = factories.institution(session)
    factories.version(session, institution, factories.regulation_set(session, institution))
    offers = larger_awards.keep(session, institution, [PGCERT])
    assert larger_awards.titles(session, institution.id, offers) == {"IL5101": "Seeing the Evidence"}
