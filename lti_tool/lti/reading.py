"""Believed claims as plain values. What is optional and odd is left out; it never fails a launch (LTI Core §5.4)."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from lti_tool.lti import claims
from lti_tool.lti.deep_linking import Settings, settings_from
from lti_tool.lti.registered import Registered
from lti_tool.lti.roles import role_of
from lti_tool.lti.state import State
from lti_tool.lti.values import CUSTOM, LIS, CourseClaim, GradesClaim, Launch, LinkClaim, UserClaim

TARGET_PATH = "/lti/c/"  # the target address of a component's link; its key follows
CUSTOM_COMPONENT = "cairn_component"

_KEY = re.compile(r"[\w-]{1,40}", re.ASCII)


def launch_from(found: Mapping[str, Any], registered: Registered, state: State) -> Launch:
    """The launch that verified claims speak of. Raises ``LaunchRefused`` where deep linking has no way back."""
    presentation = _object(found, claims.LAUNCH_PRESENTATION)
    kind = found[claims.MESSAGE_TYPE]
    return Launch(
        registration=registered,
        deployment_id=found[claims.DEPLOYMENT_ID],
        message_type=kind,
        nonce=state.nonce,
        target_link_uri=_text(found, claims.TARGET_LINK_URI, 2000),
        role=role_of(found[claims.ROLES]),
        user=_user(found, registered.student_field),
        course=_course(_object(found, claims.CONTEXT)),
        link=_link(_object(found, claims.RESOURCE_LINK)),
        grades=_grades(_object(found, claims.AGS_ENDPOINT)),
        memberships_url=_url(_object(found, claims.NRPS_SERVICE), "context_memberships_url"),
        component_key=_component_key(found),
        deep_linking=_settings(found) if kind == claims.DEEP_LINKING_LAUNCH else None,
        return_url=_url(presentation, "return_url"),
        locale=_text(presentation, "locale", 40) or _text(found, "locale", 40),
        document_target=_text(presentation, "document_target", 20),
    )


def _user(found: Mapping[str, Any], student_field: str) -> UserClaim | None:
    if "sub" not in found:
        return None
    names = _text(found, "name") or f"{_text(found, 'given_name')} {_text(found, 'family_name')}".strip()
    sourcedid, source = _sourcedid(found, student_field)
    return UserClaim(
        sub=found["sub"], name=names[:255], email=_text(found, "email"), sourcedid=sourcedid, number_from=source,
    )


def _sourcedid(found: Mapping[str, Any], student_field: str) -> tuple[str, str]:
    """The student number and where it is from: LIS first, then the custom field, if an administrator named one.

    In most LMSs teachers may write custom fields on their own links, so that none counts by itself.
    """
    told = [(_text(_object(found, claims.LIS), "person_sourcedid"), LIS)]
    if student_field:
        told.append((_text(_object(found, claims.CUSTOM), student_field), CUSTOM))
    # "$…": a variable nobody filled
    return next(((text, source) for text, source in told if text and not text.startswith("$")), ("", ""))


def _course(context: Mapping[str, Any]) -> CourseClaim | None:
    if not context:
        return None
    return CourseClaim(id=context["id"], label=_text(context, "label"), title=_text(context, "title"))


def _link(link: Mapping[str, Any]) -> LinkClaim | None:
    is_one = isinstance(link.get("id"), str) and 0 < len(link["id"]) <= 255
    return LinkClaim(id=link["id"], title=_text(link, "title")) if is_one else None


def _grades(endpoint: Mapping[str, Any]) -> GradesClaim:
    scopes = endpoint.get("scope")
    return GradesClaim(
        scopes=tuple(scope for scope in scopes if isinstance(scope, str)) if isinstance(scopes, list) else (),
        lineitems=_url(endpoint, "lineitems"), lineitem=_url(endpoint, "lineitem"),
    )


def _component_key(found: Mapping[str, Any]) -> str:
    """Which component a link is for: the target address says, or the custom field that deep linking left there."""
    path = urlsplit(_text(found, claims.TARGET_LINK_URI, 2000)).path
    told = path.removeprefix(TARGET_PATH) if path.startswith(TARGET_PATH) else ""
    told = told or _text(_object(found, claims.CUSTOM), CUSTOM_COMPONENT)
    return told if _KEY.fullmatch(told) else ""


def _settings(found: Mapping[str, Any]) -> Settings:
    return settings_from(_object(found, claims.DEEP_LINKING_SETTINGS))


def _object(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = found.get(name)
    return value if isinstance(value, dict) else {}


def _text(found: Mapping[str, Any], name: str, most: int = 255) -> str:
    value = found.get(name)
    if not isinstance(value, str):
        return ""
    return value[:most] if value.isprintable() else "".join(filter(str.isprintable, value))[:most]


def _url(found: Mapping[str, Any], name: str) -> str:
    value = _text(found, name, 2001)
    return value if len(value) <= 2000 and value.startswith(("https://", "http://")) else ""
