"""From a picture to an export by the client that openapi-python-client made of the API's document, which knows no
annoflow. Run it with the environment of `make oracles`: URL, TOKEN of an owner, TOKEN of a contributor.
"""

import io
import sys
import time
from pathlib import Path

from annoflow_client import AuthenticatedClient
from annoflow_client.api.datasets import make_dataset
from annoflow_client.api.exports import pipeline_exports
from annoflow_client.api.files import upload
from annoflow_client.api.jobs import export_pipeline, job, sync_pipeline
from annoflow_client.api.me import my_assignments
from annoflow_client.api.pipelines import deploy_pipeline
from annoflow_client.api.projects import make_project, pipeline_exits
from annoflow_client.api.work import claim, submit
from annoflow_client.models import Claiming, ExportWanted, Named, PipelineFiles, ProjectWanted, Submission
from annoflow_client.types import File

PIPELINE = """
project: road
pipeline: night
dataset: night
tasks: {cars: {type: annotation, recipe: {labels: [car]}, assignees: [ann@example.org], on: {completed: done}}}
exits: {done: {export: {format: coco, to: night}}}
"""


def main() -> None:
    url, owner, contributor, picture = sys.argv[1:]
    olga, ann = (AuthenticatedClient(url, token, raise_on_unexpected_status=True) for token in (owner, contributor))
    road = make_project.sync(client=olga, body=ProjectWanted("road"))
    night = make_dataset.sync(road.id, client=olga, body=Named("night"))
    sent = upload.sync(night.id, "a.jpg", client=olga, body=File(io.BytesIO(Path(picture).read_bytes())))
    assert sent.became == "new", sent
    files = PipelineFiles.from_dict({"file": "night.yaml", "texts": {"night.yaml": PIPELINE}})
    pipeline = deploy_pipeline.sync(road.id, client=olga, body=files).pipeline_id
    wait(olga, sync_pipeline.sync(pipeline, client=olga))
    (share,) = my_assignments.sync(client=ann)
    (held,) = claim.sync(share.task_id, client=ann, body=Claiming())
    submit.sync(held.id, client=ann, body=Submission("completed", token=held.token))
    while not pipeline_exits.sync(pipeline, client=olga).to_dict().get("done"):
        time.sleep(0.1)
    wait(olga, export_pipeline.sync(pipeline, client=olga, body=ExportWanted(exit_="done")))
    (written,) = pipeline_exports.sync(pipeline, client=olga).items
    print(f"the generated client: {written.items} item in {written.uri}")


def wait(client, asked) -> None:
    while (now := job.sync(asked.id, client=client)).ended_at is None:
        time.sleep(0.1)
    assert now.state == "done", now


main()
