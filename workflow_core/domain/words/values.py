"""What text, numbers and names may be, wherever they come in: what both databases keep and give back as it was.

============ ===============================================================================================
text         no NUL and no half of a character (a lone surrogate), as long as its place allows
line         text without control characters and separators of lines and paragraphs, which could forge a line;
             anything else that people and their tools write stays: any language, emoji, blanks of every kind
name         a line of up to 64 characters without a colon, not begun or ended by a blank
whole number 64 bits, or the narrower bounds of its place
key          a whole number by which something is found; what can be none finds nothing
============ ===============================================================================================
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from workflow_core.domain.words.wording import quoted
from workflow_core.errors import InvalidInput

LARGEST = 2**63 - 1
"""The largest whole number of 64 bits."""
NAME, LONG = 64, 10_000
"""Characters of a name, and of what people write: a comment, what is wrong, what a task is about."""
INDEXED = 2_500
"""Bytes of a text that is found by an index: PostgreSQL has no longer rows in one."""

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_NO_LINE = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""The last two are no characters, and no drawing of a pipeline may hold them."""


class Unfit(InvalidInput, ValueError):
    """A value that is refused for what it is; `hint` says what is possible. To pydantic it is a ValueError."""

    def __init__(self, fault: str, hint: str = "") -> None:
        super().__init__(f"{fault}; {hint}" if hint else fault)
        self.fault = fault
        self.hint = hint


def is_text(given: str) -> bool:
    """Say whether both databases keep a text."""
    return not _NO_TEXT.search(given)


def is_line(given: str) -> bool:
    """Say whether a text is one line."""
    return not _NO_LINE.search(given)


def text(given: object, what: str, *, most: int = LONG, least: int = 0) -> str:
    r"""Return a text as it is.

    >>> text("half a \ud83d", "a comment")
    Traceback (most recent call last):
    workflow_core.domain.words.values.Unfit: a comment contains U+D83D, which cannot be stored as text: "half a \ud83d"
    """
    return _text(given, what, least, most, _NO_TEXT)


def line(given: object, what: str, *, most: int, least: int = 1) -> str:
    r"""Return a text of one line as it is.

    >>> line("Screenshot 3.04\u202fPM \U0001f468\u200d\U0001f469\u200d\U0001f467", "a file", most=255)[-3:-1]
    '\U0001f469\u200d'
    """
    return _text(given, what, least, most, _NO_LINE)


def _text(given: object, what: str, least: int, most: int, refused: re.Pattern[str]) -> str:
    if not isinstance(given, str):
        raise Unfit(f"{what} is a text, not {quoted(given)}")
    if len(given) > most:
        raise Unfit(f"{what} has up to {most:,} characters; {quoted(given)} has {len(given):,}")
    if len(given.strip()) < least:
        raise Unfit(f"{what} is empty")
    found = refused.search(given)
    if found:
        why = "cannot be stored as text" if _NO_TEXT.match(found[0]) else "does not stay on one line"
        raise Unfit(f"{what} contains U+{ord(found[0]):04X}, which {why}: {quoted(given)}")
    return given


def name(given: object) -> str:
    """Return a name as it is.

    >>> name("cars: first")
    Traceback (most recent call last):
    workflow_core.domain.words.values.Unfit: the name "cars: first" contains ":"; use printable text without a colon
    """
    if not isinstance(given, str):
        raise Unfit(f"a name is a text, not {quoted(given)}")
    if not given:
        raise Unfit("a name is empty")
    if len(given) > NAME:
        raise Unfit(f"the name {quoted(given)} has {len(given):,} characters", f"at most {NAME} are possible")
    bad = _NO_LINE.search(given) or re.search(":", given)
    if bad:
        what = '":"' if bad[0] == ":" else f"the character U+{ord(bad[0]):04X}"
        raise Unfit(f"the name {quoted(given)} contains {what}", "use printable text without a colon")
    if given != given.strip():
        raise Unfit(f"the name {quoted(given)} begins or ends with a blank", "remove it")
    return given


def email(given: object) -> str:
    """Return an e-mail as it is kept.

    >>> email(" Ann@Example.org")
    'ann@example.org'
    """
    kept = given.strip().lower() if isinstance(given, str) else ""
    if len(kept) > 254 or not re.fullmatch(r"[^@\s]+@[^@\s]+", kept) or not is_line(kept):
        raise Unfit(f"{quoted(given)} is not an e-mail address", "write it like ann@example.org")
    return kept


def file(folder: object, name: object, uri: object = None) -> None:
    r"""Refuse what no item can have as its folder, its name and the address of its file.

    >>> file("/cam", "a\n")
    Traceback (most recent call last):
    workflow_core.domain.words.values.Unfit: the name of an item contains U+000A, which does not stay on one line: "a\n"
    """
    path = line(folder, "a folder", most=1_023) + line(name, "the name of an item", most=255)
    found_by = {"a folder with a name": path}
    if uri is not None:
        found_by["an address"] = line(uri, "an address", most=INDEXED)
    for what, given in found_by.items():
        if len(given.encode()) > INDEXED:
            raise Unfit(f"{what} takes up to {INDEXED:,} bytes; {quoted(given)} takes {len(given.encode()):,}")


def whole(given: object, what: str, *, least: int = 0, most: int = LARGEST) -> int:
    """Return a whole number as it is.

    >>> whole(-1, "a limit")
    Traceback (most recent call last):
    workflow_core.domain.words.values.Unfit: a limit is a whole number from 0 to 9223372036854775807, not -1
    """
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise Unfit(f"{what} is a whole number from {least} to {most}, not {quoted(given)}")
    return given


def weight(given: object) -> float:
    """Return the weight of a person in a team as it is."""
    if isinstance(given, int | float) and not isinstance(given, bool) and 0 < given <= 1e9:
        return given
    said = f"{given:g}" if isinstance(given, float) else quoted(given)
    if isinstance(given, int | float) and given > 1e9:
        raise Unfit(
            f"the weight {said} is above 1,000,000,000", "weights are ratios: 60 and 40 are as good as 600 and 400"
        )
    raise Unfit(f"the weight {said} is not a number above 0", "leave out who gets no share")


def key(given: object) -> int:
    """Return a number by which something is found; 0, which nothing has, for what can be none.

    >>> key(7), key(2**63), key("7"), key(None)
    (7, 0, 0, 0)
    """
    return given if type(given) is int and 0 < given <= LARGEST else 0


def several(given: object, what: str) -> list[Any]:
    """Return several things as a list.

    >>> several(7, "people")
    Traceback (most recent call last):
    workflow_core.domain.words.values.Unfit: people are a list, not 7
    """
    if not isinstance(given, Iterable) or isinstance(given, str | bytes | Mapping):
        raise Unfit(f"{what} are a list, not {quoted(given)}")
    return list(given)


def keys(given: object) -> list[int]:
    """Return the numbers by which several things are found."""
    return [key(one) for one in several(given, "numbers of what is meant")]


def mapping(given: object, what: str) -> Mapping[Any, Any]:
    """Return a mapping as it is."""
    if not isinstance(given, Mapping):
        raise Unfit(f"{what} is a mapping, not {quoted(given)}")
    return given


def sought(given: object) -> str:
    r"""Return a text by which something is found; the empty one, which nothing has, for what can be none.

    >>> sought("car"), sought("a\0"), sought(["car"])
    ('car', '', '')
    """
    return given if isinstance(given, str) and is_text(given) else ""


def written_key(given: str) -> int:
    """Return the key that is written in plain digits; 0 where none is.

    >>> written_key("7"), written_key("9" * 20), written_key("\u0661"), written_key("7.jpg")
    (7, 0, 0, 0)
    """
    return key(int(given)) if re.fullmatch("[0-9]{1,19}", given) else 0


def moment(given: object, what: str) -> datetime:
    """Return a moment in UTC."""
    if not isinstance(given, datetime) or given.tzinfo is None:
        raise Unfit(f"{what} is a moment with a time zone, not {quoted(given)}", "UTC is +00:00")
    try:
        return given.astimezone(UTC)
    except OverflowError:
        raise Unfit(f"{what} lies in the years 1 to 9999 of UTC, unlike {quoted(given)}") from None


def later(now: datetime, seconds: int) -> datetime:
    """Return the moment so many seconds later, or the last one that there is.

    >>> later(datetime(9999, 12, 31, 23, tzinfo=UTC), 7200).isoformat()
    '9999-12-31T23:59:59.999999+00:00'
    """
    last = datetime.max.replace(tzinfo=UTC)
    return now + timedelta(seconds=seconds) if (last - now).total_seconds() > seconds else last
