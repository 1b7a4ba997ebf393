"""The document of the API: what FastAPI knows of it, with refusals as they are, and with words where it has none."""

import json
import re
from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter

from workflow_core.domain.views.answers import Refusal
from workflow_core.http.problems import MEDIA_TYPE

SCHEMA = "#/components/schemas/{model}"
ABOUT = """What annoflow does over HTTP. Whoever has a token (`Authorization: Bearer af_…`), or is signed in, may do
what that person may; what is not theirs is 404, as what is not there.

A refusal is a problem (RFC 9457): `detail` is for people, `code` and `facts` for programs. Lists come in parts, of
which `next` is where the one after begins. A change that got no answer is asked again with the same `Idempotency-Key`.
An `ETag` is a version: with `If-Match` nothing is overwritten that was changed meanwhile. What takes long is a job.
"""
OTHERWISE = {
    "description": "A refusal: `code` and `facts` say what kind it is, and `type` leads to what they mean.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": SCHEMA.format(model="Refusal")}}},
}
DONE = {
    "200": "What was asked for, or what came of it.",
    "201": "It is made.",
    "202": "A job does it.",
    "204": "It is done; there is nothing to tell.",
}
PARAMETERS = {
    "accept": "`text/csv` for a table.",
    "archived": "Those that are archived, instead of all others.",
    "as_boxes": "Take polygons as boxes also where the recipe has both.",
    "below": "The folder of the items below which the names in the file are.",
    "by": "What there is a row for.",
    "dry_run": "Only tell what would come of it, and change nothing.",
    "end_claims": "Do it also where it ends claims; without, that is refused and said.",
    "file": "What is read of an archive, a file or a folder; by default all.",
    "folder": "Those in a folder, and below.",
    "format": "What the file is, as `annoflow import --format` has it.",
    "Idempotency-Key": "A text that is new for each change: asked again within a day, it is done once.",
    "if-match": "The `ETag` that was answered: where there is another one by now, nothing is done (412).",
    "images": "For a list of results: the COCO file of the archive that it is about.",
    "last-event-id": "The number of the last event that was heard.",
    "migrate": "Take items on their way along to the new version, those that can follow it.",
    "model": "The model that made what does not say who did; by default people.",
    "model_version": "Its version.",
    "named": "A name, or a longer one: a folder and a name of an item, `PIPELINE:TASK`.",
    "preview": "Only tell what would come of it, and change nothing.",
    "project": "The project it is in; by default any.",
    "reopen": "Open items again that have their status already; a manager's clear.",
    "replace": "Take the place of another picture that has the name.",
    "state": "Those in one state.",
    "strip": "A folder that names in the file begin with, and items do not.",
    "to": "The task, or the exit.",
}
"""What is asked, in the words of the commands, where an operation has none of its own."""
JOB = {"Location": {"description": "Where the job is.", "schema": {"type": "string"}}}
TAG = {"ETag": {"description": "The version, for `If-Match`.", "schema": {"type": "string"}}}
VERSIONED = ("task", "task-item", "plan-deploy", "item-image", "item-thumbnail")
"""What is read with its version."""
LINES = {"type": "string", "format": "binary"}
"""What a stream is to those who know nothing of `itemSchema` yet."""
NOT_OURS = ("HTTPValidationError", "ValidationError")
"""What FastAPI says of malformed requests where nobody says otherwise."""


class Application(FastAPI):
    """An application that describes itself."""

    def openapi(self) -> dict[str, Any]:
        """Return the document, in which every operation may refuse."""
        document = super().openapi()
        if "Refusal" not in document["components"]["schemas"]:
            self.openapi_schema = document = _finished(document)
        return document


def _finished(document: dict[str, Any]) -> dict[str, Any]:
    document["info"]["description"] = ABOUT
    for operations in document["paths"].values():
        for operation in operations.values():
            _tell(operation)
    schemas = document["components"]["schemas"]
    for name in NOT_OURS:
        schemas.pop(name, None)
    refusal = TypeAdapter(Refusal).json_schema(ref_template=SCHEMA)
    schemas |= refusal.pop("$defs") | {"Refusal": refusal}
    document = json.loads(re.sub(r"\bPage_(\w+)_(?=\")", r"\1Page", json.dumps(document)))
    for name, schema in document["components"]["schemas"].items():
        schema["title"] = name  # what clients that are made of this are called by; else all pages had one name
    return dict(document)


def _tell(operation: dict[str, Any]) -> None:
    operation["summary"] = re.split(r"[.:;](?:\s|$)", operation["description"].replace("\n", " "), maxsplit=1)[0]
    parameters = {one["name"]: one for one in operation.get("parameters", ())}
    for name in parameters.keys() & PARAMETERS.keys():
        parameters[name].setdefault("description", PARAMETERS[name])
    has_a_version = "if-match" in parameters or operation["operationId"] in VERSIONED
    responses = operation["responses"]
    responses.pop("422", None)
    for status, response in responses.items():
        if response["description"] == "Successful Response":
            response["description"] = DONE[status]
        headers = (JOB if status == "202" else {}) | (TAG if has_a_version else {})
        if headers:
            response["headers"] = headers
    for each in (operation.get("requestBody", {}), *responses.values()):
        for content in each.get("content", {}).values():
            if "itemSchema" in content:
                content["schema"] = LINES
            content.get("schema", {}).pop("title", None)
    responses["default"] = OTHERWISE
