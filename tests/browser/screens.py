"""``make screens``: every screen, at phone and desk width, in ``var/screens``."""

import shutil
import sys

import pytest

from tests.browser.conftest import SCREENS


def main() -> int:
    """Take all pictures anew, by running the tests that take them."""
    shutil.rmtree(SCREENS, ignore_errors=True)
    outcome = pytest.main(["-q", "tests/browser"])
    print(f"{len(list(SCREENS.glob('*.png')))} pictures are in {SCREENS}.")
    return int(outcome)


if __name__ == "__main__":
    sys.exit(main())
