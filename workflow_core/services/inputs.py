"""Names and weights given by hand obey the rules of the pipeline language."""

from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from workflow_core.errors import InvalidInput
from workflow_core.pipeline.language.names import Name, Weight

T = TypeVar("T")

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_WEIGHT: TypeAdapter[float] = TypeAdapter(Weight)


def name(given: str) -> str:
    """Return a name as it is; InvalidInput says what is wrong with it.

    >>> name("cars: first")
    Traceback (most recent call last):
    workflow_core.errors.InvalidInput: the name "cars: first" contains ":"; use printable text without a colon
    """
    return _checked(_NAME, given)


def weight(given: float) -> float:
    """Return the weight of a person in a team; InvalidInput says what is wrong with it."""
    return _checked(_WEIGHT, given)


def _checked(rule: TypeAdapter[T], given: T) -> T:
    try:
        return rule.validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        hint = first.get("ctx", {}).get("hint")
        raise InvalidInput(f"{first['msg']}; {hint}" if hint else first["msg"]) from error
