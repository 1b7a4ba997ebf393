"""No item can ever come to a task, a router or an exit.

Nothing leads there from the start; or only `on_max_visits` of a task that is in no loop, where nothing comes
twice. Route a status there, list it under `start`, or remove it. An exit that nothing leads to is only a warning.

Wrong:

    tasks:
      cars: {type: annotation, on: {completed: done}}
      signs: {type: annotation, on: {completed: done}}     # nothing leads to signs
"""

from collections.abc import Iterator
from functools import partial

from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF032"
SEVERITY: Severity = "error"
STAGE = 2


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every node out of reach."""
    graph = analysis.graph
    top = analysis.locations.gone() & {"start", "tasks", "routers", "exits"}
    if top or any(map(partial(_is_unread, analysis), graph.reachable)):
        return  # where a route could not be read, or leads to what does not exist, nobody knows what it is to reach
    for name in graph.named("task", "router", "exit"):
        kind = graph.kinds[name]
        declared = name in analysis.spec.exits if kind == "exit" else name not in ("approved", "discarded")
        if name not in graph.reachable and declared and name not in ("removed", "stuck"):
            message = f"nothing leads from the start to the {kind} {quoted(name)}"
            yield Fault(
                graph.locations[name],
                message,
                "route a status to it, or remove it",
                "warning" if kind == "exit" else None,
            )


def _is_unread(analysis: Analysis, name: str) -> bool:
    if name in analysis.spec.routers:
        cases, gone = analysis.spec.routers[name], analysis.locations.gone("routers", name)
        return bool(gone) or any(
            target not in {None, *analysis.names} for case in cases for target in (case.to, case.else_)
        )
    if name not in analysis.spec.tasks:
        return name in analysis.graph.locations and analysis.graph.kinds[name] == "unknown"
    left_out, routes = analysis.locations.gone, analysis.routes_of(name)
    keys = ((), *((key,) for key, _ in routes.values()))
    lost = "on" in left_out("tasks", name) or any(left_out("tasks", name, "on", *key) for key in keys)
    return lost or any(target not in analysis.names for _, targets in routes.values() for target in targets)
