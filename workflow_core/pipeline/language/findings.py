"""What the checker says: where, what is wrong, and the way out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]
LISTED = 5


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one line, 1-based; `end_column` is the first column behind it."""

    line: int
    column: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Location:
    """A stretch of a file."""

    file: str
    span: Span

    @property
    def order(self) -> tuple[str, int, int]:
        """Sort key: by file, then as one reads."""
        return self.file, self.span.line, self.span.column


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule yields. `severity` overrides that of the rule."""

    location: Location
    message: str
    hint: str = ""
    severity: Severity | None = None


def also(locations: Sequence[Location]) -> str:
    """Say where else the same is wrong.

    >>> also([Location("a", Span(line, 1, 2)) for line in (3, 5, 9)]), also([Location("a", Span(3, 1, 2))])
    (' (wanted in lines 5, 9, too)', '')
    """
    lines = [str(each.span.line) for each in locations[1:]]
    more = ", …" if len(lines) > LISTED else ""
    which = ", ".join(lines[:LISTED]) + more
    return f" (wanted in line{'s' if len(lines) > 1 else ''} {which}, too)" if lines else ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault with the code and name of the rule that found it: what people and machines read."""

    file: str
    line: int
    column: int
    end_column: int
    code: str
    name: str
    severity: Severity
    message: str
    hint: str

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Sort key: as one reads."""
        return self.file, self.line, self.column, self.code, self.message

    def as_json(self) -> dict[str, Any]:
        """Return the public form: everything but the rule's name."""
        values = asdict(self)
        del values["name"]
        return values
