"""The JSON Schema of the language, generated from its spec, by which editors complete keys and say what they mean."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import AfterValidatorFunctionSchema, BeforeValidatorFunctionSchema

from workflow_core.domain.annotations.recipes import TOOLS
from workflow_core.pipeline.language import names, schedules, spec
from workflow_core.pipeline.rehearsal import Rehearsal

REQUIRED = "; required"
"""How the description of a key ends that must be there, although the spec reads files without it."""

DOCUMENTS: Mapping[str, type[BaseModel]] = {"pipeline": spec.Pipeline, "recipe": spec.Recipe, "test": Rehearsal}


@cache
def as_text(document: str = "pipeline") -> str:
    """Return the JSON Schema of a kind of file (see `DOCUMENTS`), as it is kept in a file."""
    return json.dumps(json_schema(document), indent=2, ensure_ascii=False) + "\n"


def json_schema(document: str = "pipeline") -> dict[str, Any]:
    """Return the JSON Schema of a kind of file.

    >>> json_schema()["required"]
    ['pipeline', 'tasks']
    """
    found = DOCUMENTS[document].model_json_schema(schema_generator=_Generator)
    schema = {"$schema": "http://json-schema.org/draft-07/schema#", "title": f"annoflow {document}", **found}
    for each in (schema, *schema.get("$defs", {}).values()):
        _say_what_is_required(each)
    return schema


def _say_what_is_required(schema: dict[str, Any]) -> None:
    properties = schema.get("properties", {})
    required = list(schema.get("required", ()))
    for key, value in properties.items():
        if value.get("description", "").endswith(REQUIRED):
            value["description"] = value["description"].removesuffix(REQUIRED)
            value.pop("default", None)
            required.append(key)
    if required:
        schema["required"] = sorted(required, key=list(properties).index)


def _function(alias: object) -> object:
    """Return the validator of an alias such as `terms.Lease`."""
    return next(each.func for each in getattr(alias, "__metadata__", ()) if hasattr(each, "func"))


def _name_or_mapping() -> object:
    return _function(get_args(spec.Statuses)[0])


_WRITTEN: Mapping[object, dict[str, Any]] = {
    _function(names.Lease): {
        "title": "time such as `30m`",
        "type": "string",
        "pattern": r"^\d{1,9} ?[smhd]$",
        "examples": ["30m", "1h"],
    },
    _function(names.Share): {
        "title": "percentage such as `25%`",
        "type": "string",
        "pattern": r"^\d{1,3}(\.\d{1,9})? ?%$",
        "examples": ["25%"],
    },
    _function(names.Pages): {
        "title": "pages such as `3-5`",
        "anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^\d{1,5}( ?- ?\d{1,5})?$"}],
    },
    _function(names.Color): {
        "title": 'color such as `"#e4572e"`',
        "type": "string",
        "pattern": "^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$",
    },
    _function(names.Key): {"title": "character", "type": "string", "minLength": 1, "maxLength": 1},
    _function(names.Email): {"title": "e-mail address", "type": "string", "pattern": r"^[^@\s]+@[^@\s]+$"},
    _function(names.Due): {"title": "date or a time such as `2026-12-31`", "type": "string"},
    _function(schedules.Cron): {"title": "schedule such as `0 6 * * *`", "type": "string", "examples": ["0 6 * * *"]},
    _function(schedules.Timezone): {"title": "time zone such as `Europe/Berlin`", "type": "string"},
    _function(names.Name): {
        "title": "name",
        "type": "string",
        "minLength": 1,
        "maxLength": 64,
        "pattern": r"^[^:\n]+$",
    },
    _function(names.Tool): {"enum": list(TOOLS)},
    _function(names.Format): {"enum": list(names.FORMATS)},
}


class _Generator(GenerateJsonSchema):
    """Shows what is written in the file, where a validator makes something else of it."""

    def function_before_schema(self, schema: BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        function = schema["function"]["function"]
        if function in _WRITTEN:
            return dict(_WRITTEN[function])
        if function is _name_or_mapping():
            return {"anyOf": [{"title": "name", "type": "string"}, self.generate_inner(schema["schema"])]}
        return super().function_before_schema(schema)

    def function_after_schema(self, schema: AfterValidatorFunctionSchema) -> JsonSchemaValue:
        written = _WRITTEN.get(schema["function"]["function"])
        return dict(written) if written else super().function_after_schema(schema)

    def nullable_schema(self, schema: Any) -> JsonSchemaValue:
        """A key may be left out instead; only an exit may be nothing but a name."""
        inner = self.generate_inner(schema["schema"])
        return {"anyOf": [inner, {"type": "null"}]} if "Exit" in str(inner.get("$ref", "")) else inner

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        found = super().default_schema(schema)
        if found.get("default") in (None, [], {}):
            found.pop("default", None)
        if found.get("title") == _WRITTEN[_function(names.Lease)]["title"] and "default" in found:
            found["default"] = f"{found['default'] // 60}m"
        return found

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        found = super().model_schema(schema)
        found.pop("title", None)
        return found
