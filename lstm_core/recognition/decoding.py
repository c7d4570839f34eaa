"""From the outputs of each frame to a text.

The best path takes the likeliest output of each frame (Graves et al. 2006, section 3.2): quick, and
rarely far off. The prefix beam search sums over the paths that spell the same text and keeps the
best beginnings as it goes; it can weigh them by how likely a language model finds the text (Graves
& Jaitly 2014, "Towards End-to-End Speech Recognition with Recurrent Neural Networks", algorithm 1;
Hannun et al. 2014, arXiv:1408.2873, algorithm 1).

Shapes: T frames, V characters, B texts in the beam. Output 0 is the blank.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np

from lstm_core.recognition.model import BLANK

BEAM = 16
"""Texts that the search goes on with after each frame."""

NEGLIGIBLE = -9.0
"""Log probability below which a frame is not searched for a character: one in eight thousand."""


@dataclass(frozen=True)
class Reading:
    """A text as it was read.

    Attributes:
        labels: output numbers of its characters, from 1.
        frames: for each of them, the frame in which it was seen most clearly.
        log_probability: of the path it was read from, in nats.
    """

    labels: list[int]
    frames: list[int]
    log_probability: float


def best_path(log_probabilities: np.ndarray) -> Reading:
    """The likeliest output of each frame, repetitions merged, blanks dropped.

    Args:
        log_probabilities: (T, V + 1).
    """
    path = log_probabilities.argmax(-1)
    values = log_probabilities.max(-1)
    labels: list[int] = []
    frames: list[int] = []
    before = BLANK
    for t, label in enumerate(path.tolist()):
        if label not in (BLANK, before):
            labels.append(label)
            frames.append(t)
        elif label != BLANK and values[t] > values[frames[-1]]:
            frames[-1] = t
        before = label
    return Reading(labels, frames, float(values.sum()))


def align(log_probabilities: np.ndarray, labels: list[int]) -> list[int]:
    """Where each character of a text is seen most clearly, on the likeliest path that spells it.

    Args:
        log_probabilities: (T, V + 1).
        labels: output numbers of the text, from 1.

    Returns:
        a frame for each label.

    Raises:
        ValueError: if no path of T frames spells the text.
    """
    if not labels:
        return []
    T, states = len(log_probabilities), np.full(2 * len(labels) + 1, BLANK)
    states[1::2] = labels  # a blank, the first character, a blank, the second ...
    values = log_probabilities.astype(np.float64)[:, states]  # (T, 2n + 1)
    # A blank may be passed over between two characters that differ.
    skips = 2 + np.flatnonzero((states[2:] != BLANK) & (states[2:] != states[:-2]))
    score = np.full(len(states), -np.inf)
    score[:2] = values[0, :2]
    came = np.zeros((T, len(states)), dtype=int)  # from how many states before
    for t in range(1, T):
        choices = np.full((3, len(states)), -np.inf)
        choices[0] = score
        choices[1, 1:] = score[:-1]
        choices[2, skips] = score[skips - 2]
        came[t] = choices.argmax(0)
        score = choices.max(0) + values[t]
    state = len(states) - (1 if score[-1] > score[-2] else 2)
    if score[state] == -np.inf:
        raise ValueError(f"{T} frames are too few for a text of {len(labels)} characters")
    frames = [-1] * len(labels)
    for t in range(T - 1, -1, -1):
        n, within = divmod(state, 2)
        if within and (frames[n] < 0 or values[t, state] >= values[frames[n], state]):
            frames[n] = t
        state -= came[t, state]
    return frames


class Language(Protocol):
    """A model of the language, one character after another."""

    weight: float  # of its log probabilities
    bonus: float  # nats for each character, against the model's liking for short texts

    def begin(self) -> tuple[Any, np.ndarray]:
        """What it knows before the first character, and (V + 1,) log probabilities of what comes:
        0 is the end of the line, others are the outputs of the reader."""

    def extend(self, known: list[Any], labels: list[int]) -> tuple[list[Any], np.ndarray]:
        """The same after B texts have each been made longer by a character; (B, V + 1)."""


@dataclass(eq=False)
class Prefix:
    """A beginning of a text; all that the search comes to are a tree."""

    before: Prefix | None
    label: int  # its last character
    prior: float  # what the language model says of it, weighted
    known: Any = None  # what the language model knows after it
    # (V + 1,) priors of what may come next; without a language model that of the end alone.
    following: np.ndarray = field(default_factory=lambda: np.zeros(1))
    longer: dict[int, Prefix] = field(default_factory=dict)

    def labels(self) -> list[int]:
        """Output numbers of the text."""
        found: list[int] = []
        prefix: Prefix | None = self
        while prefix is not None and prefix.before is not None:
            found.append(prefix.label)
            prefix = prefix.before
        return found[::-1]


class Found(NamedTuple):
    """A text that the search has found."""

    labels: list[int]  # output numbers of its characters, from 1
    log_probability: float  # log P(text | ink) by the reader alone, in nats
    score: float  # the same with what the language model says: what texts are ranked by


def beam_search(
    log_probabilities: np.ndarray,
    language: Language | None = None,
    beam: int = BEAM,
    negligible: float = NEGLIGIBLE,
) -> list[Found]:
    """Prefix beam search: likely texts, the best first.

    The score of a text y is log P(y | ink) + weight * log P_language(y) + bonus * |y|.

    Args:
        log_probabilities: (T, V + 1).
        language: None for what the reader alone thinks.
        beam: B, the largest number of texts that are followed, and returned.
        negligible: log probability below which an output starts no character.
    """
    root = Prefix(None, BLANK, 0.0)
    if language is not None:
        root.known, following = language.begin()
        root.following = priors(language, following)
    prefixes = [root]
    # (B,) log P of each so far, over paths that end with a blank, and with its last character.
    blank, label = np.zeros(1), np.full(1, -np.inf)
    for y in log_probabilities.astype(np.float64):
        last = np.array([prefix.label for prefix in prefixes])
        total = np.logaddexp(blank, label)
        stays_blank, stays_label = total + y[BLANK], label + y[last]
        next_labels = np.flatnonzero(y > negligible)
        next_labels = next_labels[next_labels != BLANK]  # (K,)
        if not len(next_labels):
            blank, label = stays_blank, stays_label
            continue
        # The same character again needs a blank between.
        again = last[:, None] == next_labels
        longer = np.where(again, blank[:, None], total[:, None]) + y[next_labels]  # (B, K)
        place: dict[Prefix | None, int] = {prefix: b for b, prefix in enumerate(prefixes)}
        column = {next_label: k for k, next_label in enumerate(next_labels.tolist())}
        for b, prefix in enumerate(prefixes):
            if prefix.before in place and prefix.label in column:
                # It is followed already: the two ways to it are one text.
                way = place[prefix.before], column[prefix.label]
                stays_label[b] = np.logaddexp(stays_label[b], longer[way])
                longer[way] = -np.inf
        prior = np.array([prefix.prior for prefix in prefixes])
        gain = np.zeros(1)
        if language is not None:
            gain = np.stack([prefix.following for prefix in prefixes])[:, next_labels]
        scores = np.concatenate(
            (prior + np.logaddexp(stays_blank, stays_label), (prior[:, None] + longer + gain).flat)
        )
        chosen = np.argsort(-scores, kind="stable")[:beam]
        chosen = chosen[scores[chosen] > -np.inf]
        stay = chosen[chosen < len(prefixes)]
        grown = chosen[chosen >= len(prefixes)] - len(prefixes)
        rows, columns = np.divmod(grown, len(next_labels))
        made = lengthen([prefixes[n] for n in rows], next_labels[columns].tolist(), language)
        prefixes = [*(prefixes[n] for n in stay), *made]
        blank = np.concatenate((stays_blank[stay], np.full(len(made), -np.inf)))
        label = np.concatenate((stays_label[stay], longer[rows, columns]))
    found = []
    for prefix, value in zip(prefixes, np.logaddexp(blank, label).tolist(), strict=True):
        score = value + prefix.prior + float(prefix.following[BLANK])
        found.append(Found(prefix.labels(), value, score))
    return sorted(found, key=lambda each: -each.score)


def lengthen(prefixes: list[Prefix], labels: list[int], language: Language | None) -> list[Prefix]:
    """Each text and one character more; the language model is asked about the new ones only."""
    new = []
    for prefix, label in zip(prefixes, labels, strict=True):
        if label not in prefix.longer:
            gain = 0.0 if language is None else float(prefix.following[label])
            prefix.longer[label] = Prefix(prefix, label, prefix.prior + gain)
            new.append((prefix, label))
    if language is not None and new:
        known, following = language.extend([p.known for p, _ in new], [label for _, label in new])
        rows = priors(language, following)
        for (prefix, label), after, row in zip(new, known, rows, strict=True):
            prefix.longer[label].known, prefix.longer[label].following = after, row
    return [prefix.longer[label] for prefix, label in zip(prefixes, labels, strict=True)]


def priors(language: Language, log_probabilities: np.ndarray) -> np.ndarray:
    """(..., V + 1) what the model's log probabilities add to a score."""
    added = language.weight * log_probabilities.astype(np.float64)
    added[..., BLANK + 1 :] += language.bonus  # the end of a line is no character
    return added
