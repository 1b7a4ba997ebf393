"""What the YAML parser says, in the words of somebody who writes a pipeline, with the way out."""

import re

from workflow_core.domain.wording import quoted, shown

_PLAIN = {
    "expected ',' or": ("a bracket is not closed, or a comma is missing", "close it, or write the comma"),
    "while parsing a block mapping": ("this line does not fit to those above", "begin it where they begin"),
    "while parsing a block collection": (
        "this line is none of the list above",
        'begin it with "- ", where the list does',
    ),
    "block sequence entries": ("a list cannot begin in the line of its key", 'begin it with "- " in the next line'),
    "unknown escape": (
        "in double quotes a backslash is the beginning of a sign",
        "use single quotes, or write it twice",
    ),
    "while scanning a quoted scalar": ("a quote is not closed", "close it"),
    "while parsing a quoted scalar": ("a quote is not closed", "close it"),
}
"""By a part of what the parser says, which is alike in both of PyYAML's parsers."""
_INDICATORS = "*&!@`%|>"


def explain(told: str, line: str, column: int, above: str = "") -> tuple[str, str] | None:
    """Return a message and a hint for what the parser says of a place in a line, if there are better ones.

    `above` is the line before it, where the slip may be.

    >>> explain("mapping values are not allowed in this context", "pipeline: my: pipe", 12)
    ('there are two colons in this value', 'quote it: "my: pipe"')
    >>> explain("mapping values are not allowed in this context", "     recipe: cars.yaml", 11, "    type: qa")
    ('this line stands deeper than those that it belongs to', 'begin it where they begin')
    >>> explain("while scanning an alias, did not find expected character", "schedule: */15 * * * *", 11)
    ('a text cannot begin with "*"', 'quote it: "*/15 * * * *"')
    >>> explain("could not find expected ':'", "    type:annotation", 4)
    ('a blank is missing after the colon', 'write it like type: annotation')
    """
    if "mapping values" in told:
        return _colon(line, column, above)
    if "expected ':'" in told:
        return _joined(line) or ('this line is neither a key, which ends with ":", nor begins with "- "', "")
    begin = next((at for at in (column, column - 1) if 0 <= at < len(line) and line[at] in _INDICATORS), None)
    if begin is not None and ("alias" in told or "anchor" in told or "cannot start any token" in told or "tag" in told):
        return f'a text cannot begin with "{line[begin]}"', f"quote it: {quoted(_value(line, begin))}"
    if "block mapping" in told and line[:column].rstrip()[-1:] in ('"', "'"):
        return (
            "a text in quotes ends here, and the line goes on",
            "write single quotes around a text that has double ones",
        )
    return next((plain for part, plain in _PLAIN.items() if part in told), None)


def _colon(line: str, column: int, above: str) -> tuple[str, str]:
    joined = _joined(above, " in the line above") if ": " not in line[:column] else None
    if joined:
        return joined
    first = line.find(": ", 0, column)
    if first >= 0:
        return (
            "there are two colons in this value",
            f"quote it: {quoted(_value(line, line.rfind(': ', 0, column) + 2))}",
        )
    return "this line stands deeper than those that it belongs to", "begin it where they begin"


def _joined(line: str, where: str = "") -> tuple[str, str] | None:
    found = re.match(r"\s*(?:- )?([^\s:#\"']+):([^\s/:].*)", line)
    return (
        (f"a blank is missing after the colon{where}", f"write it like {found[1]}: {shown(found[2])}")
        if found
        else None
    )


def _value(line: str, begin: int) -> str:
    """Return the value that begins at a place: to the end of the line, or in brackets to the comma or bracket."""
    inside = re.search(r"[\[{]", line[:begin])
    found = re.match(r"[^,\]}]*" if inside else r".*?(?=\s#|$)", line[begin:])
    return found[0].strip() if found else ""
