"""A case of a router is not complete.

A case is `where`, `sample` or both, with `to`; or `else` alone, as the last one.

Wrong:

    - {to: qa}

Right:

    - {else: qa}
"""

from collections.abc import Iterator

from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF043"
SEVERITY: Severity = "error"
STAGE = 1


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every case that is neither the one nor the other."""
    for name, cases in analysis.spec.routers.items():
        for index, case in enumerate(cases):
            astray = analysis.locations.strays & {"where", "sample", "to", "else"}
            if astray or analysis.locations.gone("routers", name, index):
                continue
            given = {key for key in ("where", "sample", "to") if getattr(case, key) is not None}
            location = analysis.locations.key("routers", name, index)
            if case.else_ is not None:
                if given:
                    yield Fault(location, "`else` stands alone in its case", "make two cases of it")
            elif "to" not in given:
                yield Fault(location, "this case leads nowhere", "add `to`")
            elif len(given) == 1:
                yield Fault(location, "this case has no condition", "add `where` or `sample`, or write `else` for `to`")
