"""The document of the API: what FastAPI knows of it, with refusals as they are."""

from typing import Any

from fastapi import FastAPI
from pydantic import TypeAdapter

from workflow_core.domain.views.answers import Refusal
from workflow_core.http.problems import MEDIA_TYPE

SCHEMA = "#/components/schemas/{model}"
OTHERWISE = {
    "description": "A refusal: `code` and `facts` say what kind it is, and `type` leads to what they mean.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": SCHEMA.format(model="Refusal")}}},
}
LINES = {"type": "string", "format": "binary"}
"""What a stream is to those who know nothing of `itemSchema` yet."""
NOT_OURS = ("HTTPValidationError", "ValidationError")
"""What FastAPI says of malformed requests where nobody says otherwise."""


class Application(FastAPI):
    """An application that describes itself."""

    def openapi(self) -> dict[str, Any]:
        """Return the document, in which every operation may refuse."""
        document = super().openapi()
        schemas = document["components"]["schemas"]
        if "Refusal" in schemas:
            return document
        for operations in document["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)
                for each in (operation.get("requestBody", {}), *operation["responses"].values()):
                    for content in each.get("content", {}).values():
                        if "itemSchema" in content:
                            content["schema"] = LINES
                operation["responses"]["default"] = OTHERWISE
        for name in NOT_OURS:
            schemas.pop(name, None)
        refusal = TypeAdapter(Refusal).json_schema(ref_template=SCHEMA)
        schemas |= refusal.pop("$defs") | {"Refusal": refusal}
        for name, schema in schemas.items():
            schema["title"] = name  # what clients that are made of this are called by; else all pages had one name
        return document
