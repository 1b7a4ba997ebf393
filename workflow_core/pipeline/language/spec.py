"""The keys of the language: what may be written, with types and defaults. Meaning across keys is for the rules."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from workflow_core.domain.items.sampling import SCALE
from workflow_core.pipeline.language.names import (
    BOOLEAN,
    KIND,
    MAPPING,
    TEXT,
    Assignees,
    Color,
    Due,
    Email,
    Formats,
    Key,
    Lease,
    Name,
    Names,
    Pages,
    People,
    Place,
    Share,
    Text,
    Tool,
    wrong,
)
from workflow_core.pipeline.language.schedules import Cron, Timezone


def _by_name(value: object) -> object:
    if not isinstance(value, str | dict):
        raise PydanticCustomError("union_tag_invalid", "neither", {"expected_tags": f"{TEXT}, {MAPPING}"})
    return {"name": value} if isinstance(value, str) else value


class Spec(BaseModel):
    """A mapping of the language: closed, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Attribute(Spec):
    """A property of an annotation."""

    type: Literal["boolean", "choice", "text", "number"] = Field(description="what its values are")
    values: list[Name] = Field([], description="the values of a choice")
    required: bool = Field(False, description="whether an annotation must have it")

    @model_validator(mode="after")
    def _values_belong_to_a_choice(self) -> "Attribute":
        if (self.type == "choice") != bool(self.values):
            what = "a choice without values" if self.type == "choice" else f"values for a {self.type}"
            raise wrong("wrong-value", f"an attribute has {what}", "give values to a choice, and only to one")
        return self


class Label(Spec):
    """What may be labelled; a name alone will do."""

    name: Name = Field(description="the name of the label")
    color: Color | None = Field(None, description="its color")
    key: Key | None = Field(None, description="the key that chooses it")
    tools: list[Tool] = Field(["box"], min_length=1, description="the tools that draw it")
    attributes: dict[Name, Attribute] = Field({}, description="what is asked about each annotation, by name")


class Instructions(Spec):
    """Work instructions: a Markdown or PDF file, or some pages of it; or text."""

    file: str | None = Field(None, description="a .md or .pdf file, beside the recipe")
    text: str | None = Field(None, description="the text itself, Markdown")
    pages: Pages | None = Field(None, description="the pages of the PDF that matter")

    @model_validator(mode="after")
    def _one_of_file_and_text(self) -> "Instructions":
        if (self.file is None) == (self.text is None):
            raise wrong("wrong-value", "instructions are either a file or a text", "give one of `file` and `text`")
        return self


class Settings(Spec):
    """How a recipe is worked with."""

    reviewer_edits: bool = Field(False, description="whether a reviewer may correct annotations directly")
    faults: list[Name] | None = Field(
        None, description="what reviewers find most often, flagged by the keys 1 to 9; left out, a usual list"
    )
    self_crossing: Literal["allow", "refuse"] | None = Field(
        None, description="whether a polygon that crosses itself is completed; left out, it is"
    )


class Recipe(Spec):
    """What may be labelled, and how: a file, or inline."""

    labels: list[Annotated[Label, BeforeValidator(_by_name)]] | None = Field(
        None, description="what may be labelled; a QA task may leave it out"
    )
    instructions: Annotated[Text | Annotated[Instructions, Tag(MAPPING)], KIND] | None = Field(
        None, description="a .md or .pdf file beside the recipe, or text"
    )
    settings: Settings = Field(Settings(), description="how it is worked with")


class Queue(Spec):
    """How a task hands out items from its pool."""

    batch: int = Field(1, ge=1, le=10_000, description="how many items are handed out at once")
    limit: int | None = Field(
        None, ge=1, le=10_000, description="how many a person who asks for more may hold; by default one batch"
    )
    lease: Lease | None = Field(None, description="how long a claim lasts without activity")


class Status(Spec):
    """A status; a name alone will do."""

    name: Name = Field(description="the name of the status")
    action: Name | None = Field(None, description="what its button says; by default its name")
    color: Color | None = Field(None, description="the color of its button")
    key: Key | None = Field(None, description="the key that presses it")
    incomplete: bool = Field(
        False, description="whether it may be set though an annotation lacks an attribute that is required"
    )


Statuses = list[Annotated[Status, BeforeValidator(_by_name)]]


class Task(Spec):
    """One micro-task."""

    type: Literal["annotation", "qa"] | None = Field(None, description="what is done in it; required")
    recipe: Annotated[Text | Annotated[Recipe, Tag(MAPPING)], KIND] | None = Field(
        None, description="a file, or the recipe itself; a QA task has by default what it reviews, together"
    )
    assignees: Assignees | None = Field(None, description="a team, a list of people, or weights; required")
    on: dict[str, Names] = Field({}, description="where each status leads: a target, or a list (a fork)")
    statuses: Statuses | None = Field(
        None, description="what people may decide, instead of completed or approved, and discarded"
    )
    extra_statuses: Statuses = Field([], description="what they may decide besides")
    reviews: Names | None = Field(
        None, description="the annotation tasks that a QA task reviews; by default all upstream"
    )
    queue: Annotated[Annotated[bool, Tag(BOOLEAN)] | Annotated[Queue, Tag(MAPPING)], KIND] | None = Field(
        None, description="handed out from a pool instead of allocated in advance"
    )
    lease: Lease = Field(1800, description="how long a claim lasts without activity")
    join: Literal["all"] | None = Field(None, description="`all`: the branches of a fork meet here")
    max_visits: int | None = Field(
        None, ge=1, le=1_000_000, description="how often an item may be here, coming round by a loop"
    )
    on_max_visits: str | None = Field(None, description="where it goes then; by default it is parked as stuck")
    manager: Email | None = Field(None, description="who answers for the task")
    priority: int = Field(0, ge=-1_000_000, le=1_000_000, description="higher is shown first")
    due: Due | None = Field(None, description="when it should be done: a date or a time, UTC by default")
    lock_when_due: bool = Field(False, description="whether work stops then")
    review_own: bool = Field(False, description="whether people may review their own work")
    max_fix_rounds: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="how often the fix of an annotation may be refused before a manager decides; of an annotation task",
    )
    description: str | None = Field(None, description="what it is about")


class Case(Spec):
    """One case of a router: `where`, `sample` or both, with `to`; or `else` alone."""

    where: dict[str, Any] | None = Field(None, description="a filter that the item must pass")
    sample: Share | None = Field(None, description="a share of the items, like 25%")
    to: str | None = Field(None, description="where the item goes")
    else_: str | None = Field(None, alias="else", description="where every other item goes")


class Split(Spec):
    """How items are parted for training, validation and tests; an item stays on its side, whatever else comes."""

    val: Share | None = Field(None, description="the share of validation; what is left is for training")
    test: Share | None = Field(None, description="the share of tests")

    @model_validator(mode="after")
    def _leaves_some_for_training(self) -> "Split":
        if not 0 < (self.val or 0) + (self.test or 0) < SCALE:
            raise wrong("bad-share", "these shares are nothing, or leave nothing for training", "write {val: 10%}")
        return self


class Export(Spec):
    """Where and how the items of an exit are written."""

    format: Formats = Field(description="what they are written as: a format, or several")
    to: Place = Field(min_length=1, description="a folder, from where this file is, or any fsspec URL")
    where: dict[str, Any] | None = Field(
        None, description="a filter that its items must pass; by default all are written"
    )
    split: Split | None = Field(None, description="how items are parted for training; by default they are not")
    schedule: Cron | None = Field(None, description="when it is written by itself; UTC")


class Exit(Spec):
    """Where items leave the pipeline."""

    export: Export | None = Field(None, description="where and how its items are written")


class Schedule(Spec):
    """When a source is read."""

    cron: Cron = Field(description="minute, hour, day, month, weekday")
    timezone: Timezone = Field("UTC", description="the time zone of the schedule")


class Source(Spec):
    """Where new items come from, and which items of the dataset enter."""

    uri: Place | None = Field(None, min_length=1, description="a folder, from where this file is, or any fsspec URL")
    folder: str | None = Field(None, min_length=1, description="the folder of the dataset whose items enter")
    where: dict[str, Any] | None = Field(None, description="a filter that they must pass")
    schedule: Annotated[Annotated[Cron, Tag(TEXT)] | Annotated[Schedule, Tag(MAPPING)], KIND] | None = Field(
        None, description="when the source is read: cron, in UTC, or with a time zone"
    )
    watch: bool = Field(False, description="whether what arrives in any other way enters at once")


class Pipeline(Spec):
    """The whole file."""

    project: Name = Field("default", description="where the roles live")
    pipeline: Name | None = Field(None, description="the name of the pipeline; required")
    dataset: Name | None = Field(None, description="the dataset; by default of the pipeline's name")
    manager: Email | None = Field(None, description="who answers for the tasks")
    description: str | None = Field(None, description="what it is about")
    teams: dict[Name, People] = Field({}, description="people by team, with weights or in equal shares")
    source: Source = Field(Source(), description="where new items come from, and which enter")
    start: Names | None = Field(
        None, description="the task where items enter, or several (a fork); by default the first"
    )
    tasks: dict[Name, Task] = Field({}, description="the tasks by name; required")
    routers: dict[Name, list[Case]] = Field({}, description="the routing nodes by name")
    exits: dict[Name, Exit | None] = Field({}, description="further exits, and what exits export")
