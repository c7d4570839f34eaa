"""The search for a likely translation: beam search, and the tree that it grows.

At every step each hypothesis in the beam is made longer by every piece, and the likeliest are kept
(Sutskever, Vinyals & Le 2014, section 3.2). One that has come to its end leaves the beam, which is
one narrower from then on. Those that ended are ranked by (Wu et al. 2016, arXiv:1609.08144,
section 7, eq. 14)::

    score = log P(Y | X) / lp(Y) + cp(X, Y)
    lp(Y) = (5 + |Y|)^alpha / 6^alpha                  longer translations are no less welcome
    cp    = beta sum_j log min(sum_t a(t, j), 1)       nor those that pass over nothing

A network that also translates the other way can be asked what it would take each of them for (Li &
Jurafsky 2016, arXiv:1601.00372, section 2; Yee et al. 2019, arXiv:1908.05731)::

    score + gamma log P(X | Y) / lp(X)                 from which the sentence can be told

Shapes: B hypotheses, S pieces of the source, V in the vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from lstm_core.lstm import LSTMState
from lstm_core.translation.model import Source

Watch = Callable[[Sequence[int]], np.ndarray | None]
"""Says which pieces may follow those that are written, (V,) truth values; None if all may."""

LEAST_COVERED = 1e-4
"""Attention below which a piece of the source counts as passed over, whatever is still less."""


class Decoder(Protocol):
    """A network that writes one piece after another, such as `TranslationModel`."""

    def step(
        self, ids: Tensor, state: LSTMState, source: Source
    ) -> tuple[Tensor, Tensor, LSTMState]: ...


@dataclass(eq=False)
class Node:
    """A beginning of a translation; those that the search followed are a tree.

    Attributes:
        number: in the order in which they were found; the root is 0.
        parent: the same without its last piece; None for the root.
        piece: its last.
        depth: how many pieces it has.
        log_probability: of all its pieces, in nats.
        weights: (S,) how much of each piece of the source was looked at for the last one.
        covered: (S,) the sum of this over all its pieces.
        score: what a translation that has ended is ranked by; None before.
        one_way: the part of it that is had without translating back.
        back: log P(sentence | translation), in nats; None where it was not asked for.
    """

    number: int
    parent: Node | None
    piece: int
    depth: int
    log_probability: float
    weights: np.ndarray = field(repr=False)
    covered: np.ndarray = field(repr=False)
    score: float | None = None
    one_way: float | None = None
    back: float | None = None

    def path(self) -> list[Node]:
        """From the first piece to the last."""
        found: list[Node] = []
        node: Node | None = self
        while node is not None and node.parent is not None:
            found.append(node)
            node = node.parent
        return found[::-1]

    def pieces(self) -> list[int]:
        """Numbers of its pieces."""
        return [node.piece for node in self.path()]


@dataclass(eq=False)
class Beam:
    """Where the search stands after a step.

    Attributes:
        alive: hypotheses that go on, the likeliest first.
        ended: translations, in the order in which they came to their end.
        nodes: all that were followed, by their numbers.
    """

    alive: list[Node]
    ended: list[Node]
    nodes: list[Node]

    @property
    def best(self) -> Node:
        """The likeliest that goes on; at the end, the translation with the highest score."""
        return self.alive[0] if self.alive else self.ranked()[0]

    def ranked(self) -> list[Node]:
        """Translations that have ended, the best first."""
        return sorted(self.ended, key=lambda node: -(node.score or 0.0))

    def decided(self) -> list[int]:
        """The pieces with which everything still in question begins."""
        paths = [node.pieces() for node in [*self.alive, *self.ended]]
        same = next(
            (n for n, row in enumerate(zip(*paths, strict=False)) if len(set(row)) > 1),
            min(map(len, paths)),
        )
        return paths[0][:same]


@torch.inference_mode()
def beam_search(
    decoder: Decoder,
    source: Source,
    begin: int,
    end: int,
    *,
    beam: int,
    longest: int,
    length_penalty: float = 0.0,
    coverage_penalty: float = 0.0,
    forced: Sequence[int] = (),
    banned: Collection[int] = (),
    watches: Collection[Watch] = (),
    looked: slice = slice(None),
) -> Iterator[Beam]:
    """Translate one sentence.

    Args:
        decoder: in evaluation mode.
        source: the sentence, read.
        begin, end: pieces that the decoder reads first and says last.
        beam: hypotheses kept.
        longest: pieces after which a translation has to end, its end counted.
        length_penalty, coverage_penalty: alpha and beta.
        forced: pieces that the translation begins with.
        banned: pieces that are never written.
        watches: only pieces that all of them allow are written; not asked of what is forced, nor
            of the end of the longest.
        looked: pieces of the source that ought to be looked at.

    Yields:
        the same `Beam`, brought up to date after every step.

    Raises:
        ValueError: if there is no room for the forced pieces and an end.
    """
    if len(forced) + 1 > longest:
        raise ValueError(f"{len(forced)} forced pieces and an end do not fit into {longest}.")
    nothing = np.zeros(source.inside.shape[1])
    root = Node(0, None, begin, 0, 0.0, nothing, nothing)
    found = Beam([root], [], [root])
    state = source.state
    never = list(banned)
    while found.alive:
        alive, depth = found.alive, found.alive[0].depth
        logits, weights, state = decoder.step(
            torch.tensor([node.piece for node in alive]), state, source.repeated(len(alive))
        )
        # In double precision: these are added up over many pieces.
        log_probabilities = logits.double().log_softmax(-1).numpy()  # (B, V)
        log_probabilities[:, never] = -np.inf
        if depth < len(forced):
            log_probabilities = only(log_probabilities, forced[depth])
        elif depth + 1 == longest:
            log_probabilities = only(log_probabilities, end)
        else:
            for row, node in zip(log_probabilities, alive, strict=True):
                for watch in watches:
                    if (possible := watch(node.pieces())) is not None:
                        row[~possible] = -np.inf
        sums = np.array([[node.log_probability] for node in alive]) + log_probabilities
        rows, pieces = likeliest(sums, beam - len(found.ended))
        looks = weights.double().numpy()  # (B, S)
        kept: list[int] = []
        found.alive = []
        for row, piece in zip(rows.tolist(), pieces.tolist(), strict=True):
            node = Node(
                len(found.nodes), alive[row], piece, depth + 1, float(sums[row, piece]),
                looks[row], alive[row].covered + looks[row],
            )  # fmt: skip
            found.nodes.append(node)
            if piece == end and depth >= len(forced):
                node.score = node.one_way = score(node, length_penalty, coverage_penalty, looked)
                found.ended.append(node)
            else:
                found.alive.append(node)
                kept.append(row)
        state = LSTMState(state.h[:, kept], state.c[:, kept])
        yield found


def only(log_probabilities: np.ndarray, piece: int) -> np.ndarray:
    """(B, V) the same for one piece, and nothing else is possible."""
    forced = np.full_like(log_probabilities, -np.inf)
    forced[:, piece] = log_probabilities[:, piece]
    return forced


def likeliest(sums: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the highest values that are possible at all, the highest first.

    Args:
        sums: (B, V). count: how many at most.
    """
    flat = sums.ravel()
    count = min(count, int(np.isfinite(flat).sum()))
    chosen = np.argpartition(-flat, count - 1)[:count]
    chosen = chosen[np.lexsort((chosen, -flat[chosen]))]
    return np.unravel_index(chosen, sums.shape)  # type: ignore[return-value]


def norm(pieces: int, alpha: float) -> float:
    """lp of so many pieces, the end counted."""
    return ((5 + pieces) / 6) ** alpha


def score(node: Node, alpha: float, beta: float, looked: slice) -> float:
    """What a translation that has ended is ranked by (Wu et al. 2016, eq. 14)."""
    normalised = node.log_probability / norm(node.depth, alpha)
    covered = node.covered[looked].clip(LEAST_COVERED, 1.0)
    return float(normalised + beta * np.log(covered).sum())
