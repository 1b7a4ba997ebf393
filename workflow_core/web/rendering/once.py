"""A form that is sent twice does once what it does: each has a key of its own, by which the second is known."""

import hashlib
import inspect
import re
from collections.abc import Callable
from functools import wraps
from secrets import token_urlsafe
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from jinja2.ext import Extension
from markupsafe import Markup

from workflow_core.domain.views.answers import Answered
from workflow_core.http.database import Writing
from workflow_core.http.identity import Writer, now
from workflow_core.services.accounts import repeats
from workflow_core.store.database.engine import Session

FIELD = "once"
_FORM = re.compile(r'<form\b[^>]*\bmethod="post"[^>]*>')


class Keys(Extension):
    """Puts a key into each form of a template that is posted, whatever page it is on."""

    def preprocess(self, source: str, *_: str | None, **__: str | None) -> str:
        """Return the source of a template with it."""
        return _FORM.sub(lambda form: f"{form[0]}{{{{ {FIELD}() }}}}", source)


def key() -> Markup:
    """Return the field with a new key."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token_urlsafe(16))


def changes(endpoint: Callable[..., Any]) -> bool:
    """Return whether an endpoint changes something for somebody who is signed in."""
    takes = list(inspect.get_annotations(endpoint).values())
    return Writing in takes and Writer in takes


async def keyed(request: Request, session: Writing) -> None:
    """Remember by what the same form is known again: its key, where it is sent to, and what was filled in."""
    sent = (await request.form()).multi_items()
    if any(name == FIELD for name, _ in sent):
        told = [(name, one if isinstance(one, str) else (one.filename, one.size)) for name, one in sent]
        session.info[FIELD] = hashlib.sha256(repr((request.url.path, told)).encode()).hexdigest()


def once(endpoint: Callable[..., Response]) -> Callable[..., Response]:
    """Return what answers a form that was done before by leading to where it led, or to the address of its page.

    What stayed with the form, such as a preview or a fault in it, is answered anew.
    """

    @wraps(endpoint)
    def answer(*, session: Session, actor: Any, **given: Any) -> Response:
        found = session.info.pop(FIELD, None)
        if found is None:
            return endpoint(session=session, actor=actor, **given)
        before = repeats.begin(session, actor=actor, key=found, digest=found, now=now())
        if before is not None and "location" in before.headers:
            return RedirectResponse(before.headers["location"], before.status)
        response = endpoint(session=session, actor=actor, **given)
        led = response.headers.get("location") or response.headers.get("content-location")
        kept = Answered(303, {"location": led}, b"") if led else Answered(response.status_code, {}, b"")
        repeats.keep(session, actor=actor, key=found, answered=kept)
        return response

    return answer
