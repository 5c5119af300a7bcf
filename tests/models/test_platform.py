"""The LMS side: what an LMS names is there once, and a nonce opens one launch."""

from decimal import Decimal

from sqlalchemy.orm import Session

from lti_tool.models.platform import (
    Context,
    Deployment,
    LaunchSession,
    LineItem,
    Registration,
    ResourceLink,
    ScoreClock,
)
from tests import factories
from tests.conftest import NOW
from tests.models.conftest import Refuses


def test_issuer_and_client_id_may_occur_twice(session: Session) -> None:
    """Every hosted Canvas has one issuer; the key of a registration tells them apart."""
    institution = factories.institution(session)
    one, two = (factories.registration(session, institution) for _ in range(2))
    assert (one.issuer, one.client_id) == (two.issuer, two.client_id)
    assert one.key != two.key


def test_what_an_lms_names_is_there_once(session: Session, refuses: Refuses) -> None:
    registration = factories.registration(session, factories.institution(session))
    context = factories.context(session, registration)
    ours = registration.institution_id
    link = ResourceLink(institution_id=ours, context_id=context.id, resource_link_id="link-1")
    column = LineItem(institution_id=ours, context_id=context.id, resource_id="cairn:1", maximum=Decimal(100))
    session.add_all([link, column])
    session.flush()
    refuses(Deployment(institution_id=ours, registration_id=registration.id, deployment_id="1"))
    refuses(Context(institution_id=ours, deployment_id=context.deployment_id, context_id=context.context_id))
    refuses(ResourceLink(institution_id=ours, context_id=context.id, resource_link_id="link-1"))
    refuses(LineItem(institution_id=ours, context_id=context.id, resource_id="cairn:1", maximum=Decimal(100)))


def test_a_nonce_opens_one_launch_of_a_registration(session: Session, refuses: Refuses) -> None:
    institution = factories.institution(session)
    one, two = (factories.registration(session, institution, f"https://{name}.example") for name in ("a", "b"))

    def launch(registration: Registration) -> LaunchSession:
        return LaunchSession(
            institution_id=institution.id, registration_id=registration.id,
            deployment_id=registration.deployments[0].id, secret_hash="s", nonce_hash="n", message_type="m", claims={},
            created_at=NOW, expires_at=NOW,
        )

    session.add_all([launch(one), launch(two)])
    session.flush()
    refuses(launch(one))


def test_a_learner_has_one_clock_on_a_column(session: Session, refuses: Refuses) -> None:
    registration = factories.registration(session, factories.institution(session))
    context, user = factories.context(session, registration), factories.lti_user(session, registration)
    column = LineItem(
        institution_id=context.institution_id, context_id=context.id, resource_id="cairn:1", maximum=Decimal(100),
    )
    session.add(column)
    session.flush()
    assert (column.release, column.is_ours_to_fill) == ("when_ratified", False), "nothing is sent unasked"

    def clock() -> ScoreClock:
        return ScoreClock(
            institution_id=context.institution_id, line_item_id=column.id, lti_user_id=user.id, last_at=NOW,
        )

    session.add(clock())
    session.flush()
    refuses(clock())
