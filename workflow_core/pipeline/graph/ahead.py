"""What an item may still come to from each task of a compiled pipeline."""

from collections.abc import Mapping

from workflow_core.pipeline.compiled import Pipeline


def tasks_ahead(pipeline: Pipeline) -> Mapping[str, int]:
    """Return, for each task, the tasks to which a path leads from it, itself left out.

    Each is one bit, the n-th for the n-th task of what is returned: as sets they would grow with the square.
    """
    import networkx as nx

    net: nx.DiGraph[str] = nx.DiGraph()
    for name, router in pipeline.routers.items():
        net.add_edges_from((name, case.to.name) for case in router.cases)
    for name, task in pipeline.tasks.items():
        net.add_node(name)
        net.add_edges_from((name, to.name) for targets in task.routes.values() for to in targets)
        if task.on_max_visits:
            net.add_edge(name, task.on_max_visits.name)
    bits = {name: 1 << index for index, name in enumerate(pipeline.tasks)}
    knots = nx.condensation(net)
    ahead: dict[int, int] = {}
    for knot in reversed(list(nx.topological_sort(knots))):
        ahead[knot] = sum(bits.get(name, 0) for name in knots.nodes[knot]["members"])
        for following in knots.adj[knot]:
            ahead[knot] |= ahead[following]
    return {name: ahead[knots.graph["mapping"][name]] & ~bit for name, bit in bits.items()}
