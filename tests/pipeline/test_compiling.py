"""What a right file becomes."""

from pathlib import Path

import pytest

from workflow_core.pipeline.check import check
from workflow_core.pipeline.compiled import Case, Export, Pipeline, Queue, Schedule, Source, Target

GOLDEN = Path(__file__).parent / "golden/ok"


def compiled(name: str, *, change: tuple[str, str] = ("", "")) -> Pipeline:
    text = (GOLDEN / f"{name}.yaml").read_text(encoding="utf-8").replace(*change)
    result = check(text.encode(), file=f"{name}.yaml", read=lambda path: (GOLDEN / path).read_bytes())
    assert result.pipeline is not None, result.findings
    return result.pipeline


@pytest.fixture(scope="module")
def dashcam() -> Pipeline:
    return compiled("design-example")


def task(name: str) -> Target:
    return Target("task", name)


def leaving(name: str) -> Target:
    return Target("exit", name)


def test_the_example_has_exactly_these_routes(dashcam: Pipeline) -> None:
    assert {name: each.routes for name, each in dashcam.tasks.items()} == {
        "cars": {"completed": (task("signs"),), "discarded": (leaving("discarded"),)},
        "signs": {"completed": (Target("router", "spot-check"),), "discarded": (leaving("discarded"),)},
        "qa": {
            "approved": (leaving("approved"),),
            "discarded": (leaving("discarded"),),
            "redo-cars": (task("cars"),),
            "for-expert-review": (task("expert"),),
        },
        "expert": {"approved": (leaving("approved"),), "discarded": (leaving("discarded"),)},
    }
    assert dashcam.start == ("cars",)
    assert (dashcam.tasks["cars"].max_visits, dashcam.tasks["cars"].on_max_visits) == (3, task("expert"))


def test_the_example_has_exactly_these_cases(dashcam: Pipeline) -> None:
    assert dashcam.routers["spot-check"].cases == (
        Case(task("expert"), where={"metadata.night": True}),
        Case(task("qa"), share=(0, 250_000)),
        Case(leaving("accepted")),
    )


def test_the_example_reviews_everything_upstream_with_the_union_of_recipes(dashcam: Pipeline) -> None:
    assert dashcam.tasks["cars"].reviews == ()
    assert dashcam.tasks["qa"].reviews == dashcam.tasks["expert"].reviews == ("cars", "signs")
    assert [label.name for label in dashcam.tasks["qa"].recipe.labels] == ["car", "sign"]


def test_the_example_has_its_people_source_queue_and_exits(dashcam: Pipeline) -> None:
    assert dashcam.tasks["cars"].assignees == {"ann@example.org": 60, "bo@example.org": 40}
    assert dashcam.tasks["cars"].team == "drivers"
    assert dashcam.tasks["signs"].assignees == {"cy@example.org": 1, "di@example.org": 1}
    assert dashcam.tasks["signs"].queue == Queue(batch=5, limit=10, lease_seconds=1800)
    assert dashcam.tasks["cars"].queue is None
    assert {each.manager for each in dashcam.tasks.values()} == {"mia@example.org"}
    assert dashcam.source == Source(
        "s3://bucket/dashcam", "/WorkWeek25-Uploads", {"metadata.camera": 41}, Schedule("0 6 * * *", "UTC"), True
    )
    assert dashcam.exits["approved"].export == Export(("coco",), "exports/dashcam")
    assert dashcam.exits["discarded"].export is None


def test_an_exit_may_be_written_in_several_formats_each_once() -> None:
    pipeline = compiled("design-example", change=("format: coco", "format: [coco, yolo, coco]"))
    assert pipeline.exits["approved"].export == Export(("coco", "yolo"), "exports/dashcam")


def test_instructions_come_with_their_text_or_their_pages(dashcam: Pipeline) -> None:
    cars, signs = dashcam.tasks["cars"].recipe.instructions, dashcam.tasks["signs"].recipe.instructions
    assert cars is not None
    assert signs is not None
    assert (cars.file, cars.text, cars.pages) == ("recipes/cars.md", "# Cars\n\nDraw a box around each car.\n", None)
    assert (signs.file, signs.text, signs.pages) == ("recipes/guide.pdf", None, (3, 5))


def test_buttons_have_the_known_actions_and_names_of_their_own(dashcam: Pipeline) -> None:
    actions = {status.name: status.action for status in dashcam.tasks["qa"].statuses}
    assert actions == {
        "approved": "Approve",
        "discarded": "Discard",
        "redo-cars": "Redo cars",
        "for-expert-review": "For expert review",
    }


def test_a_fork_has_branches_of_tasks() -> None:
    pipeline = compiled("fork-with-loops-and-routers-inside")
    assert pipeline.tasks["cars"].routes["completed"] == (task("signs"), task("people"), task("trees"))
    assert pipeline.tasks["merge"].branches == (
        ("signs", "sign-check", "sign-expert"),
        ("people", "people-again"),
        ("trees", "tree-check"),
    )


def test_shares_are_slices_of_one_draw_one_behind_the_other() -> None:
    shares = {name: [case.share for case in router.cases] for name, router in compiled("shares").routers.items()}
    assert shares == {
        "sort": [(0, 5_000), (5_000, 338_333), None, None],
        "second": [(0, 500_000), (500_000, 1_000_000)],
    }


def test_a_qa_recipe_without_labels_keeps_those_it_reviews() -> None:
    pipeline = compiled("qa-recipes")
    qa = pipeline.tasks["qa"].recipe
    assert [label.name for label in qa.labels] == ["car", "sign"]
    assert qa.instructions is not None
    assert qa.instructions.text == "Look at the edges first."
    assert qa.settings == {"reviewer_edits": True}
    assert [label.name for label in pipeline.tasks["last"].recipe.labels] == ["car"]
    bare = compiled("qa-recipes", change=('instructions: "Look at the edges first.", ', "")).tasks
    assert bare["qa"].recipe.instructions == bare["cars"].recipe.instructions is not None


def test_every_key_of_a_task_arrives() -> None:
    pipeline = compiled("everything-of-a-task")
    cars, qa = pipeline.tasks["cars"], pipeline.tasks["qa"]
    assert pipeline.teams["drivers"] == {"ann@example.org": 1, "bo@example.org": 1}
    assert (cars.manager, cars.priority, cars.due) == ("max@example.org", -3, "2026-12-31T18:00:00+01:00")
    assert (cars.queue, cars.lease_seconds, cars.lock_when_due) == (Queue(1, 1, 7200), 7200, True)
    assert (cars.max_fix_rounds, qa.queue, qa.lease_seconds) == (2, Queue(3, 3, 90), 90)
    assert pipeline.source.schedule == Schedule("*/5 8-18 * * MON-FRI", "Europe/Berlin")
    assert pipeline.exits["approved"].export == Export(("jsonl",), "s3://bucket/out", "0 2 * * SUN")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ann@example.org: 60", "ann@example.org: 70"),
        ("lease: 30m", "lease: 40m"),
        ("recipe: recipes/cars.yaml", "recipe: {labels: [car, van]}"),
        ('"0 6 * * *"', '"0 7 * * *"'),
        ("manager: mia@example.org", "manager: max@example.org"),
        ("to: exports/dashcam}", "to: elsewhere}"),
        ("type: qa  ", "type: qa\n    priority: 3  "),
    ],
)
def test_what_is_not_graph_keeps_the_version(dashcam: Pipeline, old: str, new: str) -> None:
    changed = compiled("design-example", change=(old, new))
    assert changed != dashcam
    assert changed.digest == dashcam.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{completed: spot-check}", "{completed: [spot-check], discarded: accepted}"),
        ("sample: 25%", "sample: 26%"),
        ("metadata.night: true", "metadata.night: false"),
        ("max_visits: 3 ", "max_visits: 4 "),
        ("on_max_visits: expert", "on_max_visits: accepted"),
        ("redo-cars", "again-cars"),
        ("eve@example.org]", "eve@example.org]\n    reviews: [cars]"),
    ],
)
def test_a_change_of_the_graph_is_a_new_version(dashcam: Pipeline, old: str, new: str) -> None:
    digest = compiled("design-example", change=(old, new)).digest
    assert digest != dashcam.digest
    assert len(digest) == 12


def test_two_thousand_nodes_are_checked_and_compiled() -> None:
    count = 1000
    tasks = "".join(
        f"  label-{i}:\n    type: annotation\n    recipe: {{labels: [thing-{i}]}}\n"
        f"    assignees: [ann@example.org, bo@example.org]\n    max_visits: 3\n    on: {{completed: check-{i}}}\n"
        f"  check-{i}:\n    type: qa\n    assignees: [quinn@example.org]\n    extra_statuses: [redo]\n"
        f"    on: {{redo: label-{i}, approved: {f'label-{i + 1}' if i + 1 < count else 'approved'}}}\n"
        for i in range(count)
    )
    text = f"pipeline: long\ntasks:\n{tasks}".encode()
    result = check(text, file="long.yaml", read=lambda path: b"")
    assert result.findings == ()
    assert result.pipeline is not None
    assert len(result.pipeline.tasks) == 2 * count
    last = result.pipeline.tasks[f"check-{count - 1}"]
    assert last.reviews == tuple(f"label-{i}" for i in range(count))
    slip = text.replace(b"completed: check-700}", b"completed: chek-700}")
    faulty = check(slip, file="long.yaml", read=lambda path: b"")
    assert [(each.name, each.line, each.column) for each in faulty.findings] == [("unknown-target", 7708, 21)]
