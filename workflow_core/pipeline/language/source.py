"""From the bytes of a file to its tree; whatever is odd about them becomes a fault, never an exception."""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from workflow_core.domain.words.wording import quoted, shown
from workflow_core.pipeline.language.findings import Fault, Location, Span
from workflow_core.pipeline.language.nodes import Node, build
from workflow_core.pipeline.language.scalars import describe

MAX_BYTES = 1_000_000
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C one wherever PyYAML was built with it: ten times as fast, with the same positions."""

_START = Span(1, 1, 2)
_BREAK = re.compile(r"\r\n|\r|\n")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_MARKS = {b"\x00\x00\xfe\xff": "UTF-32", b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_PLAIN = {
    "expected ',' or": ("a bracket is not closed, or a comma is missing", "close it, or write the comma"),
    "while parsing a block mapping": ("this line does not line up with those above", "begin it where they begin"),
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


@dataclass(slots=True)
class Document:
    """A file as read. `root` is a mapping, or None where nothing could be made of the file."""

    file: str
    text: str = ""
    root: Node | None = None
    faults: list[tuple[str, Fault]] = field(default_factory=list)
    """The name of the rule that reports it, and the fault."""
    strays: set[str] = field(default_factory=set)
    """Keys of the language that stand where they do not belong, and so are missing elsewhere."""

    def report(self, rule: str, span: Span, message: str, hint: str = "") -> None:
        """Note a fault in this file."""
        self.faults.append((rule, Fault(Location(self.file, span), message, hint)))


def read(data: bytes, file: str, *, loader: Any = LOADER) -> Document:
    """Read a YAML file of at most a megabyte, in UTF-8."""
    document = Document(file)
    if len(data) > MAX_BYTES:
        found = f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are possible"
        document.report("yaml-limit", _START, found)
    elif _decode(data, document):
        _parse(document, loader)
    return document


def _decode(data: bytes, document: Document) -> bool:
    data = data.removeprefix(b"\xef\xbb\xbf")
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            document.report("yaml-syntax", _START, f"the file is {encoding}", "save it as UTF-8")
            return False
    nothing = data[:4].count(0)  # a file begins with two letters at least
    if nothing:
        found = f"the file looks like {'UTF-32' if nothing == 3 else 'UTF-16'}"
        document.report("yaml-syntax", _START, found, "save it as UTF-8")
        return False
    document.text = data.decode(errors="replace")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        span = _span_behind(data[: error.start].decode())
        found = f"the file is not UTF-8: the byte 0x{data[error.start]:02x} here is none of its characters"
        document.report("yaml-syntax", span, found, "save it as UTF-8")
        return False
    forbidden = _FORBIDDEN.search(document.text)
    if forbidden:
        span = _span_behind(document.text[: forbidden.start()])
        found = f"the character U+{ord(forbidden.group()):04X} is not allowed here"
        document.report("yaml-syntax", span, found, "remove it")
    return not forbidden


def _span_behind(text: str) -> Span:
    lines = _BREAK.split(text)
    return Span(len(lines), len(lines[-1]) + 1, len(lines[-1]) + 2)


def _parse(document: Document, loader: Any) -> None:
    lines = _BREAK.split(document.text)
    try:
        root = build(yaml.parse(document.text, Loader=loader), lines, document.report)
    except yaml.YAMLError as error:
        _report_syntax(document, lines, error)
        return
    except (ValueError, OverflowError) as error:  # a number in a directive or an escape that is out of range
        document.report("yaml-syntax", _START, f"the file is not YAML: {error}")
        return
    if root is not None and isinstance(root.value, dict):
        document.root = root
    elif root is not None and root.value is not None:
        message = f"the file is {describe(root.value)}, and not a mapping of keys"
        document.report("yaml-syntax", root.span, message)
    elif not document.faults:
        document.report("yaml-syntax", _START, "the file is empty")


def _report_syntax(document: Document, lines: list[str], error: yaml.YAMLError) -> None:
    began, mark = (getattr(error, name, None) for name in ("context_mark", "problem_mark"))
    told = ", ".join(part for name in ("context", "problem") if (part := getattr(error, name, None)))
    mark = began if "expected ':'" in told else mark or began
    if mark is None:
        document.report("yaml-syntax", _START, f"the file is not YAML: {error}")
        return
    span = Span(mark.line + 1, mark.column + 1, mark.column + 2)
    line = lines[mark.line] if mark.line < len(lines) else ""
    if line[mark.column : mark.column + 1] == "\t":
        document.report("yaml-syntax", span, "a tab cannot indent YAML", "use spaces")
        return
    message, hint = _explain(told, line, mark.column, lines[mark.line - 1] if mark.line else "") or (
        f"this is not YAML: {told or 'it cannot be read'}",
        "",
    )
    if began and began.line != mark.line and "block" not in told:
        hint = f"{hint}; it begins in line {began.line + 1}" if hint else f"it begins in line {began.line + 1}"
    document.report("yaml-syntax", span, message, hint)


def _explain(told: str, line: str, column: int, above: str = "") -> tuple[str, str] | None:
    """Return a message and a hint for what the parser says of a place in a line, if there are better ones.

    `above` is the line before it, where the slip may be.

    >>> _explain("mapping values are not allowed in this context", "pipeline: my: pipe", 12)
    ('there are two colons in this value', 'quote it: "my: pipe"')
    >>> _explain("mapping values are not allowed in this context", "     recipe: cars.yaml", 11, "    type: qa")
    ('this line stands deeper than those that it belongs to', 'begin it where they begin')
    >>> _explain("while scanning an alias, did not find expected character", "schedule: */15 * * * *", 11)
    ('a text cannot begin with "*"', 'quote it: "*/15 * * * *"')
    >>> _explain("could not find expected ':'", "    type:annotation", 4)
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
