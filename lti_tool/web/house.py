"""What the web parts share, in ``app.extensions["cairn"]``."""

from dataclasses import dataclass
from typing import Any

from flask import current_app

from connectors.http import HttpClient
from lti_tool.clock import Clock
from lti_tool.db import Sessions
from lti_tool.lti.launch import Rules
from lti_tool.lti.service import Services
from lti_tool.lti.tool_config import ToolConfig
from lti_tool.settings import Settings


@dataclass(kw_only=True)
class House:
    """Built once with the application; only the dispatcher comes later, from the server that starts it."""

    settings: Settings
    sessions: Sessions
    clock: Clock  # business time; tokens, leases and launches go by the machine's
    http: HttpClient
    config: ToolConfig
    rules: Rules  # what a launch is checked by
    services: Services  # how we call the LMSs
    dispatcher: Any = None

    def wake(self) -> None:
        """Something was queued: have the dispatcher look at once, where this process has one."""
        if self.dispatcher is not None:
            self.dispatcher.wake()


def house() -> House:
    """That of the application in charge of this request."""
    found: House = current_app.extensions["cairn"]
    return found
