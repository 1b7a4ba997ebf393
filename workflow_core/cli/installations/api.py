"""`annoflow api`: every operation that a server has, by its path."""

import json
import sys
from collections.abc import Mapping
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workflow_core.cli.installations import context
from workflow_core.cli.output import show_json
from workflow_core.domain.words.wording import quoted
from workflow_core.errors import InvalidInput

if TYPE_CHECKING:
    from workflow_core.client import Annoflow

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
UNSENT = ("GET", "DELETE")
"""What has no body: its fields are part of the address."""


def api(
    call: Annotated[
        list[str],
        typer.Argument(metavar="[METHOD] PATH", help="What is asked for; GET, or POST with something to send."),
    ],
    field: Annotated[
        list[str] | None,
        typer.Option("--field", "-f", help="NAME=TEXT or NAME:=JSON; may be said again.", show_default="none"),
    ] = None,
    input: Annotated[
        Path | None, typer.Option(help="A file to send as it is; - is stdin.", show_default="none")
    ] = None,
    all: Annotated[bool, typer.Option("--all", help="All parts of a list, each that is in it on a line.")] = False,
) -> None:
    """Ask a server for anything that it can do, as whom ANNOFLOW_TOKEN is of; /api/openapi.json lists it all.

    \b
      annoflow api /api/projects
      annoflow api --all /api/datasets/1/items -f folder=/night | jq .name
      annoflow api /api/projects/1/datasets -f name=night
      annoflow api /api/tasks/1/claims -f more:=true
      annoflow api PUT /api/task-items/7/draft --input drawn.json
    """
    from workflow_core.client.connection import told

    method, path = _parted(call, sends=bool(field or input))
    fields = dict(map(_field, field or ()))
    if input is not None and fields:
        raise InvalidInput("give fields or a file to send, not both")
    with context.elsewhere() as annoflow:
        asked = {name: text if isinstance(text, str) else json.dumps(text) for name, text in fields.items()}
        if all:
            for one in annoflow.pages(path, **asked):
                show_json(one, indent=None)
            return
        if method == "GET" and input is None:
            _show_as_it_comes(annoflow, path, asked)
            return
        if input is not None:
            kind = guess_type(input.name)[0] or "application/json"
            content = sys.stdin.buffer.read() if str(input) == "-" else input
            answer = annoflow.send(method, path, content=content, headers={"Content-Type": kind})
        elif method in UNSENT:
            answer = annoflow.send(method, path, params=asked)
        else:
            answer = annoflow.send(method, path, json=fields or None)
    said = told(answer)
    if isinstance(said, bytes):
        sys.stdout.buffer.write(said)
    elif answer.content:
        show_json(said)


def _show_as_it_comes(annoflow: "Annoflow", path: str, params: Mapping[str, str]) -> None:
    """Print JSON once it is whole, and all else as it comes: a picture, and events as they happen."""
    from workflow_core.client.connection import told

    with annoflow.stream(path, params=params) as answer:
        if answer.headers.get("Content-Type", "").startswith("application/json"):
            answer.read()
            show_json(told(answer))
            return
        for part in answer.iter_bytes():
            sys.stdout.buffer.write(part)
            sys.stdout.buffer.flush()


def _parted(call: list[str], *, sends: bool) -> tuple[str, str]:
    method, path = call if len(call) == 2 else ("POST" if sends else "GET", call[0])
    if len(call) > 2 or method.upper() not in METHODS:
        raise typer.BadParameter(f"give a method ({', '.join(METHODS)}) and a path, not {' '.join(call)}")
    return method.upper(), path


def _field(given: str) -> tuple[str, Any]:
    """Read a field.

    >>> _field("name=5"), _field("more:=true"), _field("where:={}")
    (('name', '5'), ('more', True), ('where', {}))
    """
    from pydantic_core import from_json

    name, equals, text = given.partition("=")
    if not equals or not name.strip(":"):
        raise InvalidInput(f"{quoted(given)} is no field; give NAME=TEXT or NAME:=JSON")
    if not name.endswith(":"):
        return name, text
    try:
        return name[:-1], from_json(text)
    except ValueError as error:
        raise InvalidInput(f"{quoted(given)} is no JSON after :=") from error
