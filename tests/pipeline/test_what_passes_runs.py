"""What the checker lets pass is sound: items played through it at random never break the rules of forks and exits."""

import json
import random
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_core.pipeline.check import Checked, check
from workflow_core.pipeline.compiled import Pipeline, Target

File = dict[str, Any]
MAX_STEPS = 400


def drawn(random: random.Random) -> File:
    """Draw a right pipeline: steps in a row, some of them forks with branches of several tasks and loops."""
    tasks: File = {}
    names = (f"t{number}" for number in range(1000))
    first = _task(tasks, names, "annotation")
    open_ends = [first]
    for _ in range(random.randint(0, 4)):
        if random.random() < 0.5:
            entries = [_branch(tasks, names, random) for _ in range(random.randint(2, 3))]
            _lead(tasks, open_ends, [entry for entry, _ in entries])
            join = _task(tasks, names, random.choice(["annotation", "qa"]))
            tasks[join]["join"] = "all"
            for _, end in entries:
                _lead(tasks, [end], join)
            if random.random() < 0.5:
                _loop(tasks, join, first)
            open_ends = [join]
        else:
            step = _task(tasks, names, random.choice(["annotation", "qa"]))
            _lead(tasks, open_ends, step)
            if random.random() < 0.3:
                _loop(tasks, step, first)
            open_ends = [step]
    _lead(tasks, open_ends, "done")
    return {"pipeline": "p", "tasks": tasks, "routers": {}, "exits": {"done": None, "other": None}}


def _task(tasks: File, names: Iterator[str], type: str) -> str:
    name = next(names)
    tasks[name] = {"type": type, "assignees": [f"{name}@example.org"], "on": {}}
    if type == "annotation":
        tasks[name]["recipe"] = {"labels": [name]}
    return name


def _branch(tasks: File, names: Iterator[str], random: random.Random) -> tuple[str, str]:
    entry = end = _task(tasks, names, "annotation")
    for _ in range(random.randint(0, 2)):
        step = _task(tasks, names, random.choice(["annotation", "qa"]))
        _lead(tasks, [end], step)
        if random.random() < 0.4:
            _loop(tasks, step, entry)
        end = step
    return entry, end


def _lead(tasks: File, sources: list[str], target: object) -> None:
    for source in sources:
        tasks[source]["on"]["completed" if tasks[source]["type"] == "annotation" else "approved"] = target


def _loop(tasks: File, source: str, target: str) -> None:
    tasks[source] |= {"extra_statuses": ["redo"]}
    tasks[source]["on"]["redo"] = target


def rewired(file: File, random: random.Random) -> File:
    """Lead a few statuses elsewhere, by a router now and then, and add or take away joins and bounds."""
    tasks = file["tasks"]
    targets = [*tasks, "done", "other", "approved", "discarded"]
    for number in range(random.randint(1, 2)):
        task = tasks[random.choice(list(tasks))]
        match random.randint(0, 9):
            case 0:
                task["on"][random.choice(list(task["on"]))] = random.choice(targets)
            case 1 | 6 | 7 | 8 | 9:
                task["extra_statuses"] = [*task.get("extra_statuses", []), f"other-{number}"]
                task["on"][f"other-{number}"] = random.choice(targets)
            case 2:
                task["on"][random.choice(list(task["on"]))] = random.sample(list(tasks), min(2, len(tasks)))
            case 3:
                file["routers"][f"r{number}"] = [
                    {"sample": "50%", "to": random.choice(targets)},
                    {"else": random.choice(targets)},
                ]
                task["on"][random.choice(list(task["on"]))] = f"r{number}"
            case 4:
                task |= {"max_visits": 1, "on_max_visits": random.choice(targets)}
            case _:
                task.pop("join", None) or task.update(join="all")
    return file


def checked(file: File) -> Checked:
    return check(json.dumps(file).encode(), file="p.yaml", read=lambda name: b"")


class Item:
    """One item on its way; every rule that it must never break is asserted here."""

    def __init__(self, pipeline: Pipeline, random: random.Random) -> None:
        self.pipeline, self.random = pipeline, random
        self.places: set[str] = set()
        self.visits: dict[str, int] = {}
        self.met: dict[str, set[int]] = {}
        self.left: str | None = None

    def play(self) -> None:
        for name in self.pipeline.start:
            self.arrive(Target("task", name), None, None)
        for _ in range(MAX_STEPS):
            if self.left or not self.places:
                break
            name = self.random.choice(sorted(self.places))
            task = self.pipeline.tasks[name]
            self.places.remove(name)
            status = self.random.choice(task.statuses).name
            for target in task.routes[status]:
                self.arrive(target, name, task.type)
            assert len(self.places) <= 1 or self.inside(), self.places
        assert self.left or self.places, "the item is nowhere"

    def arrive(self, target: Target, source: str | None, by: str | None) -> None:
        hops = 0
        while target.kind == "router":
            target = self.random.choice(self.pipeline.routers[target.name].cases).to
            hops += 1
            assert hops < 50, "routers in a circle"
        if self.left:
            return
        if target.kind == "exit":
            assert target.name == "discarded" or not self.places, f"left by {target.name} out of a fork"
            assert target.name != "approved" or by == "qa", "approved without a review"
            self.left = target.name
            return
        task = self.pipeline.tasks[target.name]
        if task.branches and source is not None:
            branch = [index for index, names in enumerate(task.branches) if source in names]
            assert len(branch) == 1, "a join was entered from outside its fork"
            self.met.setdefault(task.name, set()).add(branch[0])
            if len(self.met[task.name]) < len(task.branches):
                return
            assert not self.places, "a join fired with something open"
            self.met.pop(task.name)
        assert task.name not in self.places, "open twice"
        self.visits[task.name] = self.visits.get(task.name, 0) + 1
        if task.max_visits is not None and self.visits[task.name] > task.max_visits:
            if task.on_max_visits is not None:
                self.arrive(task.on_max_visits, None if task.branches else source, "max_visits")
            else:
                self.left = "stuck"
            return
        self.places.add(task.name)

    def inside(self) -> bool:
        """Tell whether all open places are in different branches of one fork."""
        for task in self.pipeline.tasks.values():
            branches = [index for place in self.places for index, names in enumerate(task.branches) if place in names]
            if len(branches) == len(set(branches)) == len(self.places):
                return True
        return False


def play(file: File, seed: int) -> bool:
    result = checked(file)
    if result.pipeline is None:
        return False
    for each in range(20):
        Item(result.pipeline, random.Random(seed + each)).play()
    return True


@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_right_pipelines_pass_and_run(seed: int) -> None:
    file = drawn(random.Random(seed))
    findings = checked(file).findings
    assert [each for each in findings if each.severity == "error" and each.name != "nothing-to-review"] == []
    play(file, seed)


@settings(max_examples=400)
@given(st.integers(0, 2**32))
def test_rewired_pipelines_are_refused_or_run(seed: int) -> None:
    source = random.Random(seed)
    play(rewired(drawn(source), source), seed)


def test_enough_of_the_rewired_ones_pass_to_mean_something() -> None:
    passed = forked = 0
    for seed in range(300):
        source = random.Random(seed)
        result = checked(rewired(drawn(source), source))
        passed += result.pipeline is not None
        forked += result.pipeline is not None and any(task.branches for task in result.pipeline.tasks.values())
    assert passed > 60
    assert forked > 15
