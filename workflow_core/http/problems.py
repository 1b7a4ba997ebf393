"""What a refusal looks like: RFC 9457, with the sentence that the command line says too."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from workflow_core.domain.wording import shown
from workflow_core.errors import (
    AnnoflowError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    PipelineInvalid,
    Stale,
    Unavailable,
)

STATUS = {
    InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    PipelineInvalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotSignedIn: HTTPStatus.UNAUTHORIZED,
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Conflict: HTTPStatus.CONFLICT,
    Stale: HTTPStatus.PRECONDITION_FAILED,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Each error that a caller may meet, and the status that says it."""
DOCUMENTED = "/api/problems"
"""Below it the server tells what each code means."""
MEDIA_TYPE = "application/problem+json"


def answer(
    request: Request, status: int, detail: str, *, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """Return a problem as an answer; what has no code says no more than its status does."""
    status = HTTPStatus(status)
    given = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail, **more}
    body = {**given, "request": getattr(request.state, "id", None)}
    return JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let an application answer every error as a problem."""
    app.add_exception_handler(AnnoflowError, _refused)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _unknown)


def _refused(request: Request, error: Exception) -> JSONResponse:
    status = next(status for kind, status in STATUS.items() if isinstance(error, kind))
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, NotSignedIn) else None
    assert isinstance(error, AnnoflowError)
    about: dict[str, Any] = {"type": f"{DOCUMENTED}/{error.code}", "code": error.code, "facts": error.facts}
    if isinstance(error, PipelineInvalid):
        about["findings"] = jsonable_encoder(error.findings)
    return answer(request, status, str(error), headers=headers, **about)


def _malformed(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [{"where": [shown(part) for part in one["loc"]], "fault": one["msg"]} for one in error.errors()]
    first = faults[0]
    detail = f"{'.'.join(first['where'])}: {first['fault']}"
    return answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, detail, faults=faults)


def _unknown(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.BAD_REQUEST:  # what FastAPI says of a body nested too deep, or of no UTF-8
        return answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, "body: this cannot be read as JSON in UTF-8")
    headers = dict(error.headers or {})
    return answer(request, error.status_code, str(error.detail), headers=headers)
