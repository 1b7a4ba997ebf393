"""What lists are asked: where a part begins, how long it is at most, and which items are meant."""

from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic_core import from_json

from workflow_core.domain.filters import FilterError
from workflow_core.domain.pages import Limit

After = Annotated[str | None, Query(description="What the part before gave as `next`.")]
Most = Annotated[Limit, Query(description="How many are wanted at most.")]


def _filter(where: Annotated[str | None, Query(description="A filter of items, as JSON.")] = None) -> Any:
    try:
        return None if where is None else from_json(where)
    except ValueError as error:
        raise FilterError(f"the filter is no JSON: {error}", ()) from error


Filter = Annotated[Any, Depends(_filter)]
"""Which items are meant; what is no filter is refused where it is read."""
