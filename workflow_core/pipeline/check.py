"""From a file to its findings and, when it is right, to the pipeline."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workflow_core.pipeline import compiled, indentation, rules
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.compile import compile_pipeline
from workflow_core.pipeline.language import spec
from workflow_core.pipeline.language.findings import Fault, Finding
from workflow_core.pipeline.language.locations import Locations
from workflow_core.pipeline.language.recipes import Read, Shelf
from workflow_core.pipeline.language.source import read as read_source
from workflow_core.pipeline.language.validation import validate


@dataclass(frozen=True)
class Checked:
    """What came of a check. `pipeline` is None if there is any error; `sources` are the texts by file."""

    findings: tuple[Finding, ...]
    pipeline: compiled.Pipeline | None = None
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """Count the errors."""
        return sum(finding.severity == "error" for finding in self.findings)

    @property
    def warnings(self) -> int:
        """Count the warnings."""
        return len(self.findings) - self.errors


def check(text: bytes, *, file: str, read: Read, now: datetime | None = None) -> Checked:
    """Check a pipeline file and compile it; never raises because of what is in it.

    `file` is how findings call it. `read` gets the path of a recipe or of instructions, relative to the
    pipeline file, and returns what is there or raises OSError. With `now`, dates that are past are told.
    """
    document = read_source(text, file)
    sources = {file: document.text}
    if document.root:
        indentation.check(document, document.root)
    written = validate(document, document.root, spec.Pipeline) if document.root else None
    if document.root is None or written is None:
        return Checked(_findings(document.faults), sources=sources)
    analysis = Analysis(
        written, Locations(file, document.root, strays=frozenset(document.strays)), faults=document.faults, now=now
    )
    shelf = Shelf(analysis, read)
    shelf.fill()
    sources |= {each.file: each.text for each in shelf.documents.values()}
    findings = _findings([*rules.found(analysis)])
    wrong = any(finding.severity == "error" for finding in findings)
    return Checked(findings, None if wrong else compile_pipeline(analysis), sources)


def _findings(faults: list[tuple[str, Fault]]) -> tuple[Finding, ...]:
    by_name = {rule.name: rule for rule in rules.ALL}
    found = set()
    for name, fault in faults:
        rule, location = by_name[name], fault.location
        span = location.span
        at = (location.file, span.line, span.column, max(span.end_column, span.column + 1))
        found.add(Finding(*at, rule.code, name, fault.severity or rule.severity, fault.message, fault.hint))
    return tuple(sorted(found, key=lambda finding: finding.order))
