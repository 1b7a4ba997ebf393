"""What somebody looks for among items: as a form has it, as an address has it, and the filter that it amounts to."""

from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel

from workflow_core.web.rendering import filters


class Looking(BaseModel):
    """Which items of which dataset."""

    project: int | None = None
    dataset: int | None = None
    folder: str = ""
    name: str = ""
    label: str = ""
    task: str = ""
    status: str = ""
    issues: bool = False
    bare: bool = False
    where: str = ""
    after: str | None = None

    def filter(self) -> dict[str, Any] | None:
        """Return the filter that it amounts to.

        Raises:
            InvalidInput: what was written as a filter is no JSON.
        """
        asked: list[Any] = []
        if self.name:
            asked.append({"name": {"glob": f"*{self.name}*"}})
        if self.label:
            asked.append({"annotations.label": self.label})
        if self.task:
            there = {f"status.{self.task}": self.status} if self.status else {f"visits.{self.task}": {"gt": 0}}
            asked.append(there)
        if self.issues:
            asked.append({"issues.open": {"gt": 0}})
        if self.bare:
            asked.append({"annotations.count": 0})
        if self.where:
            asked.append(filters.read(self.where))
        return {"and": asked} if asked else None

    @property
    def chosen(self) -> dict[str, Any]:
        """Return which items are meant, as services take it."""
        return {"folder": self.folder or None, "where": self.filter()}

    def address(self, **other: Any) -> str:
        """Return the address of the page that shows them, or of one that is like it but for some of it."""
        like = self.model_copy(update={"after": None, **other})
        given = like.model_dump(exclude_defaults=True, include=set(Looking.model_fields))
        return f"/items?{urlencode(given)}" if given else "/items"

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Return them as the hidden fields of a form."""
        given = self.model_dump(exclude_defaults=True, exclude={"after"}, include=set(Looking.model_fields))
        return [(name, str(value)) for name, value in given.items()]
