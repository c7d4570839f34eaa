"""Checkpoints of networks of music that have learned nothing, small enough for any test of the
page."""

import torch
from small_models import save

from demos.music import samples
from demos.music.pieces import BAR, CHORALES
from lstm_core.music.chorales.model import ChoraleConfig, ChoraleModel
from lstm_core.music.chorales.sampler import ChoraleRequest
from lstm_core.music.piano.events import EVENTS
from lstm_core.text.model import TextConfig, TextModel


def save_chorales(folder):
    """A network of chorales."""
    config = ChoraleConfig(
        embedding_size=8, context_size=12, context_layers=1, hidden_size=16, num_layers=2
    )
    save(folder, "chorales", "music", config, weights(ChoraleModel(config), 0.4, 5), [])


def save_piano(folder):
    """A network that plays the piano."""
    config = TextConfig(EVENTS, embedding_size=8, hidden_size=16, num_layers=2)
    save(folder, "piano", "music", config, weights(TextModel(config), 0.5, 6), [])


def compose_first(folder, patch):
    """Two bars of a chorale are what is on the page first."""
    patch.setattr(samples, "FOLDER", folder / "samples")
    patch.setattr(samples, "REQUESTS", {CHORALES: ChoraleRequest(length=2 * BAR, seed=1)})
    samples.FOLDER.mkdir()
    samples.write(CHORALES, samples.composed(CHORALES))


def weights(model, scale, seed):
    """Random weights, large enough that what is read makes a difference."""
    generator = torch.Generator().manual_seed(seed)
    return {
        name: scale * torch.randn(value.shape, generator=generator)
        for name, value in model.state_dict().items()
    }
