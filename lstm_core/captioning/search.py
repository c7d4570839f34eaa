"""From probabilities to captions: beam search for one photo, and words for many photos at once.

Captions that have ended are ranked by their log-probability, divided by a power of their length
(Wu et al. 2016, arXiv:1609.08144, eq. 14)::

    score = log p / ((5 + words) / 6)^alpha

Small networks like to say what they have just said: "a white shirt and a white shirt". So no three
words come twice in a caption, nor one word twice in a row (Paulus, Xiong & Socher 2018,
arXiv:1705.04304, section 2.5).

Shapes: N captions side by side, K cells of the grid, V words in the vocabulary.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from lstm_core.captioning.model import Seen
from lstm_core.lstm import LSTMState

LENGTH_PENALTY = 0.7
"""alpha."""

PHRASE = 3
"""Words that never come twice."""


class Speaker(Protocol):
    """A network that says one word after another, such as `model.Decoder`."""

    def initial_state(self, count: int) -> LSTMState: ...

    def step(
        self, ids: Tensor, state: LSTMState, seen: Seen
    ) -> tuple[Tensor, Tensor, LSTMState]: ...


@dataclass(frozen=True, eq=False)
class Hypothesis:
    """A beginning of a caption, or all of one."""

    words: tuple[int, ...]
    log_probability: float  # of all its words, in nats
    weights: tuple[np.ndarray, ...]  # for each word (K + 1,), what was looked at
    score: float = 0.0  # of one that has ended


@dataclass(eq=False)
class Beam:
    """Where the search stands after a word.

    Attributes:
        alive: that go on, the likeliest first. ended: captions, the best first.
    """

    alive: list[Hypothesis]
    ended: list[Hypothesis]

    @property
    def best(self) -> Hypothesis:
        """The likeliest that goes on; at the end, the best caption."""
        return self.alive[0] if self.alive else self.ended[0]

    def decided(self) -> int:
        """With how many words everything still in question begins alike."""
        if not self.alive:
            return len(self.ended[0].words)
        rows = zip(*(each.words for each in [*self.alive, *self.ended]), strict=False)
        count = 0
        for row in rows:
            if len(set(row)) > 1:
                break
            count += 1
        return count


@torch.inference_mode()
def beam_search(
    decoder: Speaker,
    seen: Seen,
    begin: int,
    end: int,
    *,
    beam: int,
    longest: int,
    forced: Sequence[int] = (),
    banned: Collection[int] = (),
    alpha: float = LENGTH_PENALTY,
    phrase: int = PHRASE,
) -> Iterator[Beam]:
    """Search for a likely caption of one photo.

    Args:
        decoder: in evaluation mode.
        seen: one photo.
        begin, end: words that are read first and said last.
        beam: hypotheses kept; a caption that has ended leaves one fewer.
        longest: words after which a caption has to end, its end counted.
        forced: words that it begins with. banned: words that are never said.
        alpha: how far longer captions are favoured.
        phrase: words in a row that never come twice; 0 lets everything come again.

    Yields:
        the `Beam` after every word, a new one each time.

    Raises:
        ValueError: if there is no room for the forced words and an end.
    """
    if len(forced) + 1 > longest:
        raise ValueError(f"{len(forced)} forced words and an end do not fit into {longest}.")
    alive, ended = [Hypothesis((), 0.0, ())], list[Hypothesis]()
    state, never = decoder.initial_state(1), list(banned)
    while alive:
        place = len(alive[0].words)
        last = torch.tensor([each.words[-1] if place else begin for each in alive])
        logits, weights, state = decoder.step(last, state, seen.repeated(len(alive)))
        # In double precision: these are added up over many words.
        log_p = logits.double().log_softmax(-1).numpy()  # (N, V)
        log_p[:, never] = -np.inf
        if place < len(forced):
            log_p = only(log_p, forced[place])
        elif place + 1 == longest:
            log_p = only(log_p, end)
        else:
            for row, each in zip(log_p, alive, strict=True):
                row[repeating(each.words, phrase)] = -np.inf
        sums = np.array([[each.log_probability] for each in alive]) + log_p
        looks = weights.double().numpy()
        before, alive, kept = alive, [], []
        for row, word in likeliest(sums, beam - len(ended)):
            parent = before[row]
            words = (*parent.words, word)
            total, seen_so_far = float(sums[row, word]), (*parent.weights, looks[row])
            if word == end and place >= len(forced):
                score = scored(total, len(words), alpha)
                ended.append(Hypothesis(words, total, seen_so_far, score))
            else:
                alive.append(Hypothesis(words, total, seen_so_far))
                kept.append(row)
        state = LSTMState(state.h[:, kept], state.c[:, kept])
        yield Beam(alive, sorted(ended, key=lambda each: -each.score))


def scored(log_probability: float, words: int, alpha: float = LENGTH_PENALTY) -> float:
    """What a caption that has ended is ranked by; its end counts among its words."""
    return log_probability / ((5 + words) / 6) ** alpha


def only(log_p: np.ndarray, word: int) -> np.ndarray:
    """(N, V) the same for one word, and nothing else is possible."""
    left = np.full_like(log_p, -np.inf)
    left[:, word] = log_p[:, word]
    return left


def repeating(words: Sequence[int], phrase: int) -> list[int]:
    """Words that would say the last again, or complete a phrase that was said before."""
    if phrase == 0 or not words:
        return []
    last = tuple(words[len(words) - phrase + 1 :]) if phrase > 1 else ()
    places = range(len(words) - phrase + 1)
    again = [words[n + phrase - 1] for n in places if tuple(words[n : n + phrase - 1]) == last]
    return [words[-1], *again]


def likeliest(sums: np.ndarray, count: int) -> list[tuple[int, int]]:
    """Rows and columns of the highest values that are possible at all, the highest first.

    Args:
        sums: (N, V). count: how many at most.
    """
    flat = sums.ravel()
    count = min(count, int(np.isfinite(flat).sum()))
    if count == 0:
        return []
    chosen = np.argpartition(-flat, count - 1)[:count]
    chosen = chosen[np.lexsort((chosen, -flat[chosen]))]
    return [divmod(int(n), sums.shape[1]) for n in chosen]


def chance(log_p: np.ndarray, temperature: float, random: np.random.Generator) -> int:
    """A word drawn by its probability, sharpened below a temperature of 1 and flattened above.

    Args:
        log_p: (V,) log-probabilities, -inf for what is impossible.
    """
    scaled = log_p / temperature
    p = np.exp(scaled - scaled.max())
    total = p.cumsum()
    return int(min(np.searchsorted(total, random.random() * total[-1], "right"), len(p) - 1))


@torch.no_grad()
def write(
    decoder: Speaker,
    seen: Seen,
    begin: int,
    end: int,
    *,
    longest: int,
    banned: Collection[int] = (),
    drawn: bool = False,
) -> Tensor:
    """Captions of many photos at once: the likeliest word every time, or words drawn by chance.

    Args:
        decoder: in evaluation mode. seen: N photos.
        longest: words, the end not counted.
        drawn: by PyTorch's random numbers.

    Returns:
        (N, T) words, the end after the last one and in all places that follow.
    """
    N = len(seen.whole)
    state = decoder.initial_state(N)
    ids = torch.full((N,), begin, device=seen.whole.device)
    over = torch.zeros_like(ids, dtype=torch.bool)
    found, never = [], list(banned)
    for _ in range(longest):
        logits, _, state = decoder.step(ids, state, seen)
        logits = logits.float()
        logits[:, never] = -torch.inf
        next_ = torch.multinomial(logits.softmax(-1), 1)[:, 0] if drawn else logits.argmax(-1)
        ids = next_.masked_fill(over, end)
        found.append(ids)
        over = over | (ids == end)
        if bool(over.all()):
            break
    return torch.stack(found, 1)
