"""Every error that a caller may catch. Each says what was wrong, with the value, and what is possible."""


class AnnoflowError(Exception):
    """Something was asked for that annoflow cannot do."""


class InvalidInput(AnnoflowError):
    """What was given does not make sense; the message names the value and what is allowed."""


class NotFound(AnnoflowError):
    """No such thing, or none that this person may see."""


class NotAllowed(AnnoflowError):
    """The person's role does not allow it; the message says who may."""


class Conflict(AnnoflowError):
    """It made sense, but not in the present state of things: held by somebody else, closed, expired."""


class PipelineInvalid(AnnoflowError):
    """The pipeline file has errors; `findings` lists all of them."""

    def __init__(self, message: str, findings: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


class Unavailable(AnnoflowError):
    """A database, a server or a storage place cannot be reached or is not ready."""
