"""Versions of what two windows may change at once: told as `ETag`, expected as `If-Match`."""

import re

from workflow_core.domain.words.wording import quoted
from workflow_core.errors import InvalidInput


def tag(version: int) -> str:
    """Return a version as a header has it.

    >>> tag(7)
    '"7"'
    """
    return f'"{version}"'


def expected(if_match: str | None) -> int | None:
    """Return the version that a header expects; None where it expects none.

    Proxies that compress an answer make its tag a weak one (nginx), or add how (Caddy): it is the same version.

    >>> expected('"7"'), expected('W/"7"'), expected('"7-gzip"'), expected(None), expected("*")
    (7, 7, 7, None, None)
    """
    if if_match is None or if_match.strip() == "*":
        return None
    found = re.fullmatch(r'\s*(?:W/)?"([0-9]{1,19})(?:-[a-z]+)?"\s*', if_match)
    if found is None:
        raise InvalidInput(f"If-Match is {quoted(if_match)}; give the one ETag that was answered, a number in quotes")
    return int(found[1])
