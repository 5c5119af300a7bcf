"""What a launch becomes behind the door: frozen values without a token."""

from dataclasses import dataclass, field

from lti_tool.domain.ratification import Role
from lti_tool.lti.deep_linking import Settings
from lti_tool.lti.registered import Registered

LIS, CUSTOM = "lis", "custom"


@dataclass(frozen=True, kw_only=True, slots=True)
class CourseClaim:
    """The course a launch comes from."""

    id: str
    label: str = ""
    title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkClaim:
    """The link that was opened."""

    id: str
    title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class UserClaim:
    """Who opened it, as far as the LMS tells. Personal data."""

    sub: str
    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    sourcedid: str = field(default="", repr=False)
    number_from: str = field(default="", repr=False)  # where that is from: LIS or CUSTOM


@dataclass(frozen=True, kw_only=True, slots=True)
class GradesClaim:
    """Where the gradebook columns are; ``lineitem`` only when the link has exactly one."""

    scopes: tuple[str, ...] = ()
    lineitems: str = ""
    lineitem: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Launch:
    """A verified launch. Nothing behind it sees a token."""

    registration: Registered
    deployment_id: str
    message_type: str
    nonce: str
    target_link_uri: str
    role: Role | None  # the principal context role; None: no rights
    user: UserClaim | None = None  # None: an anonymous launch, which is legal
    course: CourseClaim | None = None
    link: LinkClaim | None = None
    grades: GradesClaim = GradesClaim()
    memberships_url: str = ""
    component_key: str = ""  # the run component that the link was made for, where it says so
    deep_linking: Settings | None = None
    return_url: str = field(default="", repr=False)  # Moodle's holds a session key
    locale: str = ""
    document_target: str = ""
