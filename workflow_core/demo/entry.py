"""How a run begins: the pipeline is deployed, the pictures enter, and what is on them is known to the people."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from workflow_core.demo.frames import TruthShape
from workflow_core.demo.material import Given
from workflow_core.demo.people.marks import made_up
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.services import people
from workflow_core.services.data import items
from workflow_core.services.pipelines import bundles, data, deployment
from workflow_core.store.database.engine import Engine, session_scope


def deploy(engine: Engine, file: Path) -> Pipeline:
    """Deploy a pipeline's file, and return what it compiles to."""
    text = file.read_bytes()

    def read(path: str) -> bytes:
        return (file.parent / path).read_bytes()

    with session_scope(engine) as session:
        deployment.deploy(session, text=text, file=file.name, read=read, actor=None, now=datetime.now(UTC))
    return bundles.compile_file(text, file=file.name, read=read).pipeline


def enter(engine: Engine, pipeline: Pipeline, given: list[Given], *, seed: int) -> dict[int, Given]:
    """Add the pictures to the dataset, which the pipeline watches; return them by the ids of their items.

    What is on a picture is known afterwards; where nobody knows, it is made up.
    """
    new = [
        data.NewItem(
            name=one.name,
            folder=one.folder,
            uri=f"file://{one.path}",
            metadata=one.metadata,
            width=one.size[0],
            height=one.size[1],
        )
        for one in given
    ]
    with session_scope(engine) as session:
        project = people.project(session, name=pipeline.project)
        dataset = data.dataset(session, project_id=project.id, name=pipeline.dataset)
        data.add_items(session, actor=None, dataset=dataset, new=new, now=datetime.now(UTC))
        found = items.of_dataset(session, actor=None, dataset_id=dataset.id, limit=len(given)).items
    by_name = {(one.folder, one.name): replace(one, truth=_truth(one, pipeline, seed)) for one in given}
    return {item.id: by_name[item.folder, item.name] for item in found}


def _truth(one: Given, pipeline: Pipeline, seed: int) -> tuple[TruthShape, ...]:
    if one.truth is not None:
        return one.truth
    labels = [label for task in pipeline.tasks.values() if task.type == "annotation" for label in task.recipe.labels]
    return made_up(labels, one.size, Random(f"{seed}/{one.folder}/{one.name}"))
