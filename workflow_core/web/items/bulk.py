"""What is done with all items that somebody looks for, or those that they ticked: its effects are said first."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import Form
from fastapi.responses import Response
from pydantic import Field

from workflow_core.errors import InvalidInput
from workflow_core.http.database import Writing
from workflow_core.http.identity import Now, Writer
from workflow_core.http.routing import Router
from workflow_core.services.data import datasets
from workflow_core.services.jobs import requests
from workflow_core.services.overviews import tasks
from workflow_core.web.items.looking import Looking
from workflow_core.web.rendering import filters
from workflow_core.web.rendering.acts import Act, carried_out
from workflow_core.web.rendering.pages import Page

router = Router(route_class=Page, prefix="/items")


class Bulk(Looking):
    """An act, and which items it is for; the `item`s that were ticked, where any were."""

    act: str
    of: int | None = None
    rank: str = ""
    item: list[int] = Field(default_factory=list)
    sure: bool = False
    end_claims: bool = False

    @property
    def chosen(self) -> dict[str, Any]:
        """Return which items are meant, as services take it."""
        return {"item_ids": self.item} if self.item else super().chosen


WORDS: Mapping[str, tuple[str, str, str]] = {
    "archive": ("Archive items", "Archive", "archived"),
    "add": ("Add items to {}", "Add", "placed"),
    "remove": ("Take items out of {}", "Take out", "withdrawn"),
    "clear": ("Have items done again in {}", "Send again", "cleared"),
    "rank": ("Say when items come in {}", "Rank", ""),
}
"""By act: the title, the button, and the verb of the events that it counts where the act itself counts no items."""


@router.post("/acts")
def act(session: Writing, actor: Writer, now: Now, given: Annotated[Bulk, Form()]) -> Response:
    """Say what an act would do with the items, or do it; of many items a job does it."""
    if given.act not in WORDS or given.dataset is None or (given.of is None and given.act != "archive"):
        raise InvalidInput("say what is to be done, with which items, in which task")
    said = given.chosen | ({"rank": filters.whole(given.rank) or 0} if given.act == "rank" else {})
    key = given.of if given.of is not None and given.act != "archive" else given.dataset
    do = partial(requests.ask, session, actor=actor, act=given.act, key=key, now=now, **said)
    project = datasets.one(session, actor=actor, dataset_id=given.dataset).project_id
    name = tasks.one(session, actor=actor, task_id=key).name if given.act != "archive" else ""
    title, button, verb = WORDS[given.act]
    fields = [*given.fields, ("act", given.act), *(("item", str(one)) for one in given.item)]
    fields += [(name, value) for name, value in (("of", str(given.of or "")), ("rank", given.rank)) if value]
    asked = Act(
        title.format(name), button, at="/items/acts", back=given.address(), fields=fields, verb=verb, here="items"
    )
    return carried_out(session, asked, do, actor=actor, sure=given.sure, end_claims=given.end_claims, project=project)
