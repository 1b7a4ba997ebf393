"""An item can pass all cases of a router without being taken.

It would have nowhere to go. End the router with `else`, or let its shares, those without a `where`, reach 100%.

Wrong:

    - {where: {metadata.night: true}, to: expert}

Right:

    - {where: {metadata.night: true}, to: expert}
    - {else: qa}
"""

from collections.abc import Iterator

from workflow_core.domain.items.sampling import SCALE
from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF042"
SEVERITY: Severity = "error"
STAGE = 1


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield every router that does not take everything."""
    for name, cases in analysis.spec.routers.items():
        faulty = analysis.locations.gone("routers", name)
        faulty |= {key for index in range(len(cases)) for key in analysis.locations.gone("routers", name, index)}
        if any(case.to is None and case.else_ is None for case in cases):
            continue  # that a case leads nowhere is told there
        free = sum(case.sample or 0 for case in cases if case.where is None)
        if free < SCALE and not any(case.else_ is not None for case in cases) and not faulty:
            message = f"the router {quoted(name)} does not take every item"
            yield Fault(analysis.locations.key("routers", name), message, "end it with a case like `{else: qa}`")
