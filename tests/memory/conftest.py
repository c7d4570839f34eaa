"""Networks whose cells are known: one of random weights, and one with a cell made by hand."""

import random

import pytest
import torch

from lstm_core.memory.features import FEATURES
from lstm_core.text.model import TextConfig, TextModel
from lstm_core.text.sampler import TextSampler
from lstm_core.text.vocabulary import Vocabulary

CHARACTERS = "\n \"'(),.abcdefgh"


def random_model(config=None, scale=0.8, seed=0):
    """A network that is far from knowing nothing: what it reads moves its gates a lot."""
    model = TextModel(config or TextConfig(len(CHARACTERS), 5, 7, 2)).eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(scale * torch.randn(p.shape, generator=generator))
    return model.requires_grad_(False)


@pytest.fixture
def sampler():
    return TextSampler(random_model(), Vocabulary(CHARACTERS))


LAYER, CELL = 2, 4  # counted from 1


@pytest.fixture
def planted():
    """A network whose cell 4 of layer 2 is high within double quotation marks, and low outside.

    Cell 1 of layer 1 says whether the last character was such a mark. If so, the planted cell is
    written over with the opposite of what it holds; if not, it is kept.
    """
    V, H = len(CHARACTERS), 8
    model = random_model(TextConfig(V, V, H, 2), scale=0.3)
    lower, upper = model.lstm.layers
    with torch.no_grad():
        model.embedding.weight.copy_(torch.eye(V))
        for gate in range(4):  # i, f, g, o
            lower.weight[gate * H] = upper.weight[gate * H + CELL - 1] = 0
        lower.bias[0 * H], lower.bias[1 * H], lower.bias[3 * H] = 20, -20, 20
        lower.bias[2 * H] = -20
        lower.weight[2 * H, CHARACTERS.index('"')] = 40
        i, f, g, o = (gate * H + CELL - 1 for gate in range(4))
        upper.weight[i, 0], upper.weight[f, 0] = 40, -40
        upper.weight[g, H + CELL - 1], upper.bias[g] = -10, 3
        upper.bias[o] = 20
        upper.bias[[i, f]] = 0
    return TextSampler(model, Vocabulary(CHARACTERS))


@pytest.fixture
def prose():
    """Makes texts of words and quotations, in paragraphs."""

    def prose(n, seed):
        draw = random.Random(seed)
        pieces, size = [], 0
        while size < n:
            words = " ".join(
                "".join(draw.choices("abcdefgh", k=draw.randint(1, 6)))
                for _ in range(draw.randint(1, 5))
            )
            form = draw.choice(["{}. ", '"{}." ', "({}), ", "{}.\n\n"])
            pieces.append(form.format(words))
            size += len(pieces[-1])
        return "".join(pieces)[:n]

    return prose


@pytest.fixture
def feature():
    """Features by their name."""
    return {feature.name: feature for feature in FEATURES}
