"""Two things that routes can lead to have the same name.

Tasks, routers and exits share one space of names, so that a target is never ambiguous. The exits `approved` and
`discarded` always exist; `removed` and `stuck` are words for items that left by hand, or wait for a manager.

Wrong:

    tasks: {qa: {type: qa}}
    routers: {qa: [{else: approved}]}
"""

from collections.abc import Iterator

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF024"
SEVERITY: Severity = "error"


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every second use of a name."""
    taken = {"removed": "a built-in exit", "stuck": "what an item is that waits for a manager"}
    exits = {"approved": "an exit that always exists", "discarded": "an exit that always exists"}
    given = (("tasks", "a task", analysis.spec.tasks), ("routers", "a router", analysis.spec.routers))
    for section, what, names in (*given, ("exits", "an exit", analysis.spec.exits)):
        for name in names:
            other = taken.get(name) or (exits.get(name) if section != "exits" else None)
            if other:
                message = f"the name {quoted(name)} is taken: it is {other}"
                yield Fault(analysis.locations.key(section, name), message, "choose another name")
            taken.setdefault(name, what)
