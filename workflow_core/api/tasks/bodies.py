"""What is sent to change tasks."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)

from workflow_core.api.bodies import Act, Body, Chosen, Confirmed, Number
from workflow_core.domain.work import statuses
from workflow_core.pipeline import compiled
from workflow_core.pipeline.language.spec import Recipe, Statuses

# Of no type that the document would name: labels and statuses are told by other ones of these names.
TOLD = {"description": "As in a pipeline's file: `annoflow pipeline schema` has all of it."}
GivenRecipe = Annotated[Any, BeforeValidator(Recipe.model_validate), WithJsonSchema({"type": "object", **TOLD})]
GivenStatuses = Annotated[
    Any,
    BeforeValidator(TypeAdapter[Any](Statuses).validate_python),
    WithJsonSchema({"type": "array", "items": {}, **TOLD}),
]


class Additions(Act, Chosen):
    """Items to add."""


class Rankings(Act, Chosen):
    """Items to rank: the lowest comes first."""

    rank: StrictInt


class Clearings(Confirmed, Chosen):
    """Statuses to clear: of items, or one status; which ones has to be said."""

    status: StrictStr | None = None

    @model_validator(mode="after")
    def _said(self) -> Self:
        if self.status is None and not any(one is not None for one in self.chosen.values()):
            raise ValueError("say which statuses: item_ids, folder, where or status")
        return self


class Redistribution(Act, Chosen):
    """How to deal anew: by weights, else equally; only the work `of` some people, only some items."""

    weights: dict[str, float] | None = None
    of: list[str] | None = None


class Reassignment(Confirmed):
    """Whose unfinished work goes to whom."""

    old: StrictStr
    new: StrictStr


class MemberWanted(Body):
    """Who is to work on a task."""

    person: StrictStr
    weight: float = 1.0


class Sending(Confirmed):
    """Where an item is sent: to a task, or, where it is stuck, to an exit."""

    to: StrictStr


class Archiving(Body):
    """What is confirmed: that finished work is put away with the task, and that claims end."""

    with_finished: bool = False
    end_claims: bool = False


class TaskSettings(Body):
    """What is to be changed of a task; what is left out stays."""

    priority: StrictInt = 0
    due_at: datetime | None = None
    lock_when_due: StrictBool = False
    max_fix_rounds: StrictInt | None = None
    review_own: StrictBool = False
    description: StrictStr | None = None
    lease: StrictInt = 1800


class NewQueue(Body):
    """How a task hands out from a pool: how many at once, how many a person may hold, for how many seconds each."""

    batch: StrictInt = 1
    limit: StrictInt | None = None
    lease: StrictInt = 1800


class NewTask(TaskSettings):
    """A task to make, without its items: who works on it, by weights, and what they may decide besides."""

    assignees: dict[str, float]
    extra_statuses: GivenStatuses = Field(default_factory=list)
    queue: NewQueue | None = None

    @property
    def given(self) -> dict[str, Any]:
        """Return it as services take it."""
        said = self.model_dump(exclude={"extra_statuses", "queue", "recipe"}, exclude_unset=True)
        queue = self.queue
        return {
            **said,
            "extra_statuses": [statuses.named(**one.model_dump()) for one in self.extra_statuses],
            "queue": None if queue is None else compiled.Queue(queue.batch, queue.limit or queue.batch, queue.lease),
        }


class NewTaskOf(NewTask):
    """A task over a dataset; its recipe is as in a pipeline's file, and names no files."""

    name: StrictStr
    type: Literal["annotation", "qa"] = "annotation"
    recipe: GivenRecipe | None = None
    reviews: list[Number] = Field(default_factory=list)


class NewReview(NewTask):
    """A QA task over what has one of these statuses: all of it, or of a filter, or a sample."""

    name: StrictStr | None = None
    of_status: tuple[StrictStr, ...] = ("completed",)
    where: dict[str, Any] | None = None
    share: float = 1.0
    at_least: StrictInt = 0
