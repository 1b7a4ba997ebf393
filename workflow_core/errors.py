"""Every error that a caller may catch. Each says what was wrong, with the value, and what is possible."""

from collections.abc import Mapping, Sequence
from typing import Any

Fact = str | int | None | Sequence[str] | Sequence[int] | Sequence[Mapping[str, Any]]
"""What a fact of an error is: JSON."""


class AnnoflowError(Exception):
    """Something was asked for that annoflow cannot do.

    The message is for people. `code` and `facts` are for programs: what kind of refusal this is, and whom and what it
    is about, in JSON. `domain.words.refusals` lists all of them.
    """

    code: str

    def __init__(self, message: str, /, *, code: str | None = None, **facts: Fact) -> None:
        super().__init__(message)
        self.code = code or self.code
        self.facts: Mapping[str, Fact] = facts

    def __reduce__(self) -> tuple[Any, ...]:
        # Made anew as it was, in another process: what `__init__` takes differs from class to class.
        return Exception.__new__, (type(self), *self.args), self.__dict__


class Refused(AnnoflowError):
    """It made sense, and is refused; `code` says why, one for each kind."""

    def __init__(self, message: str, /, *, code: str, **facts: Fact) -> None:
        super().__init__(message, code=code, **facts)


class InvalidInput(AnnoflowError):
    """What was given does not make sense; the message names the value and what is allowed."""

    code = "invalid-input"


class NotFound(AnnoflowError):
    """No such thing, or none that this person may see."""

    code = "not-found"


class NotAllowed(Refused):
    """The person's role does not allow it; the message says who may."""


class Conflict(Refused):
    """It made sense, but not in the present state of things: held by somebody else, closed, expired."""


class Stale(Refused):
    """It was made of what is not there any more: somebody has changed it meanwhile."""


class TooMany(Refused):
    """It was tried too often; it may be tried again after so many `seconds`, a fact of it."""


class PipelineInvalid(AnnoflowError):
    """The pipeline file has errors; `findings` lists all of them."""

    code = "pipeline-invalid"

    def __init__(self, message: str, findings: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class Unavailable(AnnoflowError):
    """A database, a server or a storage place cannot be reached or is not ready."""

    code = "unavailable"


class NotSignedIn(AnnoflowError):
    """Nobody is known to ask: no token, or none that is good."""

    code = "not-signed-in"
