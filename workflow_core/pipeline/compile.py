"""From a draft without errors to the compiled pipeline: defaults filled in, shares made slices."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from workflow_core.domain.annotations import recipes
from workflow_core.domain.items.splits import Split
from workflow_core.domain.words.wording import shown
from workflow_core.errors import InvalidInput
from workflow_core.pipeline import compiled
from workflow_core.pipeline.analysis import Analysis
from workflow_core.pipeline.compiled import Case, Exit, Export, Pipeline, Queue, Router, Source, Target, Task
from workflow_core.pipeline.language import source, spec
from workflow_core.pipeline.language.validation import validate


def compile_pipeline(analysis: Analysis) -> Pipeline:
    """Compile what the rules found right."""
    given = analysis.spec
    assert given.pipeline is not None
    own = {name: _recipe(found.spec, found.text, found.file) for name, found in analysis.recipes.items()}
    joins = {each.join: each for each in analysis.forks if each.join}
    unions: dict[tuple[str, ...], recipes.Recipe] = {}
    tasks = {}
    for name in given.tasks:
        reviews = analysis.flow.reviews(name) if analysis.type_of(name) == "qa" else ()
        recipe = own.get(name)
        if analysis.type_of(name) == "qa" and (recipe is None or not recipe.labels):
            if reviews not in unions:
                unions[reviews] = recipes.union(own[each] for each in reviews)
            recipe = _adopted(recipe, unions[reviews])
        assert recipe is not None
        inside = joins[name].inside if name in joins else {}
        branches = tuple(tuple(t for t in given.tasks if t in region) for region in inside.values())
        tasks[name] = _task(analysis, name, recipe, reviews, branches)
    routers = {name: _router(analysis, name) for name in given.routers}
    exits = {name: _exit(name, given.exits.get(name)) for name in ("approved", "discarded", *given.exits)}
    start = tuple(dict.fromkeys(name for name, _ in analysis.start()))
    return Pipeline(
        name=given.pipeline,
        project=given.project,
        dataset=given.dataset or given.pipeline,
        manager=given.manager,
        start=start,
        source=_source(given.source),
        tasks=tasks,
        routers=routers,
        exits=exits,
        teams={name: _weights(team) for name, team in given.teams.items()},
        digest=_digest(start, tasks, routers, exits),
    )


def _task(
    analysis: Analysis,
    name: str,
    recipe: recipes.Recipe,
    reviews: tuple[str, ...],
    branches: tuple[tuple[str, ...], ...],
) -> Task:
    given = analysis.spec.tasks[name]
    offered = [status for status, _ in analysis.statuses_of(name)]
    routes = {
        status: tuple(_target(analysis, each) for each in dict.fromkeys(targets))
        for status, (_, targets) in analysis.routes_of(name).items()
    }
    for status in offered:
        if status.name in ("discarded", "approved"):
            routes.setdefault(status.name, (Target("exit", status.name),))
    team = given.assignees if isinstance(given.assignees, str) else None
    queue = _queue(given)
    return Task(
        name=name,
        type=analysis.type_of(name),
        recipe=recipe,
        statuses=tuple(offered),
        assignees=_weights(analysis.spec.teams[team] if team else given.assignees),
        team=team,
        routes={status.name: routes[status.name] for status in offered},
        reviews=reviews,
        queue=queue,
        lease_seconds=queue.lease_seconds if queue else given.lease,
        manager=given.manager or analysis.spec.manager,
        max_visits=given.max_visits,
        on_max_visits=_target(analysis, given.on_max_visits) if given.on_max_visits is not None else None,
        branches=branches,
        priority=given.priority,
        due=given.due,
        lock_when_due=given.lock_when_due,
        review_own=given.review_own,
        max_fix_rounds=given.max_fix_rounds,
        description=given.description,
    )


def _target(analysis: Analysis, name: str) -> Target:
    kind = analysis.graph.kinds[name]
    assert kind != "unknown"
    return Target(kind, name)


def _weights(given: object) -> dict[str, float]:
    if isinstance(given, Mapping):
        return {person: float(weight) for person, weight in given.items()}
    assert isinstance(given, list)
    return dict.fromkeys(given, 1.0)


def _queue(given: spec.Task) -> Queue | None:
    if not given.queue:
        return None
    queue = given.queue if isinstance(given.queue, spec.Queue) else spec.Queue()
    return Queue(queue.batch, queue.limit or queue.batch, queue.lease or given.lease)


def recipe_written(text: str) -> recipes.Recipe:
    """Return a recipe that is written in YAML, in no file, and so can name none.

    Raises:
        InvalidInput: it is none; the message says what is wrong, and in which line.
    """
    document = source.read(text.encode(), "the recipe")
    given = validate(document, document.root, spec.Recipe) if document.root else None
    for _, fault in document.faults:
        hint = f"; {fault.hint}" if fault.hint else ""
        raise InvalidInput(f"the recipe, line {fault.location.span.line}: {fault.message}{hint}")
    if given is None:
        raise InvalidInput("the recipe is empty; write `labels: [car]`, say")
    return recipe_alone(given)


def recipe_alone(given: spec.Recipe) -> recipes.Recipe:
    """Return a recipe that is in no file, and so can name none.

    Raises:
        InvalidInput: its instructions are a file.
    """
    said = given.instructions
    text, file = (said.text, said.file) if isinstance(said, spec.Instructions) else (said, None)
    if file is not None or (text and text.lower().endswith((".md", ".pdf")) and "\n" not in text):
        raise InvalidInput(f"instructions in a file, {shown(file or text)}, come with a deploy; give their text here")
    return _recipe(given, text, None)


def _recipe(given: spec.Recipe, text: str | None, file: str | None) -> recipes.Recipe:
    pages = given.instructions.pages if isinstance(given.instructions, spec.Instructions) else None
    instructions = None
    if text is not None or file is not None:
        instructions = recipes.Instructions(text, file, pages)
    return recipes.Recipe(
        tuple(_label(label) for label in given.labels or ()), instructions, given.settings.model_dump(exclude_none=True)
    )


def _adopted(own: recipes.Recipe | None, union: recipes.Recipe) -> recipes.Recipe:
    """A QA task's recipe without labels still says how it is worked with."""
    if own is None:
        return union
    return recipes.Recipe(union.labels, own.instructions or union.instructions, own.settings)


def _label(given: spec.Label) -> recipes.Label:
    attributes = tuple(
        recipes.Attribute(name, each.type, tuple(each.values), each.required) for name, each in given.attributes.items()
    )
    return recipes.Label(given.name, given.color, given.key, tuple(dict.fromkeys(given.tools)), attributes)


def _router(analysis: Analysis, name: str) -> Router:
    cases, taken = [], 0
    for given in analysis.spec.routers[name]:
        share = None
        if given.sample:
            share = (taken, taken + given.sample)
            taken += given.sample
        to = given.to if given.else_ is None else given.else_
        assert to is not None
        cases.append(Case(_target(analysis, to), given.where, share))
    return Router(name, tuple(cases))


def _exit(name: str, given: spec.Exit | None) -> Exit:
    export = given.export if given else None
    if export is None:
        return Exit(name)
    formats = [export.format] if isinstance(export.format, str) else export.format
    parted = export.split
    split = Split(parted.val or 0, parted.test or 0) if parted else None
    return Exit(name, Export(tuple(dict.fromkeys(formats)), export.to, export.schedule, export.where, split))


def _source(given: spec.Source) -> Source:
    schedule = given.schedule
    if isinstance(schedule, str):
        schedule = spec.Schedule(cron=schedule)
    when = compiled.Schedule(schedule.cron, schedule.timezone) if schedule else None
    return Source(given.uri, given.folder, given.where, when, given.watch)


def _digest(
    start: tuple[str, ...], tasks: Mapping[str, Task], routers: Mapping[str, Router], exits: Mapping[str, Exit]
) -> str:
    graph: dict[str, Any] = {
        "start": start,
        "tasks": {
            name: {
                "type": task.type,
                "statuses": sorted(status.name for status in task.statuses),
                "routes": {status: [asdict(each) for each in targets] for status, targets in task.routes.items()},
                "reviews": sorted(task.reviews),
                "max_visits": task.max_visits,
                "on_max_visits": asdict(task.on_max_visits) if task.on_max_visits else None,
                "branches": sorted(sorted(branch) for branch in task.branches),
            }
            for name, task in tasks.items()
        },
        "routers": {name: [asdict(case) for case in router.cases] for name, router in routers.items()},
        "exits": sorted(exits),
    }
    return hashlib.sha256(json.dumps(graph, sort_keys=True).encode()).hexdigest()[:12]
