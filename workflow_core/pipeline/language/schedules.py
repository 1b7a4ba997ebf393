"""Schedules of five fields, in the part of cron's grammar that Prefect reads as people do, and their time zones."""

import re
from collections.abc import Mapping
from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.language.names import wrong

LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""The most days that each month can have."""


class Field(NamedTuple):
    """One of the five fields: the numbers that it may have, and words for some of them."""

    name: str
    first: int
    last: int
    words: Mapping[str, int]


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
FIELDS = (
    Field("minute", 0, 59, {}),
    Field("hour", 0, 23, {}),
    Field("day", 1, 31, {}),
    Field("month", 1, 12, {word: number for number, word in enumerate(_MONTHS, 1)}),
    Field("weekday", 0, 6, {"7": 0, **{word: number for number, word in enumerate(_WEEKDAYS)}}),
)
# What Prefect takes beyond this it reads in ways that surprise: 5-5 and 59/5 are the whole hour to it.
_TERM = re.compile(
    r"(?P<only>[0-9a-z]{1,3})"
    r"|(?P<first>[0-9a-z]{1,3})-(?P<last>[0-9a-z]{1,3})(/(?P<step>[0-9]{1,2}))?"
    r"|\*/(?P<each>[0-9]{1,2})"
)


def _cron(value: str) -> str:
    words = value.split()
    if len(words) != len(FIELDS):
        message = f"a cron schedule has five fields, and {quoted(value)} has {len(words)}"
        raise wrong("bad-schedule", message, 'write minute, hour, day, month and weekday, like "0 6 * * *"')
    _, _, days, months, _ = (_numbers(word, field) for word, field in zip(words, FIELDS, strict=True))
    # Also where a weekday is named, which is enough by cron's rule: Prefect looks for the day first, and gives up.
    if min(days) > max(LONGEST[month - 1] for month in months):
        raise wrong("bad-schedule", f"the schedule {quoted(value)} never comes: no such month has that day")
    return value


def _numbers(word: str, field: Field) -> set[int]:
    if word == "*":
        return set(range(field.first, field.last + 1))
    found: set[int] = set()
    for term in word.split(","):
        match = _TERM.fullmatch(term.lower())
        numbers = _of_term(match, field) if match else None
        if not numbers:
            hint = f"write numbers from {field.first} to {field.last} as in 2, 2-5, 2-5/2 or 2,5; or *, or */2"
            raise wrong("bad-schedule", f"{quoted(term)} is no {field.name} of a cron schedule", hint)
        found |= numbers
    return found


def _of_term(term: re.Match[str], field: Field) -> set[int] | None:
    """Return what a term stands for, or None where it has a number that the field has not, or no range."""
    if only := term["only"]:
        number = _number(only, field)
        return None if number is None else {number}
    first = _number(term["first"], field) if term["first"] else field.first
    last = _number(term["last"], field) if term["last"] else field.last
    step = int(term["step"] or term["each"] or 1)
    if first is None or last is None or first >= last or not 0 < step <= last - first:
        return None
    return set(range(first, last + 1, step))


def _number(text: str, field: Field) -> int | None:
    number = field.words.get(text, int(text) if text.isdigit() else None)
    return number if number is not None and field.first <= number <= field.last else None


def _timezone(value: str) -> str:
    from zoneinfo import available_timezones

    if value not in available_timezones():
        raise wrong("bad-schedule", f"there is no time zone {quoted(value)}", "write one like Europe/Berlin")
    return value


Cron = Annotated[str, AfterValidator(_cron)]
Timezone = Annotated[str, AfterValidator(_timezone)]
