"""Who imports whom: arrows between files and between rooms, the floors they make, the circles they close."""

from collections import deque
from collections.abc import Iterator, Mapping

from tests.shape.source import Modules, imports

Graph = Mapping[str, frozenset[str]]
"""From each node to those it points at; every node is a key."""


def file_graph(modules: Modules) -> Graph:
    return {
        name: frozenset(source for source, _ in imports(module, modules) if source in modules and source != name)
        for name, module in modules.items()
    }


def room_graph(files: Graph) -> Graph:
    """The same between rooms: what lies directly in the top package. Its own face is no room."""
    rooms: dict[str, set[str]] = {room: set() for room in map(room_of, files) if room}
    for start, ends in files.items():
        if room_of(start):
            rooms[room_of(start)] |= {room_of(end) for end in ends} - {"", room_of(start)}
    return {room: frozenset(ends) for room, ends in rooms.items()}


def room_of(name: str) -> str:
    """``worktime`` of ``rules.worktime.due``; ``""`` of ``rules`` itself."""
    return (name + ".").split(".")[1]


def arrows(graph: Graph) -> int:
    return sum(map(len, graph.values()))


def circles(graph: Graph) -> list[list[str]]:
    """Each set of nodes that reach each other, with one shortest way round it, which begins and ends with the same name."""
    reached = {node: _reached(graph, node) for node in graph}
    found: dict[frozenset[str], list[str]] = {}
    for node in sorted(graph):
        together = frozenset(other for other in reached[node] if node in reached[other])
        if together and together not in found:
            found[together] = _way_round(graph, node)
    return list(found.values())


def floors(graph: Graph) -> int:
    """How many nodes the longest way visits; a circle is one floor."""
    reached = {node: _reached(graph, node) for node in graph}
    circle = {node: frozenset({node} | {other for other in reached[node] if node in reached[other]}) for node in graph}
    heights: dict[frozenset[str], int] = {}
    # Who reaches less, itself counted, stands lower: so those below are always measured first.
    for node in sorted(graph, key=lambda node: len(reached[node] | {node})):
        below = {circle[end] for member in circle[node] for end in graph[member]} - {circle[node]}
        heights[circle[node]] = 1 + max((heights[other] for other in below), default=0)
    return max(heights.values(), default=0)


def outside_names(rules: Modules, others: Modules) -> Iterator[tuple[str, str]]:
    """Each pair of a module of ``rules`` and a name that another package takes from it, once."""
    taken = {pair for module in others.values() for pair in imports(module, rules) if pair[0] in rules}
    return iter(sorted(taken))


def _reached(graph: Graph, start: str) -> frozenset[str]:
    """All that can be reached from there; itself only in a circle."""
    seen: set[str] = set()
    todo = deque(graph[start])
    while todo:
        node = todo.popleft()
        if node not in seen:
            seen.add(node)
            todo.extend(graph[node])
    return frozenset(seen)


def _way_round(graph: Graph, start: str) -> list[str]:
    """A shortest way from there back to there."""
    ways = deque([[start]])
    seen: set[str] = set()
    while True:
        way = ways.popleft()
        for end in sorted(graph[way[-1]]):
            if end == start:
                return [*way, start]
            if end not in seen:
                seen.add(end)
                ways.append([*way, end])
