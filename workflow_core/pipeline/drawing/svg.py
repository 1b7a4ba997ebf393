"""The pipeline as an SVG picture that needs nothing else, with how many items went where if that is known."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files
from itertools import pairwise

from workflow_core.pipeline.compiled import Pipeline
from workflow_core.pipeline.drawing.elements import Edge, Node, Shape, draw
from workflow_core.pipeline.drawing.layout import Layout, arrange
from workflow_core.pipeline.drawing.traffic import Way

HEIGHT, PITCH = 54.0, 106.0
WIDTHS: Mapping[Shape, float] = {
    "start": 132.0,
    "annotation": 156.0,
    "qa": 156.0,
    "router": 140.0,
    "exit": 106.0,
    "fork": 96.0,
    "join": 150.0,
}
LONGEST = 36
Point = tuple[float, float]


@dataclass(frozen=True)
class Counts:
    """What a run adds to the picture. Lines are as wide as the share of the `items` that went along them."""

    items: int
    notes: Mapping[str, str]
    """What is told of a node below its name."""
    ways: Mapping[Way, int]
    discarded: Mapping[str, int] = field(default_factory=dict)


def style() -> str:
    """Return the colors and lines of pictures, for a page that shows several."""
    return files("workflow_core.pipeline.drawing").joinpath("svg.css").read_text(encoding="utf-8")


def svg(
    pipeline: Pipeline,
    counts: Counts | None = None,
    *,
    notes: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    issues: Mapping[tuple[str, str], int] | None = None,
    passed: Collection[str] | None = None,
    styled: bool = True,
) -> str:
    """Return the picture, in light or dark colors as the reader prefers; unless it is `styled` the page has them.

    Ways to `discarded` would only clutter: each task leads there, and with counts says on its corner how often.
    `notes` are told below the names of nodes; with counts they have their own. With `links` some nodes lead to an
    address. Dotted lines are the ways on which `issues` took items back. Where nodes were `passed` the others are pale.
    """
    drawing = draw(pipeline, issues=issues)
    told = counts.notes if counts else notes or {}
    nodes = {node.name: _labelled(node, pipeline, told) for node in drawing.nodes}
    between: dict[tuple[str, str], list[Edge]] = {}
    for edge in drawing.edges:
        if not edge.quiet:
            between.setdefault((edge.source, edge.target), []).append(edge)
    exits = [name for name, node in nodes.items() if node.shape == "exit"]
    sizes = {name: _width(node) for name, node in nodes.items()}
    # what is discarded stands at the end of the last row
    ordered = {name: sizes[name] for name in sorted(sizes, key=lambda name: name == "discarded")}
    layout = arrange(ordered, list(between), last=exits, height=HEIGHT, pitch=PITCH)
    lines, labels = [], _Labels(layout)
    for arc in sorted(between, key=lambda arc: arc in layout.backward):
        backward = arc in layout.backward
        route = layout.routes.get(arc) or _self_loop(layout.middles[arc[0]], sizes[arc[0]])
        lines.append(_line(route, between[arc], counts, backward))
        labels.add(route, [line for edge in between[arc] for line in _told(edge, counts)], backward)
    shown = [_node(node, sizes[name], layout.middles[name], counts) for name, node in nodes.items()]
    if passed is not None:
        shown = [
            text if name in passed else f'<g class="unused">{text}</g>' for name, text in zip(nodes, shown, strict=True)
        ]
    if links is not None:
        shown = [_linked(text, links.get(name)) for name, text in zip(nodes, shown, strict=True)]
    right = max(layout.width, labels.right)
    role = "img" if links is None else "group"  # what is an image has no links in it
    title = f"The pipeline {pipeline.name}" + (" with the number of items on every way" if counts else "")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="pipeline-graph" role="{role}" aria-label="{escape(title)}"'
        f' viewBox="0 0 {right:.0f} {layout.height:.0f}" width="{right:.0f}" height="{layout.height:.0f}">'
        f"{f'<style>{style()}</style>' if styled else ''}"
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        ' orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path d="M0 .6 7.4 4 0 7.4z"/></marker></defs>'
        f"{''.join(lines)}{''.join(shown)}{''.join(labels.drawn)}</svg>"
    )


def _linked(text: str, address: str | None) -> str:
    return f'<a href="{escape(address)}">{text}</a>' if address else text


def _labelled(node: Node, pipeline: Pipeline, notes: Mapping[str, str]) -> Node:
    """Return a node with its name and one line about it."""
    name, *about = node.lines
    if node.shape == "start":
        name, about = pipeline.dataset, ["dataset"]
    elif node.shape in ("router", "exit"):
        about = ["of any task" if node.name == "discarded" else node.shape]
    note = notes.get(node.name) or ", ".join(about)
    return Node(node.name, node.shape, (_cut(name), _cut(note)))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _width(node: Node) -> float:
    name, note = node.lines
    return max(WIDTHS[node.shape], len(name) * 8.4 + 30, len(note) * 6.2 + 30)


def _told(edge: Edge, counts: Counts | None) -> list[tuple[str, str]]:
    """Return the lines beside an edge: a status and its count, or the conditions and what went along by any."""
    if counts and edge.labels and not edge.dotted and any((edge, label) in counts.ways for label in edge.labels):
        return [(label, str(counts.ways.get((edge, label), 0))) for label in edge.labels]
    labels = edge.labels or (("",) if counts else ())
    total = str(_total(edge, counts)) if counts else ""
    return [(f"or {label}" if k else label, total if k == len(labels) - 1 else "") for k, label in enumerate(labels)]


def _total(edge: Edge, counts: Counts) -> int:
    return sum(count for (along, _), count in counts.ways.items() if along == edge)


def _node(node: Node, width: float, middle: Point, counts: Counts | None) -> str:
    name, note = node.lines
    x, right = middle[0] - width / 2, middle[0] + width / 2
    y, low = middle[1] - HEIGHT / 2, middle[1] + HEIGHT / 2
    inset = {"router": 14, "fork": 16, "join": -16}.get(node.shape, 0)
    if node.shape == "router":
        sides = ((x + inset, y), (right - inset, y), (right, middle[1]), (right - inset, low), (x + inset, low))
        shape = _polygon(*sides, (x, middle[1]))
    elif node.shape in ("fork", "join"):
        above, below = max(inset, 0), max(-inset, 0)
        shape = _polygon((x + above, y), (right - above, y), (right - below, low), (x + below, low))
    else:
        radius = HEIGHT / 2 if node.shape in ("exit", "start") else 9
        shape = f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{HEIGHT}" rx="{radius}"/>'
    mark = f' data-exit="{escape(node.name)}"' if node.shape == "exit" else ""
    text = f'<text class="name" x="{middle[0]:.1f}" y="{middle[1] + (-4 if note else 5):.1f}">{escape(name)}</text>'
    text += f'<text class="note" x="{middle[0]:.1f}" y="{middle[1] + 14:.1f}">{escape(note)}</text>' if note else ""
    badge = _badge(right, low, counts.discarded.get(node.name, 0)) if counts else ""
    title = f"{name}: {note}" if note else name
    return f'<g class="node {node.shape}"{mark}><title>{escape(title)}</title>{shape}{text}{badge}</g>'


def _polygon(*corners: Point) -> str:
    return f'<path d="M{" ".join(f"{x:.1f} {y:.1f}" for x, y in corners)}z"/>'


def _badge(right: float, low: float, discarded: int) -> str:
    """Hang the number of discarded items on the corner of a node."""
    if not discarded:
        return ""
    width = 20.0 + 7 * len(str(discarded))
    return (
        f'<rect class="gone" x="{right - width + 8:.1f}" y="{low - 9:.1f}" width="{width:.1f}" height="18" rx="9"/>'
        f'<text class="gone" x="{right - width / 2 + 8:.1f}" y="{low + 4.2:.1f}">✕ {discarded}</text>'
    )


def _line(route: Sequence[Point], edges: Sequence[Edge], counts: Counts | None, backward: bool) -> str:
    total = sum(_total(edge, counts) for edge in edges) if counts else 0
    width = 1.4 + 4.2 * min(1.0, total / max(1, counts.items)) if counts else 2.0
    classes = ["arc"] + ["back"] * backward + ["diversion"] * all(edge.dotted for edge in edges)
    classes += ["unused"] * (counts is not None and not total)
    d = _rounded(route) if backward else _curved(route)
    return f'<path class="{" ".join(classes)}" d="{d}" stroke-width="{width:.1f}" marker-end="url(#arrow)"/>'


def _curved(route: Sequence[Point]) -> str:
    """Draw smooth curves between layers, and straight lines past the slots within them."""
    d = f"M{route[0][0]:.1f} {route[0][1]:.1f}"
    for (ax, ay), (bx, by) in pairwise(route):
        if abs(ax - bx) < 0.5:
            d += f"L{bx:.1f} {by:.1f}"
        else:
            middle = (ay + by) / 2
            d += f"C{ax:.1f} {middle:.1f} {bx:.1f} {middle:.1f} {bx:.1f} {by:.1f}"
    return d


def _rounded(route: Sequence[Point], radius: float = 10.0) -> str:
    """Draw right angles with rounded corners."""
    d = f"M{route[0][0]:.1f} {route[0][1]:.1f}"
    for before, here, after in zip(route, route[1:], route[2:], strict=False):
        points = []
        for other in (before, after):
            dx, dy = other[0] - here[0], other[1] - here[1]
            length = max(abs(dx) + abs(dy), 0.01)
            reach = min(radius, length / 2)
            points.append((here[0] + dx / length * reach, here[1] + dy / length * reach))
        (ax, ay), (bx, by) = points
        d += f"L{ax:.1f} {ay:.1f}Q{here[0]:.1f} {here[1]:.1f} {bx:.1f} {by:.1f}"
    return d + f"L{route[-1][0]:.1f} {route[-1][1]:.1f}"


def _self_loop(middle: Point, width: float) -> tuple[Point, ...]:
    edge, y = middle[0] + width / 2, middle[1]
    return ((edge, y + 10), (edge + 16, y + 10), (edge + 16, y - 10), (edge, y - 10))


class _Labels:
    """Puts the labels of arcs beside them, each where no other is."""

    def __init__(self, layout: Layout) -> None:
        self.drawn: list[str] = []
        self.right = layout.width
        self._taken: list[tuple[float, float, float, float]] = []

    def add(self, route: Sequence[Point], lines: Sequence[tuple[str, str]], backward: bool) -> None:
        """Write a line for each label and its count, one under the other."""
        told = [" ".join(part for part in line if part) for line in lines]
        if backward:
            self._along_lane(route, " · ".join(told))
            return
        width, high = max(map(len, told), default=0) * 6.3 + 8, 15.0 * len(told)
        (ax, ay), (bx, by) = route[0], route[1]
        spots = [(ax + (bx - ax) * t, ay + (by - ay) * t) for t in (0.5, 0.38, 0.62, 0.28, 0.72)]
        spots += [(x + side * width * 0.55, y) for x, y in spots for side in (1, -1)]
        spots += [(ox + side * (ow + width + 2) / 2, spots[0][1]) for ox, _, ow, _ in self._taken for side in (1, -1)]
        spots = [(max(x, width / 2), y) for x, y in spots]
        x, y = next((s for s in spots if self._free(*s, width, high)), spots[0])
        self._taken.append((x, y, width, high))
        self.right = max(self.right, x + width / 2 + 2)
        for number, (label, count) in enumerate(lines):
            at = y - high / 2 + 15 * number + 11.5
            words = " ".join(part for part in (escape(label), f"<tspan>{count}</tspan>" if count else "") if part)
            self.drawn.append(f'<text class="label" x="{x:.1f}" y="{at:.1f}">{words}</text>')

    def _along_lane(self, route: Sequence[Point], words: str) -> None:
        """Write in the lane on the left, from below upwards; its line leaves off for it."""
        x = min(x for x, _ in route)
        along = [y for at, y in route if at == x]
        y = (along[0] + along[-1]) / 2
        turned = f'transform="rotate(-90 {x:.1f} {y:.1f})"'
        self.drawn.append(f'<text class="label lane" x="{x:.1f}" y="{y + 4:.1f}" {turned}>{escape(words)}</text>')

    def _free(self, x: float, y: float, width: float, high: float) -> bool:
        return all(abs(x - ox) * 2 >= width + ow or abs(y - oy) * 2 >= high + oh for ox, oy, ow, oh in self._taken)
