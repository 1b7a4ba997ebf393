"""The shares of a router are more than 100% together.

Shares are slices of one draw, one behind the other: 25% and 20% are 45% of what no earlier `where` took. What
is beyond 100% never gets anything.

Wrong:

    - {sample: 60%, to: qa}
    - {sample: 60%, to: expert}
"""

from collections.abc import Iterator

from workflow_core.domain.items.sampling import SCALE
from workflow_core.domain.words.wording import quoted
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity

CODE = "AF041"
SEVERITY: Severity = "error"
STAGE = 1


def check(analysis: Analysis) -> Iterator[Fault]:
    """Yield the first share of every router that goes beyond."""
    for name, cases in analysis.spec.routers.items():
        total = 0
        for index, case in enumerate(cases):
            total += case.sample or 0
            if case.sample and total > SCALE:
                message = f"with this, the shares of {quoted(name)} are {total * 100 / SCALE:g}% together"
                location = analysis.locations.value("routers", name, index, "sample")
                yield Fault(location, message, "they are slices of one draw, up to 100%")
                break
