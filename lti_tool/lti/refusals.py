"""Why a launch is refused: one table from a reason code to what the person in front of the screen reads.

The code goes into the log and onto the page, so that support and log speak of the same thing. No sentence holds a
name, a token or a claim; what is named is what an administrator can look up.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pylti1p3.exception import LtiException


@dataclass(frozen=True, slots=True)
class Reason:
    """What went wrong in one sentence with its remedy, and the HTTP status."""

    sentence: str
    status: int = 400


AGAIN = "Go back to the course and open the link again."
ADMIN = "Tell whoever administers Cairn at your institution."

REASONS: Mapping[str, Reason] = {
    # login initiation (Security Framework 1.0 §5.1.1)
    "login_incomplete": Reason("The LMS left out {name} when it opened Cairn. " + ADMIN),
    "login_target": Reason("The LMS wants to open an address that is not one of Cairn's. " + ADMIN),
    "registration_unknown": Reason("This LMS is not registered with Cairn, or no longer. " + ADMIN, 404),
    "registration_ambiguous": Reason(
        "Two registrations share this issuer and client id. The LMS must use the login address of its own "
        "registration, which `cairn platforms show` prints. " + ADMIN
    ),
    "registration_mismatch": Reason("The LMS gave another {name} than the one it is registered with. " + ADMIN),
    # what the browser brings back
    "platform_error": Reason("The LMS did not let you through ({name}). " + AGAIN),
    "launch_opened_directly": Reason("An LMS opens this address. Go to your course and open the link there.", 405),
    "state_missing": Reason("The launch came without the state that Cairn gave it. " + AGAIN),
    "state_forged": Reason("The launch came with a state that Cairn did not give. " + AGAIN),
    "state_expired": Reason("The launch took too long. " + AGAIN),
    "state_cookie": Reason(
        "Your browser did not bring back Cairn's cookie: it keeps none inside a frame, or this launch began in another "
        "browser. Open the link again in a new window, or allow cookies for this site."
    ),
    "replayed": Reason("This launch was used already. " + AGAIN, 403),
    # the token as such (RFC 7515, RFC 7519)
    "token_missing": Reason("The LMS sent no identity token. " + AGAIN),
    "token_too_long": Reason("The LMS sent an identity token longer than Cairn reads. " + ADMIN, 413),
    "token_malformed": Reason("What the LMS sent is not an identity token. " + ADMIN),
    "token_key_id": Reason("The LMS did not say which key it signed with. " + ADMIN),
    "token_key_unknown": Reason("The LMS signed with a key that it does not publish. Try again in a minute. " + ADMIN),
    "token_algorithm": Reason("The LMS signed in a way that its published key is not meant for. " + ADMIN),
    "token_signature": Reason("The signature of the LMS does not hold. " + ADMIN, 403),
    "keys_unreachable": Reason("Cairn could not read the keys of the LMS just now. Try again in a minute.", 503),
    # registered claims (OpenID Connect Core §3.1.3.7, Security Framework 1.0 §5.1.3)
    "claim_iss": Reason("The launch was issued by another LMS than the one it came through. " + ADMIN, 403),
    "claim_aud": Reason("The launch is meant for another tool. " + ADMIN, 403),
    "claim_azp": Reason("The launch was given to another tool. " + ADMIN, 403),
    "claim_exp": Reason("The launch has no valid end or is over. " + AGAIN + " If it stays so, the clocks differ."),
    "claim_iat": Reason("The launch has no valid date, or one too old or in the future. " + AGAIN + " If it stays so, "
                        "the clocks differ."),
    "claim_nonce": Reason("The launch is not the answer to what this browser asked for. " + AGAIN, 403),
    # LTI claims (LTI Core 1.3 §5.3 and §5.4)
    "claim_version": Reason("This is not an LTI 1.3.0 launch. " + ADMIN),
    "claim_message_type": Reason("The LMS did not say what kind of launch this is. " + ADMIN),
    "message_unsupported": Reason("Cairn does not answer launches of the kind {name}. Open an ordinary link."),
    "claim_deployment": Reason("The LMS did not say by which deployment it opened Cairn. " + ADMIN),
    "deployment_unknown": Reason("This deployment of Cairn in the LMS is not registered, or no longer. " + ADMIN, 403),
    "claim_target_link_uri": Reason("The launch leads to another address than the one asked for. " + ADMIN),
    "claim_resource_link": Reason("The LMS did not say which link was opened. " + ADMIN),
    "claim_roles": Reason("The LMS did not list the roles of the person. " + ADMIN),
    "claim_sub": Reason("The LMS named the person with an empty or over-long id. " + ADMIN),
    "claim_context": Reason("The LMS named the course without an id. " + ADMIN),
    "claim_custom": Reason("The LMS sent custom fields in a form that Cairn does not read. " + ADMIN),
    "claim_deep_linking": Reason("The LMS did not say where to return the picked link. " + ADMIN),
}


class LaunchRefused(LtiException):
    """A launch that does not open: a reason code, and a sentence for the person who tried."""

    def __init__(self, code: str, *, name: str = "", registration_key: str = "") -> None:
        self.code = code
        self.status = REASONS[code].status
        self.sentence = REASONS[code].sentence.format(name=name)
        self.registration_key = registration_key
        super().__init__(f"launch refused: {code}")
