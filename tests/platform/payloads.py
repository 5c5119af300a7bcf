"""Claims of launches: a full good one, and ways to change it."""

from collections.abc import Callable
from typing import Any

from lti_tool.lti import claims as names
from tests.platform.forged import ForgedPlatform, now

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
INSTRUCTOR, LEARNER = f"{MEMBERSHIP}#Instructor", f"{MEMBERSHIP}#Learner"
SCOPES = [f"https://purl.imsglobal.org/spec/lti-ags/scope/{name}" for name in (
    "lineitem", "lineitem.readonly", "result.readonly", "score",
)]

Claims = dict[str, Any]
Change = Callable[[Claims], object]


def resource_launch(platform: ForgedPlatform, nonce: str, target: str) -> Claims:
    """Bob teaches IL5101 and opens its portfolio link."""
    return {
        "iss": platform.issuer, "aud": platform.client_id, "sub": "bob", "iat": now(), "exp": now() + 300,
        "nonce": nonce, "name": "Bob Teacher", "given_name": "Bob", "family_name": "Teacher",
        "email": "bob@inverlea.example", "locale": "en-GB",
        names.MESSAGE_TYPE: names.RESOURCE_LAUNCH, names.VERSION: "1.3.0",
        names.DEPLOYMENT_ID: platform.deployment_id, names.TARGET_LINK_URI: target,
        names.RESOURCE_LINK: {"id": "link-1", "title": "Portfolio", "description": "Hand in here"},
        names.ROLES: [INSTRUCTOR, "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Faculty"],
        names.CONTEXT: {"id": "course-1", "label": "IL5101", "title": "Seeing the Evidence", "type": ["CourseSection"]},
        names.LAUNCH_PRESENTATION: {
            "document_target": "iframe", "locale": "en-GB", "return_url": "https://school.lms.example/course/1?sesskey=x",
        },
        names.CUSTOM: {"colour": "green"},
        names.LIS: {"person_sourcedid": "B0000001", "course_section_sourcedid": "IL5101-2026"},
        names.AGS_ENDPOINT: {
            "scope": list(SCOPES), "lineitems": f"{platform.url}/items?type_id=1",
            "lineitem": f"{platform.url}/items/7/lineitem?type_id=1",
        },
        names.NRPS_SERVICE: {"context_memberships_url": f"{platform.url}/members", "service_versions": ["2.0"]},
        "https://lms.example/extra": {"ignored": True},
    }


def deep_linking_launch(platform: ForgedPlatform, nonce: str, target: str) -> Claims:
    """Bob picks something to place in his course."""
    claims = resource_launch(platform, nonce, target)
    del claims[names.RESOURCE_LINK]
    return claims | {
        names.MESSAGE_TYPE: names.DEEP_LINKING_LAUNCH,
        names.DEEP_LINKING_SETTINGS: {
            "deep_link_return_url": f"{platform.url}/picked", "accept_types": ["ltiResourceLink", "link"],
            "accept_presentation_document_targets": ["iframe", "window"], "accept_multiple": "true",
            "accept_lineitem": "true", "data": "opaque",
        },
    }


def set_to(name: str, value: object) -> Change:
    return lambda claims: claims.update({name: value})


def without(*absent: str) -> Change:
    def change(claims: Claims) -> None:
        for name in absent:
            claims.pop(name)

    return change
