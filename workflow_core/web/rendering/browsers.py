"""Browsers by the names that people know them by."""

from typing import Final

NAMES: Final = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
"""What a browser says of itself, the most telling first: nearly all say that they are some others, too."""
SYSTEMS: Final = ("Windows", "Android", "iPhone", "iPad", "Macintosh", "CrOS", "Linux")


def named(agent: str) -> str:
    """Return what a browser is called, and on what it runs, as far as it says so.

    >>> named("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36")
    'Chrome on Linux'
    >>> named("curl/8.5.0")
    'curl/8.5.0'
    """
    name = next((name for sign, name in NAMES.items() if sign in agent), agent)
    system = next((one for one in SYSTEMS if one in agent), None)
    return f"{name} on {system}" if system and name != agent else name
