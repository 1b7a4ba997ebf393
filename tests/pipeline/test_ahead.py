"""What an item may still come to from each task."""

from generated import bounds, compile_text, plans, text
from hypothesis import given, settings

from workflow_core.pipeline import compiled
from workflow_core.pipeline.graph.ahead import tasks_ahead


def walked(pipeline: compiled.Pipeline, start: str) -> set[str]:
    """Walk along all ways from a task; those through the task itself lead nowhere new."""
    seen, todo = set(), [start]
    while todo:
        name = todo.pop()
        task, router = pipeline.tasks.get(name), pipeline.routers.get(name)
        ways = [to for targets in task.routes.values() for to in targets] if task else []
        ways += [case.to for case in router.cases] if router else []
        ways += [task.on_max_visits] if task and task.on_max_visits else []
        todo += {way.name for way in ways} - seen
        seen |= {way.name for way in ways}
    return (seen & pipeline.tasks.keys()) - {start}


@settings(max_examples=50)
@given(stretches=plans(), loop=bounds())
def test_ahead_of_a_task_is_every_other_task_to_which_a_way_leads(stretches, loop):
    pipeline = compile_text(text(stretches, loop))
    ahead = tasks_ahead(pipeline)
    assert {name: walked(pipeline, name) for name in pipeline.tasks} == {
        name: {other for place, other in enumerate(ahead) if mask >> place & 1} for name, mask in ahead.items()
    }
