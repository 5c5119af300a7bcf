"""A student record system for the demo and the tests: a double, and nothing that a university should run.

It answers as a OneRoster 1.2 Gradebook server held to the strict schema, loads record files from an SFTP drop as a
nightly job would, and lets its own registry staff agree the marks that wait there. It knows Cairn by its wire only:
nothing here imports ``connectors`` or ``lti_tool``.
"""

from tests.demo.record_system.app import create_record_system
from tests.demo.record_system.running import RecordSystemProcess

__all__ = ["RecordSystemProcess", "create_record_system"]
