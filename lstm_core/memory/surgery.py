"""Surgery on the memory: what a network writes after an operation, beside what it would have.

    reading = read(sampler, "ROMEO:\nHow now?")
    operations = [Clamp(layer=2, cell=17, value=2.0)]
    for pair in operate(sampler, reading, 6, operations, TextRequest(length=200, seed=1)):
        print(pair.untouched.character, pair.operated.character)

Both are computed by the same arithmetic, one character at a time, and drawn with the same random
numbers: where they differ, the operation made the difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lstm_core.lstm import LSTMState
from lstm_core.memory.operations import Operation, operated_step
from lstm_core.memory.reading import Reading
from lstm_core.text.sampler import Draw, TextRequest, TextSampler, TextStep


@dataclass(frozen=True)
class Pair:
    """One place of the two texts."""

    untouched: TextStep
    operated: TextStep


def operate(
    sampler: TextSampler,
    reading: Reading,
    at: int,
    operations: Sequence[Operation],
    request: TextRequest,
) -> Iterator[Pair]:
    """Write on from a character of a text, with and without operations.

    Step 0 reads the chosen character, so that what is written first is already under their
    influence; step n reads the nth character written.

    Args:
        sampler: that made the reading.
        reading: of the text.
        at: place of the chosen character; what follows it in the text plays no part.
        operations: what is done to the memory.
        request: length, temperature, seed ...; its prime is not read.

    Yields:
        `request.length` pairs, each as soon as it is known.

    Raises:
        ValueError: a sentence, if there is no such character, or the model has no such cell.
    """
    reading.check(at)
    for operation in operations:
        operation.check_model(reading.layers, reading.hidden_size)
    sides = [written(sampler, reading, at, of_side, request) for of_side in ((), tuple(operations))]
    for untouched, operated in zip(*sides, strict=True):
        yield Pair(untouched, operated)


@torch.inference_mode()
def written(
    sampler: TextSampler,
    reading: Reading,
    at: int,
    operations: Sequence[Operation],
    request: TextRequest,
) -> Iterator[TextStep]:
    """One side of `operate`."""
    model, characters = sampler.model, sampler.vocabulary.characters
    draw = Draw([request], [0], len(characters), sampler.vocabulary.escape)

    def step(id_: int, state: LSTMState, n: int) -> tuple[Tensor, LSTMState]:
        """Read a character: (1, V) logits of the next one, and the new state."""
        x = model.embedding.weight[id_][None]  # (1, E)
        h, state = operated_step(model.lstm, x, state, operations, n)
        return model.head(h), state

    logits, state = step(int(reading.ids[at]), reading.state(at - 1), 0)
    for n in range(request.length):
        id_, expected = int(draw(logits.numpy(), n)[0]), logits
        logits, state = step(id_, state, n + 1)
        yield TextStep(n, characters[id_], id_, expected, state, logits, 0)
