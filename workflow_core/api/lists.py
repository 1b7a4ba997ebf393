"""What lists are asked: where a part begins, how long it is at most, and which items are meant."""

from typing import Annotated, Any, TypedDict

from fastapi import Depends, Query
from pydantic_core import from_json

from workflow_core.domain.items.filters import FilterError
from workflow_core.domain.words.pages import USUAL, Limit

Most = Annotated[Limit, Query(description="How many are wanted at most.")]


class _Part(TypedDict):
    after: str | None
    limit: int


async def _part(
    after: Annotated[str | None, Query(description="What the part before gave as `next`.")] = None, limit: Most = USUAL
) -> _Part:
    return {"after": after, "limit": limit}


Part = Annotated[_Part, Depends(_part)]
"""Which part of a list is wanted, as services are told it."""


def _filter(where: Annotated[str | None, Query(description="A filter of items, as JSON.")] = None) -> Any:
    try:
        return None if where is None else from_json(where)
    except ValueError as error:
        raise FilterError(f"the filter is no JSON: {error}", ()) from error


Filter = Annotated[Any, Depends(_filter)]
"""Which items are meant; what is no filter is refused where it is read."""
