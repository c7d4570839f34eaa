"""The tree of a beam search, as the page draws it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lstm_core.translation.search import Node


def tree_value(nodes: Sequence[Node], piece: Callable[[int], str]) -> dict[str, Any]:
    """The tree: for each node but the root, in the order in which they were found.

    Args:
        nodes: of the search, the root first. piece: the text of a piece; "" for the end.

    Returns:
        `parents`, numbers of nodes, the root being 0 and the first of the others 1; `pieces`, their
        texts; `shares`, the probability of each after its parent; `sums`, log probabilities from
        the beginning, in nats; `next`, for each node, the root included, the child through which
        the best of its translations is reached, or the likeliest beginning if none ended, 0 if it
        has no child; `scores`, of those that ended, by their numbers.
    """
    followed = nodes[1:]
    parents = [node.parent.number if node.parent else 0 for node in followed]
    return {
        "parents": parents,
        "pieces": [piece(node.piece) for node in followed],
        "shares": [
            round(float(np.exp(node.log_probability - nodes[parent].log_probability)), 4)
            for node, parent in zip(followed, parents, strict=True)
        ],
        "sums": [round(node.log_probability, 2) for node in followed],
        "next": following(nodes),
        "scores": {n.number: round(n.score, 3) for n in followed if n.score is not None},
    }


def following(nodes: Sequence[Node]) -> list[int]:
    """For each node the child that leads to the best that comes of it; 0 where nothing does."""
    # What ended comes before what did not, then the score or the depth decides, then likelihood.
    best = [
        (node.score is not None, node.score or 0.0, node.depth, node.log_probability)
        for node in nodes
    ]
    found = [0] * len(nodes)
    for node in reversed(nodes[1:]):  # children come after their parents
        parent = node.parent.number if node.parent else 0
        if found[parent] == 0 or best[node.number] > best[found[parent]]:
            found[parent] = node.number
            best[parent] = max(best[parent], best[node.number])
    return found
