"""What a server refuses, as the error that it was there."""

from http import HTTPStatus
from typing import Any

import httpx2

from workflow_core.domain.words.refusals import REFUSALS
from workflow_core.domain.words.unserved import UNSERVED
from workflow_core.errors import AnnoflowError, InvalidInput, NotFound, PipelineInvalid, Refused, Unavailable

MEDIA_TYPE = "application/problem+json"


def error_of(answer: httpx2.Response) -> AnnoflowError:
    """Return the error that an answer tells of; `Refused` where its code is one that is not known here yet."""
    told = _problem(answer)
    code, detail = told.get("code"), told.get("detail", answer.reason_phrase)
    if code is None or code in UNSERVED:
        return _without_code(answer, detail, told.get("request"))
    if code == PipelineInvalid.code:
        findings = tuple(told.get("findings") or ())
        return PipelineInvalid("\n".join((detail, *map(_at_its_place, findings))), findings)
    kind = REFUSALS[code].error if code in REFUSALS else Refused
    return kind(detail, code=code, **(told.get("facts") or {}))


def _at_its_place(finding: dict[str, Any]) -> str:
    said = "{file}:{line}:{column}: {severity}: {message}".format_map(finding)
    return f"{said}; {finding['hint']}" if finding.get("hint") else said


def _without_code(answer: httpx2.Response, detail: str, number: str | None) -> AnnoflowError:
    """Tell of what is no matter of annoflow's rules: what cannot be read, is no address, or was not foreseen."""
    asked = f"{answer.request.method} {answer.request.url.path}: {detail}"
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Unavailable(f"{asked} (request {number})" if number else asked)
    return NotFound(asked) if answer.status_code == HTTPStatus.NOT_FOUND else InvalidInput(asked)


def _problem(answer: httpx2.Response) -> dict[str, Any]:
    """Return what a server says of itself; what stands before it may answer with a page of its own."""
    return dict(answer.json()) if answer.headers.get("Content-Type") == MEDIA_TYPE else {}
