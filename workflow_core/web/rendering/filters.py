"""What people write into forms, read: filters of items, numbers, and moments."""

import json
from datetime import UTC, datetime
from typing import Any

from workflow_core.domain.words.wording import cited
from workflow_core.errors import InvalidInput


def read(text: str) -> Any:
    """Return the filter that is written as JSON; None where nothing is written.

    Raises:
        InvalidInput: it is no JSON.
    """
    if not text.strip():
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the filter is no JSON: {error}") from error


def whole(text: str) -> int | None:
    """Return the number that is written; None where none is.

    Raises:
        InvalidInput: it is no whole number.
    """
    if text and not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidInput(f"{cited(text)} is no whole number")
    return int(text) if text else None


def moment(text: str) -> datetime | None:
    """Return the moment of UTC that is written; None where none is.

    Raises:
        InvalidInput: it is no moment.
    """
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError as error:
        raise InvalidInput(f"{cited(text)} is no day with a time") from error
