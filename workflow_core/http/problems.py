"""What a refusal looks like: RFC 9457, with the sentence that the command line says too."""

import logging
import re
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from workflow_core.domain.items.filters import FilterError
from workflow_core.domain.words.unserved import CODES
from workflow_core.domain.words.wording import quoted, shown
from workflow_core.errors import (
    AnnoflowError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PipelineInvalid,
    Stale,
    TooMany,
    Unavailable,
)
from workflow_core.services.running import schema

STATUS = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    PipelineInvalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.PRECONDITION_FAILED,
    TooMany: HTTPStatus.TOO_MANY_REQUESTS,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Each error that a caller may meet, and the status that says it."""
HEADERS: dict[type[AnnoflowError], dict[str, str]] = {
    NotSignedIn: {"WWW-Authenticate": "Bearer"},
    Unavailable: {"Retry-After": "5"},
}
"""What an answer says beside that."""
DOCUMENTED = "/api/problems"
"""Below it the server tells what each code means."""
MEDIA_TYPE = "application/problem+json"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""What is asked of annoflow; HEAD is a GET of which the answer has no body."""
JSON = re.compile(r"\s*application/([\w.-]+\+)?json\s*(;|$)", re.IGNORECASE)
SAID = {
    "extra_forbidden": "there is no such key",
    "missing": "this is missing",
    "model_attributes_type": "this is to be an object, {…}",
}
"""Of what Pydantic finds, what is no word of who asks."""
AWAY = "the database cannot be asked now; try again in some seconds"

log = logging.getLogger("annoflow.http")


def answer(
    request: Request, status: int, detail: str, *, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """Return a problem as an answer; what no rule has refused has the code of its status."""
    status = HTTPStatus(status)
    about = {"code": CODES.get(status, "unforeseen"), "facts": {}, **more}
    given = {"type": f"{DOCUMENTED}/{about['code']}", "title": status.phrase, "status": status.value, "detail": detail}
    body = {**given, **about, "request": getattr(request.state, "id", None)}
    return JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let an application answer every error as a problem."""
    app.add_exception_handler(AnnoflowError, _refused)
    app.add_exception_handler(schema.Fault, of_database)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, unknown)


def kind_of(error: Exception) -> type[AnnoflowError]:
    """Return which of the errors in `STATUS` one is."""
    return next(kind for kind in STATUS if isinstance(error, kind))


def _refused(request: Request, error: Exception) -> JSONResponse:
    kind = kind_of(error)
    assert isinstance(error, AnnoflowError)
    about: dict[str, Any] = {"code": error.code, "facts": error.facts}
    if isinstance(error, FilterError):
        about["faults"] = [{"where": ["where", *map(str, error.path)], "fault": str(error)}]
    if isinstance(error, PipelineInvalid):
        about["findings"] = jsonable_encoder(error.findings)
    headers = HEADERS.get(kind)
    if isinstance(error, TooMany):
        headers = {"Retry-After": str(error.facts["seconds"])}
    return answer(request, STATUS[kind], str(error), headers=headers, **about)


def of_database(request: Request, error: Exception) -> JSONResponse:
    """Tell whoever runs the server what is wrong, and whoever asks that it is worth to ask again."""
    assert isinstance(error, schema.Fault)
    url = str(request.app.state.engine.url)
    if not schema.is_its_own(url, error):
        raise error
    log.error("%s: %s", request.state.id, schema.explain(url, error))
    return _refused(request, Unavailable(AWAY))


def _malformed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [{"where": [shown(part) for part in one["loc"]], "fault": _said(one)} for one in error.errors()]
    first = faults[0]
    kind = request.headers.get("content-type", "")
    if first["where"] == ["body"] and error.body and not JSON.match(kind):
        said = f"send JSON and say so, with Content-Type: application/json; this is {quoted(kind) if kind else 'none'}"
        return answer(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, said)
    detail = f"{'.'.join(first['where'])}: {first['fault']}"
    return answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, detail, faults=faults)


def _said(fault: dict[str, Any]) -> str:
    if fault["type"] == "json_invalid":
        return f"this is no JSON: {fault['ctx']['error']}"
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    return SAID.get(fault["type"], str(fault["msg"]))


def unknown(request: Request, error: Exception) -> JSONResponse:
    """Return the problem of what no endpoint answers."""
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.BAD_REQUEST:  # what FastAPI says of a body nested too deep, or of no UTF-8
        return answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, "body: this cannot be read as JSON in UTF-8")
    headers, said = dict(error.headers or {}), str(error.detail)
    if error.status_code == HTTPStatus.NOT_FOUND:
        said = "there is no such address; /api/openapi.json lists all"
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(methods(request))
        said = f"{shown(request.method)} cannot be asked of this address; {headers['Allow']} can"
    return answer(request, error.status_code, said, headers=headers)


def methods(request: Request) -> list[str]:
    """Return what may be asked of an address: FastAPI tells the methods of the first route alone that has it."""
    scopes = [(method, {**request.scope, "method": method}) for method in METHODS]
    told = [name for name, scope in scopes if any(one.matches(scope)[0] is Match.FULL for one in request.app.routes)]
    return ["HEAD", *told] if "GET" in told else told
