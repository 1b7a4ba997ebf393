"""Where Chromium is on this machine."""

import shutil

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
"""Chromium without the windows of a browser around its pages takes two thirds of the processor's time."""


def chromium_here() -> str | None:
    """Return the path of the first there is."""
    return next(filter(None, map(shutil.which, NAMES)), None)
