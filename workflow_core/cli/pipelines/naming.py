"""Pipelines by the names that people give on the command line."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from workflow_core.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from workflow_core.domain.views.tasks import Task
    from workflow_core.store.database.engine import Session

Pipeline = Annotated[str, typer.Argument(metavar="PIPELINE", help="The name of a deployed pipeline.")]
Project = Annotated[
    str | None, typer.Option(help="The project it is in.", show_default="the only one with such a pipeline")
]


def meant(known: Mapping[int, str], named: str | None, *, what: str = "pipeline") -> list[int]:
    """Return the pipelines, or what else is known, of a name, or all; NotFound where there is none of it."""
    found = [key for key, name in known.items() if named in (None, name)]
    if named is not None and not found:
        raise NotFound(f"no {what} {named!r}; there is {', '.join(map(repr, known.values())) or 'none yet'}")
    return found


def the_project(known: Mapping[int, str], named: str | None) -> int:
    """Return the project of a name, or the only one."""
    found = meant(known, named, what="project")
    if len(found) != 1:
        names = ", ".join(map(repr, known.values()))
        raise InvalidInput(f"say in which project, with --project; there is {names or 'none yet'}")
    return found[0]


def project_of(session: "Session", *, pipeline: str, project: str | None) -> str:
    """Return the project meant: the one given, or the only one with a pipeline of that name."""
    from workflow_core.services.pipelines import schedules

    return project or only([(one.project, one.pipeline) for one in schedules.wanted(session)], pipeline)


def only(deployed: Collection[tuple[str, str]], pipeline: str) -> str:
    """Return the only project with a pipeline of a name, of all that are deployed, by their projects."""
    found = [where for where, name in deployed if name == pipeline]
    if not found:
        names = ", ".join(dict.fromkeys(repr(name) for _, name in deployed))
        raise NotFound(f"no pipeline {pipeline!r}; there is {names or 'none yet: annoflow pipeline deploy FILE'}")
    if len(found) > 1:
        raise InvalidInput(f"several projects have a pipeline {pipeline!r}: {', '.join(found)}; say --project")
    return found[0]


def one_task(found: "Sequence[Task]", named: str) -> "Task":
    """Return the task that a name means; that of a pipeline with several means none."""
    if len(found) > 1:
        listed = ", ".join(f"{one.pipeline}:{one.name}" for one in found)
        raise InvalidInput(f"{named!r} is a pipeline; name one of its tasks: {listed}")
    return found[0]
