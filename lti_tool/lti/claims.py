"""The claims of LTI, named once."""

# LTI Core 1.3 §5.3 and §5.4
_CORE = "https://purl.imsglobal.org/spec/lti/claim/"
VERSION = _CORE + "version"
MESSAGE_TYPE = _CORE + "message_type"
DEPLOYMENT_ID = _CORE + "deployment_id"
TARGET_LINK_URI = _CORE + "target_link_uri"
RESOURCE_LINK = _CORE + "resource_link"
ROLES = _CORE + "roles"
CONTEXT = _CORE + "context"
CUSTOM = _CORE + "custom"
LIS = _CORE + "lis"
LAUNCH_PRESENTATION = _CORE + "launch_presentation"

AGS_ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"  # AGS 2.0 §3.1
NRPS_SERVICE = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"  # NRPS 2.0 §3.6.1.1
DEEP_LINKING_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"  # DL 2.0 §3.4.1
CONTENT_ITEMS = "https://purl.imsglobal.org/spec/lti-dl/claim/content_items"  # DL 2.0 §4.4
DEEP_LINKING_DATA = "https://purl.imsglobal.org/spec/lti-dl/claim/data"

RESOURCE_LAUNCH = "LtiResourceLinkRequest"
DEEP_LINKING_LAUNCH = "LtiDeepLinkingRequest"
