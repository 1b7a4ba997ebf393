"""The checks, one module each, found by being here.

A module's docstring is its documentation, which `explain` prints; its name is the rule's, with hyphens. `CODE` and
`SEVERITY` are in every module. `check` is in those that look for faults themselves; what reading the file or
following the forks told under the rule's name is found without it.

Rules look in stages, so that one fault is one finding, and not all that follows from it: first at what stands at a
place; then whether each status leads somewhere (`STAGE = 1`); then what can be reached (2); then at paths and forks as
a whole (3). A stage looks only if those before it found nothing wrong about routes, and nothing of these was left out.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import groupby
from pkgutil import iter_modules

from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.language.findings import Fault, Severity


@dataclass(frozen=True)
class Rule:
    """A kind of fault, as its module describes it."""

    code: str
    name: str
    severity: Severity
    about: str
    stage: int = 0
    looks: Callable[[Analysis], Iterable[Fault]] | None = None

    @property
    def explanation(self) -> str:
        """Return what the rule is about, why, and how to get right."""
        return f"{self.code} {self.name} ({self.severity})\n\n{self.about}\n"

    def check(self, analysis: Analysis) -> Iterator[Fault]:
        """Yield every fault of this kind."""
        yield from analysis.told(self.name)
        if self.looks is not None:
            yield from self.looks(analysis)


def _rule(name: str) -> Rule:
    module = import_module(f"{__name__}.{name}")
    about = (module.__doc__ or "").strip()
    looks = getattr(module, "check", None)
    return Rule(module.CODE, name.replace("_", "-"), module.SEVERITY, about, getattr(module, "STAGE", 0), looks)


ALL = tuple(sorted((_rule(module.name) for module in iter_modules(__path__)), key=lambda rule: rule.code))
"""Every rule, by code. Codes are stable: a rule that goes leaves its code unused."""


MEANT = "did you mean"


def found(analysis: Analysis) -> Iterator[tuple[str, Fault]]:
    """Yield the name of a rule with every fault that is no consequence of another one."""
    wrong, routed = False, True
    for number, stage in groupby(sorted(ALL, key=lambda rule: rule.stage), key=lambda rule: rule.stage):
        if number > 1 and wrong and not (routed and analysis.is_whole):
            return
        faults = [(rule, fault) for rule in stage for fault in rule.check(analysis)]
        yield from ((rule.name, fault) for rule, fault in faults)
        errors = [fault for rule, fault in faults if (fault.severity or rule.severity) == "error"]
        # The graph leads to what was probably meant, so what is said of it then is no consequence.
        lost = number > 0 and not all(fault.hint.startswith(MEANT) for fault in errors)
        wrong, routed = wrong or bool(errors), routed and not lost


def called(name: str) -> Rule | None:
    """Return the rule of this code or name, if there is one."""
    return next((rule for rule in ALL if name.strip().lower() in (rule.code.lower(), rule.name)), None)
