"""A layered drawing of a directed graph, from top to bottom, for graphs of some tens of nodes.

Loops are opened first; each node is one layer below the lowest of its sources. The longest chain becomes a
straight spine. Arcs over several layers keep a slot in every layer on their way, so that they pass beside
nodes. Arcs that lead upwards get a lane of their own on the left of everything.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

Node = Hashable
Arc = tuple[str, str]
GAP, SLOT, LANE = 14.0, 14.0, 22.0


@dataclass(frozen=True)
class Layout:
    """Where everything is: nodes by their middle, arcs by the points they pass; `width` starts at 0."""

    middles: Mapping[str, tuple[float, float]]
    routes: Mapping[Arc, tuple[tuple[float, float], ...]]
    backward: frozenset[Arc]
    width: float
    height: float


def arrange(
    sizes: Mapping[str, float], arcs: Sequence[Arc], *, last: Iterable[str] = (), height: float, pitch: float
) -> Layout:
    """Place nodes of given widths and one height, `pitch` from layer to layer; `last` share the last layer."""
    backward = _backward(list(sizes), arcs)
    forward = [arc for arc in dict.fromkeys(arcs) if arc not in backward and arc[0] != arc[1]]
    depth = _depths(list(sizes), forward, set(last))
    layers, chains = _layers(depth, forward)
    width_of: dict[Node, float] = {slot: SLOT for slots in chains.values() for slot in slots}
    width_of.update(sizes)
    links = [pair for arc, slots in chains.items() for pair in pairwise([arc[0], *slots, arc[1]])]
    _order(layers, links)
    x = _spread(layers, links, width_of, _spine(depth, forward))
    _straighten(layers, chains, width_of, x)
    lanes = len(backward)
    shift = LANE * lanes + GAP - min(x[n] - width_of[n] / 2 for layer in layers for n in layer)
    y = {n: k * pitch + height / 2 + 1 for k, layer in enumerate(layers) for n in layer}
    middles = {n: (x[n] + shift, y[n]) for n in sizes}
    routes = {
        arc: _down([(x[n] + shift, y[n]) for n in (arc[0], *slots, arc[1])], height) for arc, slots in chains.items()
    }
    for number, arc in enumerate(sorted(backward, key=lambda a: depth[a[0]] - depth[a[1]])):
        lane = GAP / 2 + LANE * (lanes - 1 - number)
        routes[arc] = _up(middles, arc, layers, depth, sizes, lane, height, pitch)
    width = max(x[n] + shift + width_of[n] / 2 for layer in layers for n in layer) + 2
    return Layout(middles, routes, frozenset(backward), width, (len(layers) - 1) * pitch + height + 2)


def _backward(nodes: Sequence[str], arcs: Sequence[Arc]) -> set[Arc]:
    """Return the arcs that close a loop, walking depth first in the order given."""
    after: dict[str, list[str]] = defaultdict(list)
    for source, target in arcs:
        after[source].append(target)
    found: set[Arc] = set()
    done: set[str] = set()
    for start in nodes:
        stack = [(start, iter(after[start]))] if start not in done else []
        trail = {start}
        while stack:
            node, targets = stack[-1]
            target = next(targets, "")
            if not target:
                stack.pop()
                trail.discard(node)
                done.add(node)
            elif target in trail:
                found.add((node, target))
            elif target not in done:
                trail.add(target)
                stack.append((target, iter(after[target])))
    return {arc for arc in found if arc[0] != arc[1]}


def _depths(nodes: Sequence[str], forward: Sequence[Arc], last: set[str]) -> dict[str, int]:
    depth = dict.fromkeys(nodes, 0)
    for _ in nodes:
        for source, target in forward:
            depth[target] = max(depth[target], depth[source] + 1)
    lowest = max([depth[n] for n in nodes if n not in last] or [-1]) + 1
    return {n: max(lowest, depth[n]) if n in last else depth[n] for n in nodes}


def _spine(depth: Mapping[str, int], forward: Sequence[Arc]) -> set[Node]:
    """Return the longest chain of nodes in neighbouring layers, the first of equals."""
    best: dict[str, list[Node]] = {}
    for node in sorted(depth, key=lambda n: depth[n]):
        ways = [best[a] for a, b in forward if b == node and depth[a] == depth[b] - 1]
        before = max(ways, key=len) if ways else []
        best[node] = [*before, node]
    longest = max(best.values(), key=len) if best else []
    return set(longest)


def _layers(depth: Mapping[str, int], forward: Sequence[Arc]) -> tuple[list[list[Node]], dict[Arc, list[Node]]]:
    layers: list[list[Node]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for node, level in depth.items():
        layers[level].append(node)
    chains: dict[Arc, list[Node]] = {}
    for arc in forward:
        chains[arc] = [(arc, level) for level in range(depth[arc[0]] + 1, depth[arc[1]])]
        for slot, level in zip(chains[arc], range(depth[arc[0]] + 1, depth[arc[1]]), strict=True):
            layers[level].append(slot)
    return layers, chains


def _order(layers: list[list[Node]], links: Sequence[tuple[Node, Node]]) -> None:
    """Sort each layer by the mean position of its neighbours, a few times down and up."""
    above, below = defaultdict(list), defaultdict(list)
    for upper, lower in links:
        above[lower].append(upper)
        below[upper].append(lower)
    for sweep in range(6):
        neighbours = above if sweep % 2 == 0 else below
        for layer in layers if sweep % 2 == 0 else layers[::-1]:
            rank = {n: k / max(1, len(other) - 1) for other in layers for k, n in enumerate(other)}
            key = {n: mean([rank[m] for m in neighbours[n]] or [rank[n]]) for n in layer}
            layer.sort(key=lambda n: key[n])


def _spread(
    layers: list[list[Node]],
    links: Sequence[tuple[Node, Node]],
    width_of: Mapping[Node, float],
    spine: set[Node],
) -> dict[Node, float]:
    """Give every node its x: the spine at 0, the others near their neighbours."""
    near: dict[Node, list[Node]] = defaultdict(list)
    for one, other in links:
        near[one].append(other)
        near[other].append(one)
    x: dict[Node, float] = {}
    for layer in layers:
        total = sum(width_of[n] + GAP for n in layer)
        at = -total / 2
        for n in layer:
            x[n] = at + (width_of[n] + GAP) / 2
            at += width_of[n] + GAP
    for sweep in range(24):
        for layer in layers if sweep % 2 == 0 else layers[::-1]:
            wanted = {n: 0.0 if n in spine else _pull(n, near[n], x) for n in layer}
            _settle(layer, wanted, width_of, x, spine)
    return x


def _pull(node: Node, neighbours: Sequence[Node], x: Mapping[Node, float]) -> float:
    weights = [(x[m], 6.0 if isinstance(m, tuple) == isinstance(node, tuple) else 1.0) for m in neighbours]
    return sum(at * w for at, w in weights) / sum(w for _, w in weights) if weights else x[node]


def _settle(
    layer: Sequence[Node],
    wanted: Mapping[Node, float],
    width_of: Mapping[Node, float],
    x: dict[Node, float],
    spine: set[Node],
) -> None:
    """Bring the nodes of a layer to where they want to be, in order and without overlap.

    Nodes that collide move as one block, to the mean of what they want; the spine hardly gives way.
    """
    blocks: list[tuple[float, float, list[tuple[Node, float]]]] = []  # where, weight, members with offsets
    for n in layer:
        heavy = 1e6 if n in spine else 1.0 if isinstance(n, tuple) else 8.0
        at, weight, members = wanted[n], heavy, [(n, 0.0)]
        while blocks:
            before_at, before_weight, before = blocks[-1]
            tail, reach = before[-1]
            apart = reach + (width_of[tail] + width_of[members[0][0]]) / 2 + GAP
            if at - before_at >= apart:
                break
            blocks.pop()
            members = [*before, *((m, offset + apart) for m, offset in members)]
            at = (before_at * before_weight + (at - apart) * weight) / (before_weight + weight)
            weight += before_weight
        blocks.append((at, weight, members))
    for at, _, members in blocks:
        for n, offset in members:
            x[n] = at + offset


def _straighten(
    layers: Sequence[Sequence[Node]],
    chains: Mapping[Arc, Sequence[Node]],
    width_of: Mapping[Node, float],
    x: dict[Node, float],
) -> None:
    """Bring the slots of each arc into one vertical line where nothing stands in its way."""
    beside = {n: (layer[:k], layer[k + 1 :]) for layer in layers for k, n in enumerate(layer)}
    for slots in sorted(chains.values(), key=len):
        for at in sorted({x[s] for s in slots}, key=abs, reverse=True):
            if all(
                all(x[o] + (width_of[o] + SLOT) / 2 + GAP <= at + 0.1 for o in beside[s][0])
                and all(x[o] - (width_of[o] + SLOT) / 2 - GAP >= at - 0.1 for o in beside[s][1])
                for s in slots
            ):
                x.update(dict.fromkeys(slots, at))
                break


def _down(points: Sequence[tuple[float, float]], height: float) -> tuple[tuple[float, float], ...]:
    """Let a route leave below its source, pass its slots straight, and end above its target."""
    first, *slots, final = points
    route = [(first[0], first[1] + height / 2)]
    for sx, sy in slots:
        route += [(sx, sy - height / 2), (sx, sy + height / 2)]
    return (*route, (final[0], final[1] - height / 2))


def _up(
    middles: Mapping[str, tuple[float, float]],
    arc: Arc,
    layers: Sequence[Sequence[Node]],
    depth: Mapping[str, int],
    sizes: Mapping[str, float],
    lane: float,
    height: float,
    pitch: float,
) -> tuple[tuple[float, float], ...]:
    """Lead a route out to a lane on the left, up, and in again; past neighbours it runs between the layers."""
    (sx, sy), (tx, ty) = middles[arc[0]], middles[arc[1]]
    channel = (pitch - height) / 2
    if layers[depth[arc[0]]][0] == arc[0]:
        start = [(sx - sizes[arc[0]] / 2, sy), (lane, sy)]
    else:
        start = [(sx, sy + height / 2), (sx, sy + height / 2 + channel), (lane, sy + height / 2 + channel)]
    if layers[depth[arc[1]]][0] == arc[1]:
        end = [(lane, ty), (tx - sizes[arc[1]] / 2, ty)]
    else:
        end = [(lane, ty - height / 2 - channel), (tx, ty - height / 2 - channel), (tx, ty - height / 2)]
    return (*start, *end)
