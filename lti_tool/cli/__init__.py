"""The command line: ``cairn init``, ``serve``, ``worker`` and what administrators and registry staff run by hand."""

from lti_tool.cli.main import main

__all__ = ["main"]
