"""Sentences in the formats of the large data sets, and networks with random weights."""

from dataclasses import asdict

import torch

from lstm_core import checkpoint
from lstm_core.translation.dataset import DIRECTIONS
from lstm_core.translation.model import SELDOM, TranslationConfig, TranslationModel
from lstm_core.translation.subwords import Subwords
from lstm_core.translation.vector import VectorConfig, VectorModel

EVERYDAY = [
    ("Tom is old.", "Tom est vieux."),
    ("Tom is old.", "Tom est âgé."),
    ("The house is red.", "La maison est rouge."),
    ("The dog is red.", "Le chien est rouge."),
    ("Is the dog old?", "Le chien est-il vieux ?"),
    ("I don't know.", "Je ne sais pas."),
]
CAPTIONS = [
    ("A red dog in front of a house.", "Un chien rouge devant une maison."),
    ("An old man and a dog", "Un vieil homme et un chien"),
    ("A man's house.", "La maison d'un homme."),
]


def write(folder, everyday, captions):
    """Files of parts, from the name of each to its pairs."""
    for name, pairs in everyday.items():
        path = folder / "tatoeba_en_fr" / f"{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{en}\t{fr}\n" for en, fr in pairs), encoding="utf-8", newline="")
    for name, pairs in captions.items():
        for n, language in enumerate(("en", "fr")):
            path = folder / "multi30k" / "raw" / f"{name}.{language}"
            path.parent.mkdir(parents=True, exist_ok=True)
            text = "".join(f"{pair[n]}\n" for pair in pairs)
            path.write_text(text, encoding="utf-8", newline="")


def vocabulary():
    return Subwords.learn([text for pair in EVERYDAY + CAPTIONS for text in pair], 340, min_count=1)


def save_translators(folder, *names, **history):
    """Checkpoints of the translators that have these names, with random weights."""
    subwords = vocabulary()
    for name in names:
        attention = name == "en_fr"
        model = (attentive if attention else squeezed)(len(subwords))
        directions = list(DIRECTIONS) if attention else ["en_fr"]
        card = checkpoint.Card(
            name, "translation", name, "Nothing yet: random weights.", asdict(model.config),
            data={"name": "none"}, vocabulary=subwords.pieces,
            training={"parameters": 1, "directions": directions},
        )  # fmt: skip
        checkpoint.save(folder / f"{name}.safetensors", card, model.state_dict(), history)


def attentive(size, **more):
    config = TranslationConfig(
        size, embedding_size=6, encoder_size=5, encoder_layers=2, decoder_size=7
    )
    model = shaken(TranslationModel(config, **more))
    with torch.no_grad():
        model.gate.bias.fill_(SELDOM)  # else most would be copied, and the end soon
    return model


def squeezed(size, **more):
    return shaken(VectorModel(VectorConfig(size, embedding_size=6, hidden_size=7), **more))


def shaken(model):
    """Weights large enough that what is read makes a difference."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(0.7 * torch.randn(weight.shape, generator=generator))
    return model.eval()
