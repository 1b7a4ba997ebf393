"""What is wrong with how something was refused."""

from collections.abc import Callable

from workflow_core.domain.words.wording import on_screen, shown
from workflow_core.errors import AnnoflowError


def fault_of(call: Callable[[], object], most: int = 500) -> str | None:
    """Call it; say what is wrong with how it was refused."""
    try:
        call()
    except AnnoflowError as error:
        said = str(error)
        if len(said) > most or on_screen(said) != said:
            return f"{len(said)} characters: {said[:200]!a}"
    except Exception as error:
        return f"{type(error).__name__}: {shown(error)}"
    return None
