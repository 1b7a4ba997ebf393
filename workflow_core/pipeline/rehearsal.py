"""Rehearsals: small YAML tests that play statuses through a pipeline and say where the item must come to."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import Field, Tag

from workflow_core.domain.words.suggestions import possible
from workflow_core.domain.words.wording import counted, quoted
from workflow_core.errors import InvalidInput
from workflow_core.pipeline.check import check
from workflow_core.pipeline.compiled import Pipeline
from workflow_core.pipeline.language.findings import Location
from workflow_core.pipeline.language.locations import Locations
from workflow_core.pipeline.language.names import KIND, LIST, MAPPING, NUMBER, Names
from workflow_core.pipeline.language.recipes import Read
from workflow_core.pipeline.language.source import read as read_source
from workflow_core.pipeline.language.spec import Spec
from workflow_core.pipeline.language.validation import validate
from workflow_core.pipeline.simulation import Item, Simulation

Fraction = Annotated[float, Field(ge=0, lt=1)]


Path = tuple[str | int, ...]
Step = tuple[Path, str, str]
"""Where a step of a play is written, its task, and the status that is set."""


class Given(Spec):
    """The item that is played."""

    folder: str = Field("/", description="its folder")
    name: str = Field("item.jpg", description="its name")
    metadata: dict[str, Any] = Field({}, description="its metadata, for the filters of routers")
    labels: list[str] = Field([], description="the label of each of its annotations")


class Case(Spec):
    """One item's way. It must say how it ends: `exit`, `waits` or `stuck`."""

    name: str | None = Field(None, description="what the case shows")
    item: Given = Field(Given(), description="the item")
    draw: Annotated[Annotated[Fraction, Tag(NUMBER)] | Annotated[dict[str, Fraction], Tag(MAPPING)], KIND] | None = (
        Field(None, description="the draw of a router's `sample`, from 0 to below 1; or by router")
    )
    play: Annotated[Annotated[list[dict[str, Names]], Tag(LIST)] | Annotated[dict[str, Names], Tag(MAPPING)], KIND] = (
        Field(description="the statuses that are set: a list in order, or by task whenever the item comes there")
    )
    visits: list[str] | None = Field(None, description="the tasks and routers that it comes to, in order")
    exit: str | None = Field(None, description="the exit by which it leaves")
    waits: Names | None = Field(None, description="the task, or tasks, where it waits to be worked on")
    stuck: bool = Field(False, description="whether it cannot go on")


class Rehearsal(Spec):
    """A file of cases."""

    pipeline: str = Field(min_length=1, description="the pipeline file, beside this one")
    cases: list[Case] = Field(min_length=1, description="the cases")


@dataclass(frozen=True)
class Difference:
    """Where what came differs from what the test says."""

    file: str
    line: int
    column: int
    case: str | None
    message: str

    def __str__(self) -> str:
        case = f"{self.case}: " if self.case else ""
        return f"{self.file}:{self.line}:{self.column}: {case}{self.message}"

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class Rehearsed:
    """How many cases were played, and everything that came otherwise."""

    cases: int
    differences: tuple[Difference, ...]


def rehearse(text: bytes, *, file: str, read: Read) -> Rehearsed:
    """Play all cases of a test file; never raises because of what is in it.

    `read` gets a path relative to the test file and returns what is there, or raises OSError.
    """
    document = read_source(text, file)
    written = validate(document, document.root, Rehearsal) if document.root else None
    faults = [
        _difference(fault.location, None, f"{fault.message}; {fault.hint}" if fault.hint else fault.message)
        for _, fault in document.faults
    ]
    if document.root is None or written is None or faults:
        return Rehearsed(0, tuple(faults))
    locations = Locations(file, document.root)
    pipeline, wrong = _pipeline(written.pipeline, file, read)
    if pipeline is None:
        return Rehearsed(0, (_difference(locations.value("pipeline"), None, wrong),))
    cases = (_Case(pipeline, case, locations.within("cases", at), at) for at, case in enumerate(written.cases))
    return Rehearsed(len(written.cases), tuple(each for case in cases for each in case.differences()))


def _pipeline(name: str, file: str, read: Read) -> tuple[Pipeline | None, str]:
    folder = PurePosixPath(name).parent
    try:
        text = read(name)
    except (OSError, ValueError) as error:
        return None, f"cannot read the pipeline {name!r}: {getattr(error, 'strerror', None) or error}"
    checked = check(text, file=str(PurePosixPath(file).parent / name), read=lambda each: read(str(folder / each)))
    if checked.pipeline is None:
        return None, f"the pipeline {name!r} has {counted(checked.errors, 'error')}; run: annoflow pipeline check"
    return checked.pipeline, ""


def _difference(location: Location, case: str | None, message: str) -> Difference:
    return Difference(location.file, location.span.line, location.span.column, case, message)


class _NoDrawError(InvalidInput):
    """A router draws, and the case does not say what."""


class _Case:
    """One case and the locations of its parts."""

    def __init__(self, pipeline: Pipeline, case: Case, locations: Locations, number: int) -> None:
        self.pipeline, self.case, self.locations = pipeline, case, locations
        self.name = case.name or f"case {number + 1}"

    def differences(self) -> Iterator[Difference]:
        """Play the case and yield what differs."""
        case, given = self.case, self.case.item
        if sum((case.exit is not None, case.waits is not None, case.stuck)) != 1:
            yield self._at((), "say how it ends: by one of `exit`, `waits` and `stuck: true`")
            return
        unknown = list(self._unknown())
        if unknown:
            yield from unknown
            return
        item = Item(given.folder, given.name, given.metadata, tuple(given.labels))
        try:
            simulation = Simulation(self.pipeline, item, self._draw)
            failed = list(self._play(simulation))
        except _NoDrawError as error:
            failed = [self._at(("play",), str(error))]
        yield from failed or self._compare(simulation)

    def _unknown(self) -> Iterator[Difference]:
        """Yield what the case expects and the pipeline does not have."""
        tasks, nodes = list(self.pipeline.tasks), [*self.pipeline.tasks, *self.pipeline.routers]
        waits = _several(self.case.waits or [])
        expected: list[tuple[Path, str, str, list[str]]] = [
            *((("visits", at), "task or router", name, nodes) for at, name in enumerate(self.case.visits or ())),
            *((("waits", at) if len(waits) > 1 else ("waits",), "task", name, tasks) for at, name in enumerate(waits)),
        ]
        if self.case.exit is not None:
            expected.append((("exit",), "exit", self.case.exit, list(self.pipeline.exits)))
        for path, what, name, known in expected:
            if name not in known:
                yield self._at(path, f"the pipeline has no {what} {quoted(name)}; {possible(name, known)}")

    def _draw(self, router: str) -> float:
        draw = self.case.draw.get(router) if isinstance(self.case.draw, dict) else self.case.draw
        if draw is None:
            raise _NoDrawError(f'the router "{router}" draws; say `draw: 0.1`, or any number from 0 to below 1')
        return draw

    def _play(self, simulation: Simulation) -> Iterator[Difference]:
        """Set the statuses, in the order given or whenever their task is open; yield what could not be set."""
        given = self.case.play
        steps = self._in_order(given) if isinstance(given, list) else self._as_they_come(given, simulation)
        for path, task, status in steps:
            try:
                simulation.set_status(task, status)
            except _NoDrawError:
                raise
            except InvalidInput as error:
                yield self._at(path, str(error))
                return

    def _in_order(self, given: list[dict[str, Names]]) -> Iterator[Step]:
        for number, step in enumerate(given):
            for task, statuses in step.items():
                for status in _several(statuses):
                    yield ("play", number, task), task, status

    def _as_they_come(self, given: dict[str, Names], simulation: Simulation) -> Iterator[Step]:
        left = {task: _several(statuses) for task, statuses in given.items()}
        while task := next((each for each in simulation.item.open if left.get(each)), None):
            yield ("play", task), task, left[task].pop(0)
        for task, statuses in left.items():
            if statuses:  # nothing is to be done there, and setting it says so
                yield ("play", task), task, statuses[0]

    def _compare(self, simulation: Simulation) -> Iterator[Difference]:
        case, item = self.case, simulation.item
        if case.visits is not None and case.visits != item.path:
            pairs = enumerate(zip(case.visits, item.path, strict=False))
            first = next((at for at, (wanted, came) in pairs if wanted != came), min(len(case.visits), len(item.path)))
            at = ("visits", first) if first < len(case.visits) else ("visits",)
            yield self._at(at, f"expected the visits {_listed(case.visits)}; it came to {_listed(item.path)}")
        if case.exit is not None and item.exit != case.exit:
            yield self._at(("exit",), f'expected the exit "{case.exit}"; {simulation.whereabouts()}')
        if case.waits is not None:
            waits = _several(case.waits)
            if item.exit or set(waits) != set(item.open):
                wanted = " and ".join(f'"{name}"' for name in waits)
                yield self._at(("waits",), f"expected it to wait in {wanted}; {simulation.whereabouts()}")
        if case.stuck and not item.stuck:
            yield self._at(("stuck",), f"expected it to be stuck; {simulation.whereabouts()}")

    def _at(self, path: Path, message: str) -> Difference:
        return _difference(self.locations.value(*path), self.name, message)


def _several(given: str | list[str]) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _listed(names: list[str]) -> str:
    return f"[{', '.join(names)}]"
