"""The pipeline as an SVG drawing, with how many items went where."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

from workflow_core.demo.outcome import Outcome, TaskRow
from workflow_core.demo.report.flow import SOURCE, Bundle, bundles
from workflow_core.demo.report.layers import Drawing, arrange
from workflow_core.pipeline.compiled import Pipeline

HEIGHT, PITCH = 54.0, 106.0
WIDTHS = {"source": 132.0, "annotation": 156.0, "qa": 156.0, "router": 140.0, "exit": 106.0}
Point = tuple[float, float]


def graph_svg(pipeline: Pipeline, outcome: Outcome) -> str:
    """Return the drawing as an inline SVG element that takes its colours from the page."""
    between = bundles(pipeline, outcome.moves, outcome.items)
    kinds = _kinds(pipeline)
    sizes = {name: WIDTHS[kind] for name, kind in kinds.items()}
    exits = [name for name, kind in kinds.items() if kind == "exit"]
    drawing = arrange(sizes, list(between), last=exits, height=HEIGHT, pitch=PITCH)
    lines, labels = [], _Labels(drawing)
    for arc in sorted(between, key=lambda a: a in drawing.backward):
        style = "back" if arc in drawing.backward else between[arc].kind
        route = drawing.routes.get(arc) or _self_loop(drawing, sizes, arc[0])
        lines.append(_line(route, style, between[arc].total, outcome.items, straight=arc in drawing.backward))
        labels.add(route, between[arc], arc in drawing.backward)
    rows = {row.name: row for row in outcome.tasks}
    nodes = [_node(name, kind, drawing.places[name], pipeline, outcome, rows) for name, kind in kinds.items()]
    title = f"The pipeline {pipeline.name} with the number of items on every way"
    right = max(drawing.width, labels.right)
    return (
        f'<svg class="graph" role="img" aria-label="{escape(title)}" viewBox="0 0 {right:.0f} {drawing.height:.0f}"'
        f' width="{right:.0f}" height="{drawing.height:.0f}">'
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        ' orient="auto-start-reverse" markerUnits="userSpaceOnUse"><path d="M0 .6 7.4 4 0 7.4z"/></marker></defs>'
        + "".join(lines)
        + "".join(nodes)
        + "".join(labels.drawn)
        + "</svg>"
    )


def _kinds(pipeline: Pipeline) -> dict[str, str]:
    exits = dict.fromkeys([*(name for name in pipeline.exits if name != "discarded"), "discarded"], "exit")
    tasks = {task.name: task.type for task in pipeline.tasks.values()}
    return {SOURCE: "source", **tasks, **dict.fromkeys(pipeline.routers, "router"), **exits}


def _node(name: str, kind: str, place: Point, pipeline: Pipeline, outcome: Outcome, rows: Mapping[str, TaskRow]) -> str:
    width = WIDTHS[kind]
    x, y = place[0] - width / 2, place[1] - HEIGHT / 2
    title, detail, badge = name, "", ""
    if kind == "source":
        title, detail = pipeline.dataset, f"{outcome.items} items"
    elif kind in ("annotation", "qa") and (row := rows.get(name)):
        parts = [f"{row.items} items"]
        if row.again:
            parts.append(f"{row.again} again")
        badge = _badge(place[0] + width / 2, place[1] + HEIGHT / 2, row.statuses.get("discarded", 0))
        detail = " · ".join(parts)
    elif kind == "exit":
        detail = f"{outcome.exits.get(name, 0)} items"
    if kind == "router":
        inset, right, low = 14, x + width, y + HEIGHT
        outline = (
            f"M{x + inset:.1f} {y:.1f}H{right - inset:.1f}L{right:.1f} {place[1]:.1f} {right - inset:.1f} {low:.1f}"
        )
        shape = f'<path d="{outline}H{x + inset:.1f}L{x:.1f} {place[1]:.1f}z"/>'
        detail = "router"
    else:
        radius = HEIGHT / 2 if kind in ("exit", "source") else 9
        shape = f'<rect x="{x:.1f}" y="{y:.1f}" width="{width}" height="{HEIGHT}" rx="{radius}"/>'
    mark = f' data-exit="{escape(name)}"' if kind == "exit" else ""
    shown = title if len(title) <= 18 else title[:17] + "…"
    return (
        f'<g class="node {kind}"{mark}><title>{escape(title)}: {escape(detail)}</title>{shape}'
        f'<text class="name" x="{place[0]:.1f}" y="{place[1] - 4:.1f}">{escape(shown)}</text>'
        f'<text class="count" x="{place[0]:.1f}" y="{place[1] + 14:.1f}">{escape(detail)}</text>{badge}</g>'
    )


def _badge(right: float, low: float, discarded: int) -> str:
    """Hang the number of discarded items on the corner of a node; arcs to `discarded` would only clutter."""
    if not discarded:
        return ""
    width = 20.0 + 7 * len(str(discarded))
    return (
        f'<rect class="gone" x="{right - width + 8:.1f}" y="{low - 9:.1f}" width="{width:.1f}" height="18" rx="9"/>'
        f'<text class="gone" x="{right - width / 2 + 8:.1f}" y="{low + 4.2:.1f}">✕ {discarded}</text>'
    )


def _line(route: Sequence[Point], style: str, total: int, items: int, *, straight: bool) -> str:
    width = 1.4 + 4.2 * min(1.0, total / max(1, items))
    d = _rounded(route) if straight else _curved(route)
    unused = "" if total else " unused"
    return f'<path class="arc {style}{unused}" d="{d}" stroke-width="{width:.1f}" marker-end="url(#arrow)"/>'


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


def _self_loop(drawing: Drawing, sizes: Mapping[str, float], name: str) -> tuple[Point, ...]:
    x, y = drawing.places[name]
    edge = x + sizes[name] / 2
    return ((edge, y + 10), (edge + 16, y + 10), (edge + 16, y - 10), (edge, y - 10))


class _Labels:
    """Puts the labels of arcs beside them, each where no other is."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawn: list[str] = []
        self.right = drawing.width
        self._taken: list[tuple[float, float, float, float]] = []

    def add(self, route: Sequence[Point], bundle: Bundle, backward: bool) -> None:
        """Write `label count` for each arc between two nodes, one under the other."""
        texts = bundle.says
        width = max(len(f"{label} {count}".strip()) for label, count in texts) * 6.3 + 8
        high = 15.0 * len(texts)
        if backward:
            self._along_lane(route, " · ".join(f"{label} {count}" for label, count in texts))
            return
        (ax, ay), (bx, by) = route[0], route[1]
        spots = [(ax + (bx - ax) * t, ay + (by - ay) * t) for t in (0.5, 0.38, 0.62, 0.28, 0.72)]
        spots += [(x + side * width * 0.55, y) for x, y in spots for side in (1, -1)]
        x, y = next((s for s in spots if self._free(*s, width, high)), spots[0])
        x = max(x, width / 2)
        self._taken.append((x, y, width, high))
        self.right = max(self.right, x + width / 2 + 2)
        for line, (label, count) in enumerate(texts):
            at = y - high / 2 + 15 * line + 11.5
            words = f"{escape(label)} " if label else ""
            self.drawn.append(f'<text class="label" x="{x:.1f}" y="{at:.1f}">{words}<tspan>{count}</tspan></text>')

    def _along_lane(self, route: Sequence[Point], words: str) -> None:
        """Write along the lane on the left, from below upwards."""
        x, y = route[1][0], (route[1][1] + route[-2][1]) / 2
        turned = f'transform="rotate(-90 {x:.1f} {y:.1f})"'
        self.drawn.append(f'<text class="label" x="{x:.1f}" y="{y + 4:.1f}" {turned}>{escape(words)}</text>')

    def _free(self, x: float, y: float, width: float, high: float) -> bool:
        return all(abs(x - ox) * 2 >= width + ow or abs(y - oy) * 2 >= high + oh for ox, oy, ow, oh in self._taken)
