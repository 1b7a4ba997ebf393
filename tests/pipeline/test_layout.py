"""The layered drawing of a graph: nothing overlaps, and no line runs through a node."""

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from workflow_core.pipeline.drawing.layout import Layout, arrange

HEIGHT, PITCH = 50.0, 100.0
Graph = tuple[dict[str, float], list[tuple[str, str]]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    names = [f"n{k}" for k in range(draw(st.integers(1, 9)))]
    sizes = {name: draw(st.sampled_from((60.0, 100.0, 160.0))) for name in names}
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(names))
    return sizes, draw(st.lists(pairs, max_size=14, unique=True))


def boxes(drawing: Layout, sizes: dict[str, float]) -> dict[str, tuple[float, float, float, float]]:
    return {
        n: (x - sizes[n] / 2, y - HEIGHT / 2, x + sizes[n] / 2, y + HEIGHT / 2) for n, (x, y) in drawing.middles.items()
    }


def samples(route: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    """Points along a route; where it changes sides between layers the curve stays between their heights."""
    return [
        (ax + (bx - ax) * k / 12, ay + (by - ay) * k / 12) for (ax, ay), (bx, by) in pairwise(route) for k in range(13)
    ]


@given(graphs())
@settings(max_examples=150)
def test_no_two_nodes_overlap_and_all_lie_inside(graph: Graph) -> None:
    sizes, arcs = graph
    drawing = arrange(sizes, arcs, height=HEIGHT, pitch=PITCH)
    found = boxes(drawing, sizes)
    for one, other in combinations(found.values(), 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    for left, top, right, low in found.values():
        assert left >= 0 and top >= 0 and right <= drawing.width and low <= drawing.height


@given(graphs())
@settings(max_examples=150)
def test_no_line_runs_through_a_node(graph: Graph) -> None:
    sizes, arcs = graph
    drawing = arrange(sizes, arcs, height=HEIGHT, pitch=PITCH)
    for arc, route in drawing.routes.items():
        for name, (left, top, right, low) in boxes(drawing, sizes).items():
            for x, y in samples(route):
                inside = left + 0.5 < x < right - 0.5 and top + 0.5 < y < low - 0.5
                assert not inside, (arc, name, route)


def test_a_chain_is_a_straight_spine_and_its_loop_goes_back_outside() -> None:
    sizes = dict.fromkeys("abc", 100.0)
    drawing = arrange(sizes, [("a", "b"), ("b", "c"), ("c", "a")], height=HEIGHT, pitch=PITCH)
    assert len({x for x, _ in drawing.middles.values()}) == 1
    assert drawing.backward == {("c", "a")}
    assert min(x for x, _ in drawing.routes["c", "a"]) < min(left for left, *_ in boxes(drawing, sizes).values())
