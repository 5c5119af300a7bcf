"""What real platforms said, as recorded (see answers/SOURCES.md), and how to say it again."""

import json
from pathlib import Path
from typing import Any

from lti_tool.lti import claims as names
from tests.platform.forged import Answer, ForgedPlatform, now

ANSWERS = Path(__file__).parent / "answers"
TIMED = ("iss", "aud", "azp", "iat", "exp", "nonce", names.DEPLOYMENT_ID, names.TARGET_LINK_URI)

MOODLE_LAUNCHES = (
    "teacher", "student", "admin", "student-ungraded", "student-noservices", "teacher-noservices",
    "teacher-dynamic-embedded", "nonediting-teacher", "student-without-idnumber",
)


def answers(name: str) -> Any:
    return json.loads((ANSWERS / f"{name}.json").read_text(encoding="utf-8"))


def exchange(file: str, what: str) -> Answer:
    """One recorded answer, by the beginning of what it is about."""
    found = next(entry for entry in answers(file)["exchanges"] if entry["what"].startswith(what))["response"]
    body = found["body"] if isinstance(found["body"], dict | list) else str(found["body"]).encode()
    kept = {name: value for name, value in found["headers"].items() if name in {"Content-Type", "Link"}}
    return found["status"], body, kept


def launch_claims(name: str) -> dict[str, Any]:
    """The claims of a recorded launch."""
    found = answers(name)
    return dict(found.get("claims") or found["by_hand_registered_tool"]["claims"])


def re_addressed(claims: dict[str, Any], platform: ForgedPlatform, nonce: str, target: str) -> dict[str, Any]:
    """The same launch as if it came from the forged platform now: nothing but who, when and where is changed."""
    timely = {
        "iss": platform.issuer, "aud": platform.client_id, "iat": now(), "exp": now() + 60, "nonce": nonce,
        names.DEPLOYMENT_ID: platform.deployment_id, names.TARGET_LINK_URI: target,
    }
    return {**{name: value for name, value in claims.items() if name not in TIMED}, **timely}
