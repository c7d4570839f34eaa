"""Photos and captions in the format of the large data set, and networks with random weights."""

import io
import json
import tarfile
from dataclasses import asdict

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file

from lstm_core import checkpoint
from lstm_core.captioning.encoder import Encoder
from lstm_core.captioning.model import CaptionConfig, CaptionModel, Decoder
from lstm_core.captioning.photos import pixels
from lstm_core.captioning.words import SPECIAL, Vocabulary

COLOURS = {"red": (200, 30, 30), "green": (30, 180, 60), "blue": (40, 60, 220)}
VOCABULARY = Vocabulary([*SPECIAL, "a", "dog", "cat", "runs", "sits", "'s", "red", "on"])
SMALL = {"embedding_size": 6, "hidden_size": 7, "attention_size": 5}


def picture(colour, seed=0, size=(224, 224)):
    """A coarse pattern in one colour."""
    noise = np.random.default_rng(seed).integers(-30, 30, (8, 8, 1))
    pixels = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
    return Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)


def jpeg(image, **more):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90, **more)
    return file.getvalue()


def described(part, count):
    """Names of photos, and what is said of each, with the colour that it has."""
    names = list(COLOURS)
    return {
        f"{part}_{n}.jpg": [f"A {names[n % 3]} thing .", f"The thing is {names[n % 3]}"]
        for n in range(count)
    }


def write(folder, **parts):
    """A data set of so many photos in each part."""
    (folder / "images").mkdir(parents=True)
    rows, splits = [], {}
    for part, count in parts.items():
        said = described(part, count)
        splits[part] = list(said)[::-1]
        with tarfile.open(folder / "images" / f"{part}-00.tar", "w") as tar:
            for n, name in enumerate(said):
                content = jpeg(picture(list(COLOURS.values())[n % 3], n))
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
        rows += [(name, k, c) for name, captions in said.items() for k, c in enumerate(captions)]
    table = "".join(f"{a}\t{b}\t{c}\n" for a, b, c in [("image", "index", "caption"), *rows])
    (folder / "captions.tsv").write_text(table, encoding="utf-8", newline="")
    (folder / "splits.json").write_text(json.dumps(splits))


def write_weights(folder):
    """MobileNetV2 as the data set has it, with random weights under which photos stay apart."""
    folder.mkdir()
    weights = {}
    for name, weight in alive(Encoder()).state_dict().items():
        weights[name] = weight.clone()
    generator = torch.Generator().manual_seed(5)
    weights["classifier.1.weight"] = 0.05 * torch.randn(1000, 1280, generator=generator)
    weights["classifier.1.bias"] = torch.zeros(1000)
    save_file(weights, folder / "mobilenet_v2.safetensors")


def alive(encoder):
    """Weights that keep what comes in about as large as it was (He et al. 2015), and features of
    about the size that trained ones have."""
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for weight in encoder.parameters():
            if weight.dim() == 4:
                scale = (2 / weight[0].numel()) ** 0.5
                weight.copy_(scale * torch.randn(weight.shape, generator=generator))
            else:
                weight.zero_()
        last = encoder.features[-1][0].weight
        last *= 0.5 / encoder(pixels([picture(COLOURS["red"])])).mean()
    return encoder


def shaken(module):
    """Weights large enough that what is seen and read makes a difference."""
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(0.7 * torch.randn(weight.shape, generator=generator))
    return module.eval()


def decoder(size, **more):
    """A decoder of a few cells; what it sees is scaled down, there being 1,280 numbers of it."""
    made = shaken(Decoder(CaptionConfig(size, **SMALL), **more))
    with torch.no_grad():
        made.cells.weight.mul_(0.05)
    return made


def model(vocabulary=VOCABULARY):
    """All of a network, with few cells in the decoder."""
    made = CaptionModel(CaptionConfig(len(vocabulary), **SMALL))
    alive(made.encoder)
    made.decoder.load_state_dict(decoder(len(vocabulary)).state_dict())
    with torch.no_grad():
        made.decoder.bias[vocabulary.end] = -2  # or hardly anything would be said
    kinds = 0.05 * torch.randn(1000, 1280, generator=torch.Generator().manual_seed(5))
    made.classifier.keep(kinds, torch.zeros(1000))
    return made.eval()


def save_captioner(folder, name="captions"):
    """A checkpoint of all of a network, that never stops before it has to."""
    made = model()
    with torch.no_grad():
        made.decoder.bias[VOCABULARY.end] = -8  # or it would say nothing of most photos
    card = checkpoint.Card(
        name, "captioning", name.capitalize(), "Nothing yet: random weights.",
        asdict(made.config), data={"name": "none"}, training={"parameters": 1},
        vocabulary=VOCABULARY.words,
    )  # fmt: skip
    checkpoint.save(folder / f"{name}.safetensors", card, made.state_dict())


def features(count, seed=0):
    """What an encoder may make of photos, on a grid of 2 x 2."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(count, 1280, 2, 2, generator=generator)
