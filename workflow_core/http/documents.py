"""The document of the API: what FastAPI knows of it, with refusals as they are."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from workflow_core.domain.views.problems import Refusal
from workflow_core.http.problems import MEDIA_TYPE

REFERENCE = {"$ref": "#/components/schemas/Refusal"}
OTHERWISE = {
    "description": "A refusal: `code` and `facts` say what kind it is, and `type` leads to what they mean.",
    "content": {MEDIA_TYPE: {"schema": REFERENCE}},
}
NOT_OURS = ("HTTPValidationError", "ValidationError")
"""What FastAPI says of malformed requests where nobody says otherwise."""


def install(app: FastAPI) -> None:
    """Let an application describe itself, once for all who ask."""
    app.openapi_schema = _document(app)


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = OTHERWISE
    schemas = document["components"]["schemas"]
    for name in NOT_OURS:
        schemas.pop(name, None)
    schemas["Refusal"] = TypeAdapter(Refusal).json_schema()
    return document
