"""What a launch found out, left for the page that the browser opens a moment later: once, and for a moment only.

It spares that page its look into the database. Another process knows nothing of it and looks; the cookie is compared
either way.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from lti_tool.services.launch_sessions import Found

SECONDS = 2.0
MOST = 500


class Handover:
    """By launch key."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._left: OrderedDict[str, tuple[float, Found]] = OrderedDict()

    def leave(self, found: Found) -> None:
        with self._lock:
            self._left[found.launch.key] = (self._clock() + SECONDS, found)
            while len(self._left) > MOST:
                self._left.popitem(last=False)

    def take(self, key: str) -> Found | None:
        """What was left under this key, if it is fresh; the next one asks in vain."""
        ends, found = self._left.pop(key, (0.0, None))
        return found if self._clock() < ends else None
