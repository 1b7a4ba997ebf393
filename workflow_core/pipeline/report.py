"""How findings are shown: to people with the line and a caret, to machines as JSON, on GitHub as annotations."""

import json
import re
from collections.abc import Iterable, Mapping

from workflow_core.domain.words.wording import columns, on_screen
from workflow_core.pipeline.language.findings import Finding

MAX_SHOWN = 300
"""Characters of a line that is shown; a longer one helps nobody, and thousands of findings may lie in it."""


def as_text(findings: Iterable[Finding], sources: Mapping[str, str]) -> str:
    """Render findings for people. `sources` holds the text of each file, for the line that is shown.

    >>> finding = Finding("p.yaml", 1, 5, 7, "AF001", "yaml-syntax", "error", "no", "write yes")
    >>> print(as_text([finding], {"p.yaml": "on: no"}), end="")
    p.yaml:1:5: error: no; write yes [AF001 yaml-syntax]
      |
    1 | on: no
      |     ^~
    """
    lines = {file: re.split(r"\r\n|\r|\n", text) for file, text in sources.items()}
    return "".join(_paragraph(finding, lines.get(finding.file, [])) for finding in findings)


def _paragraph(finding: Finding, lines: list[str]) -> str:
    what = f"{finding.message}; {finding.hint}" if finding.hint else finding.message
    head = (
        f"{finding.file}:{finding.line}:{finding.column}: {finding.severity}: {what} [{finding.code} {finding.name}]\n"
    )
    if not 0 < finding.line <= len(lines) or len(lines[finding.line - 1]) > MAX_SHOWN:
        return head
    line = lines[finding.line - 1].replace("\t", " ")
    start, end = finding.column - 1, max(finding.end_column - 1, finding.column)
    shown = on_screen(line)
    width = max(1, columns(shown[start:end]))
    margin = " " * len(str(finding.line))
    caret = " " * columns(shown[:start]) + "^" + "~" * (width - 1)
    return f"{head}{margin} |\n{finding.line} | {shown}\n{margin} | {caret}\n"


def as_json(findings: Iterable[Finding]) -> str:
    """Render findings as one JSON array of objects, 1-based positions."""
    return json.dumps([finding.as_json() for finding in findings], indent=2, ensure_ascii=False) + "\n"


def as_github(findings: Iterable[Finding]) -> str:
    """Render findings as workflow commands, which GitHub shows beside the changed lines.

    >>> finding = Finding("p.yaml", 1, 5, 7, "AF001", "yaml-syntax", "warning", "no", "")
    >>> print(as_github([finding]), end="")
    ::warning file=p.yaml,line=1,col=5,endColumn=6,title=AF001 yaml-syntax::no
    """
    return "".join(
        f"::{finding.severity} file={_property(finding.file)},line={finding.line},col={finding.column},"
        f"endColumn={max(finding.end_column - 1, finding.column)},title={finding.code} {finding.name}::"
        f"{_data(finding.message + ('; ' + finding.hint if finding.hint else ''))}\n"
        for finding in findings
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
