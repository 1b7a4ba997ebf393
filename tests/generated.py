"""Small pipelines drawn by Hypothesis: chains, forks, routers, loops, reviews, queues; and changed versions of them."""

import json
from typing import Any

from hypothesis import strategies as st

from workflow_core.pipeline import compiled
from workflow_core.pipeline.check import check

PEOPLE = ("ann", "bo", "cy", "di")

WEIGHTS = st.integers(1, 3)
queues = st.one_of(
    st.just(False),
    st.just(False),
    st.fixed_dictionaries({"batch": st.integers(1, 3), "limit": st.integers(3, 5), "lease": st.just("30m")}),
)


def hands(draw: st.DrawFn, least: int = 1) -> dict[str, Any]:
    """Draw who does a task, at least how many, and how it is handed out."""
    team = draw(st.dictionaries(st.sampled_from(PEOPLE), WEIGHTS, min_size=least, max_size=len(PEOPLE)))
    drawn = {"assignees": {f"{name}@example.org": weight for name, weight in team.items()}, "queue": draw(queues)}
    return drawn | draw(st.sampled_from([{}, {}, {"max_fix_rounds": 1}]))


@st.composite
def plans(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw the stretches of a pipeline, in order."""
    kinds = draw(st.lists(st.sampled_from(["qa", "fork", "task", "qa", "router"]), min_size=1, max_size=3))
    # A reviewer must have somebody else's work to review, else the file is refused.
    least = 2 if "qa" in kinds else 1
    stretches = []
    for number, kind in enumerate(["task", *kinds]):
        stretch: dict[str, Any] = {
            "kind": kind,
            "name": f"{kind}{number}",
            "hands": hands(draw, 1 if kind == "qa" else least),
        }
        if kind == "fork":
            stretch["branches"] = [
                [hands(draw, least) for _ in range(draw(st.integers(1, 2)))] for _ in range(draw(st.integers(2, 3)))
            ]
            stretch["again"] = draw(st.booleans())
            stretch["visits"] = draw(st.sampled_from([None, 1, 1, 2]))
            stretch["tired"] = draw(st.booleans())
            stretch["join"] = hands(draw, least)
        stretches.append(stretch)
    return stretches


@st.composite
def bounds(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what a loop is: where a redo leads, how often, and where it goes then."""
    return {
        "back": draw(st.integers(0, 3)),
        "max_visits": draw(st.one_of(st.none(), st.integers(1, 3))),
        "overflow": draw(st.sampled_from([None, "tired", "shunt"])),
    }


def heads(stretches: list[dict[str, Any]]) -> list[str]:
    return [stretch["name"] for stretch in stretches if stretch["kind"] != "router"]


def text(stretches: list[dict[str, Any]], loop: dict[str, Any]) -> str:
    """Write the pipeline as YAML (of which JSON is a part)."""
    tasks: dict[str, Any] = {}
    routers: dict[str, Any] = {}
    exits: dict[str, Any] = {"out": {}}
    before: list[str] = []
    back_to = None
    for number, stretch in enumerate(stretches):
        name, kind = stretch["name"], stretch["kind"]
        following = stretches[number + 1]["name"] if number + 1 < len(stretches) else "out"
        if kind == "router":
            exits |= {"night": {}, "sampled": {}}
            routers[name] = [
                {"where": {"metadata.night": True}, "to": "night"},
                {"sample": "30%", "to": "sampled"},
                {"else": following},
            ]
        elif kind == "qa":
            back_to = before[loop["back"] % len(before)]
            passes = stretch.get("pass", "pass")
            tasks[name] = {
                "type": "qa",
                **{key: value for key, value in stretch["hands"].items() if key != "max_fix_rounds"},
                "extra_statuses": ["redo", passes],
                "on": {"redo": back_to, passes: following},
            }
        elif kind == "fork":
            branches = {}
            steps_of_a = [f"{name}a{step}" for step in range(len(stretch["branches"][0]))]
            for letter, branch in zip("abc", stretch["branches"], strict=False):
                steps = [f"{name}{letter}{step}" for step in range(len(branch))]
                branches[letter] = steps[0]
                for step, hand in enumerate(branch):
                    to = steps[step + 1] if step + 1 < len(steps) else f"{name}-join"
                    tasks[steps[step]] = _annotation(steps[step], hand, to)
                if stretch["again"] and len(steps) > 1:
                    tasks[steps[1]]["extra_statuses"] = ["again"]
                    tasks[steps[1]]["on"]["again"] = steps[0]
            if stretch["visits"] is not None:
                tasks[branches["a"]]["max_visits"] = stretch["visits"]
                if stretch["tired"]:
                    tasks[branches["a"]]["on_max_visits"] = steps_of_a[1] if len(steps_of_a) > 1 else "discarded"
            tasks[name] = _annotation(name, stretch["hands"], list(branches.values()))
            tasks[f"{name}-join"] = _annotation(f"{name}-join", stretch["join"], following) | {"join": "all"}
            if stretch["visits"] is not None:
                tasks[f"{name}-join"]["extra_statuses"] = ["redo"]
                tasks[f"{name}-join"]["on"]["redo"] = name
        else:
            tasks[name] = _annotation(name, stretch["hands"], following)
        if kind != "router":
            before.append(name)
    if back_to is not None and loop["max_visits"] is not None:
        tasks[back_to]["max_visits"] = loop["max_visits"]
        if loop["overflow"] is not None:
            tasks[back_to]["on_max_visits"] = loop["overflow"]
            exits |= {"tired": {}}
            if loop["overflow"] == "shunt":
                routers["shunt"] = [{"where": {"metadata.night": True}, "to": "out"}, {"else": "tired"}]
    first = stretches[0]["name"]
    ordered = {first: tasks.pop(first), **tasks}
    return json.dumps({"pipeline": "p", "tasks": ordered, "routers": routers, "exits": exits}, indent=1)


def _annotation(name: str, hand: dict[str, Any], to: str | list[str]) -> dict[str, Any]:
    return {"type": "annotation", "recipe": {"labels": [f"label of {name}"]}, **hand, "on": {"completed": to}}


def compile_text(pipeline: str) -> compiled.Pipeline:
    """Compile a drawn pipeline; what is drawn is always valid."""
    checked = check(pipeline.encode(), file="p.yaml", read=lambda name: b"")
    assert checked.pipeline is not None, (pipeline, [str(finding) for finding in checked.findings])
    return checked.pipeline
