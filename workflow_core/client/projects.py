"""What is run: projects, the datasets and pipelines in them, and how far they are."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from json import dumps
from typing import Any

from workflow_core.client.connection import Connection
from workflow_core.domain.measures.reports import By, Cell
from workflow_core.domain.views.data import Dataset, Found, Item
from workflow_core.domain.views.history import Why
from workflow_core.domain.views.progress import Overview, Stuck, TaskProgress
from workflow_core.domain.views.projects import Pipeline, Project
from workflow_core.domain.views.tasks import Task

OF_TIME = {"day": date.fromisoformat, "oldest_since": datetime.fromisoformat}
"""The columns of figures that are no numbers or words."""


class Projects(Connection):
    """The projects of whoever the token is of."""

    def projects(self) -> list[Project]:
        """Return the projects in which one has a role."""
        return list(self._all(Project, "/api/projects"))

    def make_project(self, name: str) -> Project:
        """Make a project that one owns, or return it where one is in it; for who runs the installation."""
        return self._ask(Project, "POST", "/api/projects", json={"name": name})

    def pipelines(self, project_id: int) -> list[Pipeline]:
        """Return the pipelines of a project."""
        return list(self._all(Pipeline, f"/api/projects/{project_id}/pipelines"))

    def overview(self, pipeline_id: int) -> Overview:
        """Return where the items of a pipeline are, and what stands in its way."""
        return self._ask(Overview, "GET", f"/api/pipelines/{pipeline_id}/overview")

    def progress(self, pipeline_id: int) -> list[TaskProgress]:
        """Return how far each task of a pipeline is."""
        return self._ask(list[TaskProgress], "GET", f"/api/pipelines/{pipeline_id}/progress")

    def exits(self, pipeline_id: int) -> dict[str, int]:
        """Return how many items left a pipeline by each exit."""
        return self._ask(dict[str, int], "GET", f"/api/pipelines/{pipeline_id}/exits")

    def stuck(self, project_id: int) -> Iterator[Stuck]:
        """Return what nobody can go on with, the oldest first."""
        return self._all(Stuck, f"/api/projects/{project_id}/stuck")

    def find_tasks(self, named: str, *, project: str | None = None) -> list[Task]:
        """Return the tasks of a pipeline, or the task, of a name; `PIPELINE:TASK` names a task of a pipeline."""
        return self._ask(list[Task], "GET", "/api/tasks", params={"named": named, "project": project})

    def figures(self, task_id: int, *, by: By = By.TASK) -> list[dict[str, Cell]]:
        """Return the figures of a task, a row for each person, label or day; times are in seconds."""
        return self._rows(f"/api/tasks/{task_id}/figures", by)

    def pipeline_figures(self, pipeline_id: int, *, by: By = By.TASK) -> list[dict[str, Cell]]:
        """Return the figures of all tasks of a pipeline, as those of a task."""
        return self._rows(f"/api/pipelines/{pipeline_id}/figures", by)

    def _rows(self, path: str, by: By) -> list[dict[str, Cell]]:
        rows = self.request("GET", path, params={"by": by})
        return [{name: _cell(name, cell) for name, cell in row.items()} for row in rows]

    def datasets(self, project_id: int) -> Iterator[Dataset]:
        """Return the datasets of a project, by name."""
        return self._all(Dataset, f"/api/projects/{project_id}/datasets")

    def make_dataset(self, project_id: int, name: str) -> Dataset:
        """Make a dataset, or return the one of that name."""
        return self._ask(Dataset, "POST", f"/api/projects/{project_id}/datasets", json={"name": name})

    def items(
        self, dataset_id: int, *, folder: str | None = None, where: Mapping[str, Any] | None = None
    ) -> Iterator[Item]:
        """Return the items of a dataset by folder and name: all, those in or below a folder, those of a filter."""
        meant = {"folder": folder, "where": None if where is None else dumps(where)}
        return self._all(Item, f"/api/datasets/{dataset_id}/items", **meant)

    def find(self, named: str) -> Found:
        """Return the item of a name, a folder and name, or a number."""
        return self._ask(Found, "GET", "/api/items", params={"named": named})

    def why(self, item_id: int) -> Why:
        """Tell why an item is where it is, and how it got there."""
        return self._ask(Why, "GET", f"/api/items/{item_id}/why")


def _cell(name: str, cell: Any) -> Cell:
    read = OF_TIME.get(name)
    return read(cell) if read and cell is not None else cell
