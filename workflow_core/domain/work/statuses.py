"""Statuses and the actions that set them: what each task type offers, and how a given name is understood."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from json import loads
from types import MappingProxyType
from typing import Final, Literal

from workflow_core.domain.words.suggestions import possible
from workflow_core.domain.words.values import sought
from workflow_core.domain.words.wording import quoted
from workflow_core.errors import InvalidInput

TaskType = Literal["annotation", "qa"]


@dataclass(frozen=True)
class Status:
    """A status that a task offers, and what its button looks like.

    An `incomplete` one may be set though an annotation lacks an attribute that its recipe requires.
    """

    name: str
    action: str
    color: str | None = None
    key: str | None = None
    incomplete: bool = False

    @property
    def asks(self) -> bool:
        """Whether attributes that a recipe requires are asked for."""
        return not self.incomplete and self.name != "discarded"


COMPLETED: Final = Status("completed", "Complete", "#2a9d8f")
DISCARDED: Final = Status("discarded", "Discard", "#6c757d")
APPROVED: Final = Status("approved", "Approve", "#3a7d44")

DEFAULTS: Final[Mapping[TaskType, tuple[Status, ...]]] = MappingProxyType(
    {"annotation": (COMPLETED, DISCARDED), "qa": (APPROVED, DISCARDED)}
)
"""What a task offers unless its `statuses` say otherwise."""

ALIASES: Final[Mapping[str, str]] = MappingProxyType(
    {"complete": "completed", "discard": "discarded", "approve": "approved"}
)
"""Names that stand for a status when the task offers none of that very name."""

_KNOWN: Final = {status.name: status for status in (COMPLETED, DISCARDED, APPROVED)}


def named(
    name: str,
    *,
    action: str | None = None,
    color: str | None = None,
    key: str | None = None,
    incomplete: bool = False,
) -> Status:
    """Make a status of a name; the rest is as known, or its button says its name.

    >>> named("for-expert-review").action
    'For expert review'
    >>> named("approve", key="a")
    Status(name='approved', action='Approve', color='#3a7d44', key='a', incomplete=False)
    """
    known = _KNOWN.get(ALIASES.get(name, name))
    if known:
        return Status(known.name, action or known.action, color or known.color, key or known.key, incomplete)
    words = name.replace("-", " ").replace("_", " ").strip()
    return Status(name, action or (words[:1].upper() + words[1:]) or name, color, key, incomplete)


def offered(names: Collection[str], present: Iterable[Status], former: Iterable[Status]) -> list[Status]:
    """Return the statuses that an item offers whose version has these names, looking as they do now, or did last.

    A version that does not have the task says no names: then the task's present ones are all there are.

    >>> [one.action for one in offered(["completed", "unsure"], DEFAULTS["annotation"], [named("unsure")])]
    ['Complete', 'Unsure']
    """
    present = list(present)
    return [one for one in (*present, *former) if one.name in names] if names else present


@lru_cache(maxsize=256)
def offered_of(names: str, present: str, former: str) -> tuple[Status, ...]:
    """Return what `offered` does, of names a line each, and a task's statuses as JSON."""
    looks = ([Status(**one) for one in loads(some)] for some in (present, former))
    return tuple(offered(names.split("\n") if names else (), *looks))


def resolve(name: str, offered: Sequence[Status]) -> Status:
    """Return the offered status of that name or alias, or whose button says so; InvalidInput lists what is possible.

    >>> resolve("complete", DEFAULTS["annotation"]).name, resolve("Complete", DEFAULTS["annotation"]).name
    ('completed', 'completed')
    """
    by_name = {status.name: status for status in offered}
    wanted = sought(name)
    said = wanted.casefold()
    status = by_name.get(wanted) or by_name.get(ALIASES.get(said, wanted))
    if status is None:
        buttons = [one for one in offered if one.action.casefold() == said]
        if len(buttons) == 1:
            return buttons[0]
        why = f"this task offers no status {quoted(name)}; {possible(wanted, by_name)}"
        raise InvalidInput(why, code="status-not-offered", status=name, possible=list(by_name))
    return status
