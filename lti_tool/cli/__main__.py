"""``python -m lti_tool.cli`` is ``cairn``."""

from lti_tool.cli.main import main

main()
