"""Connectors from Cairn to student record systems; they stand alone and know nothing of ``lti_tool``."""
