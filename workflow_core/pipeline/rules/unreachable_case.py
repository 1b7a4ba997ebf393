"""A case of a router is never asked, because everything was taken before it.

`else` takes everything, and so do shares without a `where` that reach 100%. Cases are asked in their order.

Wrong:

    - {else: qa}
    - {sample: 25%, to: expert}
"""

from collections.abc import Iterator

from workflow_core.domain.items.sampling import SCALE
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF044"
SEVERITY: Severity = "error"
STAGE = 2


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield the first case of every router that comes too late."""
    for name, cases in analysis.spec.routers.items():
        free = 0
        for index, case in enumerate(cases):
            if free >= SCALE:
                location = analysis.locations.key("routers", name, index)
                yield Fault(location, "no item comes to this case: those before it take everything", "move it up")
                break
            if case.else_ is not None:
                free = SCALE
            elif case.where is None:
                free += case.sample or 0
