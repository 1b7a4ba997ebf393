"""The small words of the language: names, e-mails, durations, shares, dates, and what makes them wrong."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from workflow_core.domain.annotations.recipes import TOOLS
from workflow_core.domain.items import addresses
from workflow_core.domain.items.sampling import SCALE
from workflow_core.domain.words import values
from workflow_core.domain.words.suggestions import suggest
from workflow_core.domain.words.wording import quoted
from workflow_core.errors import InvalidInput
from workflow_core.pipeline.language.scalars import describe

FORMATS = ("coco", "cvat", "jsonl", "label-studio", "parquet", "voc", "yolo", "yolo-segment")
"""What an exit may be exported as."""
TEXT, LIST, MAPPING, BOOLEAN, NUMBER = "\0text", "\0list", "\0mapping", "\0boolean", "\0number"
"""The kinds by which a value that may be written in several ways is told apart.

They start with NUL, so that in the path of an error they cannot be taken for a key of the file.
"""
_KINDS = {str: TEXT, list: LIST, dict: MAPPING, bool: BOOLEAN, int: NUMBER, float: NUMBER}
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MAX_SECONDS = 30 * 86400


def wrong(rule: str, message: str, hint: str = "") -> PydanticCustomError:
    """Make the error by which a validator hands a fault to the rule of that name."""
    return PydanticCustomError(rule, "{message}", {"message": message, "hint": hint})


def _fit(rule: str, check: Callable[[object], Any]) -> AfterValidator:
    """Make the validator that hands what a check of `domain.words.values` refuses to the rule of that name."""

    def checked(value: object) -> Any:
        try:
            return check(value)
        except values.Unfit as error:
            raise wrong(rule, error.fault, error.hint) from None

    return AfterValidator(checked)


def _seconds(value: Any) -> int:
    found = re.fullmatch(r"(\d{1,9}) ?([smhd])", value) if isinstance(value, str) else None
    seconds = int(found[1]) * _UNITS[found[2]] if found else 0
    if not 0 < seconds <= MAX_SECONDS:
        message = f"a lease is a time such as 30m, up to 30 days; this is {describe(value)}"
        raise wrong("bad-lease", message, "write a number and s, m, h or d")
    return seconds


def _millionths(value: Any) -> int:
    found = re.fullmatch(r"(\d{1,3}(?:\.\d{1,9})?) ?%", value) if isinstance(value, str) else None
    share = round(Decimal(found[1]) * SCALE / 100) if found else 0
    if not 0 < share <= SCALE:
        message = f"a share is a percentage above 0% and up to 100%; this is {describe(value)}"
        raise wrong("bad-share", message, "write it like 25%")
    return share


def _due(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        message = f"{quoted(value)} is not a date"
        raise wrong("wrong-value", message, "write it like 2026-12-31, or 2026-12-31T18:00:00+01:00") from None
    if len(value) == 10:
        moment = datetime.combine(moment.date(), time(23, 59, 59))
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        values.moment(moment, "a date")
    except values.Unfit as error:
        raise wrong("wrong-value", error.fault) from None
    return moment.isoformat()


def _color(value: str) -> str:
    if not re.fullmatch(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})", value):
        raise wrong("wrong-value", f"{quoted(value)} is not a color", 'write it like "#e4572e", in quotes')
    return value.lower()


def _key(value: str) -> str:
    if len(value) != 1 or not value.isprintable() or value.isspace():
        raise wrong("wrong-value", f"a key is one character of the keyboard; this is {describe(value)}")
    return value


def _place(value: str) -> str:
    try:
        addresses.scheme(value)
    except InvalidInput as error:
        raise wrong("wrong-value", str(error)) from None
    return value


def _format(value: str) -> str:
    if value not in FORMATS:
        raise wrong("wrong-value", f"there is no format {quoted(value)}", suggest(value, FORMATS))
    return value


def _tool(value: str) -> str:
    if value not in TOOLS:
        raise wrong("wrong-value", f"there is no tool {quoted(value)}", suggest(value, TOOLS))
    return value


def _pages(value: Any) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,5})(?: ?- ?(\d{1,5}))?", str(value)) if isinstance(value, str | int) else None
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (0, 0)
    if not 1 <= first <= last:
        raise wrong("wrong-value", f"pages are a range; this is {describe(value)}", "write it like 3-5")
    return first, last


Name = Annotated[str, _fit("bad-name", values.name)]
Email = Annotated[str, _fit("bad-email", values.email)]
Weight = Annotated[float, _fit("bad-weight", values.weight)]
Lease = Annotated[int, BeforeValidator(_seconds)]
Share = Annotated[int, BeforeValidator(_millionths)]
Due = Annotated[str, AfterValidator(_due)]
Color = Annotated[str, AfterValidator(_color)]
Key = Annotated[str, AfterValidator(_key)]
Place = Annotated[str, AfterValidator(_place)]
Pages = Annotated[tuple[int, int], BeforeValidator(_pages)]
Tool = Annotated[str, AfterValidator(_tool)]
Format = Annotated[str, AfterValidator(_format)]

KIND = Discriminator(lambda value: _KINDS.get(type(value), "\0other"))
Text = Annotated[str, Tag(TEXT)]
_Emails = Annotated[list[Email], Tag(LIST)]
_Weights = Annotated[dict[Email, Weight], Tag(MAPPING)]
People = Annotated[_Emails | _Weights, KIND]
Assignees = Annotated[Text | _Emails | _Weights, KIND]
Formats = Annotated[Annotated[Format, Tag(TEXT)] | Annotated[list[Format], Field(min_length=1), Tag(LIST)], KIND]
Names = Annotated[Text | Annotated[list[str], Tag(LIST)], KIND]
