"""How the network that describes photos is trained, judged and used.

It is trained in three stages, each by the project's one loop, each from the best weights of the one
before: `training`, the decoder learns the words of captions; `tuning`, the upper part of the
encoder learns with it; `criticism`, the decoder learns what CIDEr-D values. Every stage is judged
by the CIDEr-D of what is said of the validation photos, so that a stage that spoils the captions
changes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import ClassVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from lstm_core import checkpoint
from lstm_core.captioning import bench, metrics
from lstm_core.captioning.dataset import Batches, Described, read_captions, read_photos
from lstm_core.captioning.encoder import begun
from lstm_core.captioning.features import VARIANTS, Features, features
from lstm_core.captioning.model import CaptionConfig, CaptionDropout, CaptionModel
from lstm_core.captioning.objectives import CiderObjective, Judge, WordsObjective
from lstm_core.captioning.photos import part, pixels
from lstm_core.captioning.request import CaptionRequest
from lstm_core.captioning.sampler import CaptionSampler
from lstm_core.captioning.sources import MOBILENET, WEIGHTS
from lstm_core.captioning.words import Vocabulary
from lstm_core.checkpoint import Card
from lstm_core.data import DataError, locate
from lstm_core.recipe import Evaluation, Recipe, trained_card
from lstm_core.training import History, Objective, Run, TrainingConfig, train

BEAM = 3
"""Of an evaluation that says nothing about it."""

ENCODED = 32
"""Photos that the encoder looks at side by side in an evaluation."""


@dataclass(frozen=True)
class CaptionRecipe(Recipe):
    """A network that describes photos."""

    task: ClassVar[str] = "captioning"
    request: ClassVar[type] = CaptionRequest
    switches: ClassVar[dict[str, str]] = {
        "beam1": "search with a beam of 1 instead of 3",
        "beam5": "search with a beam of 5 instead of 3",
    }

    title: str
    description: str
    training: TrainingConfig
    tuning: TrainingConfig
    criticism: TrainingConfig
    dropout: CaptionDropout = field(default_factory=CaptionDropout)
    min_count: int = 5  # of a word in the training captions
    batch_size: int = 48  # photos
    captions: int = 5  # of each photo in a batch, and said of each in the last stage
    variants: int = VARIANTS
    smoothing: float = 0.1
    kept: float = 0.3  # weight of what the classifier finds, while the encoder learns
    share: float = 0.9  # of CIDEr-D in the loss of the last stage

    def train(self, run: Path, data: Path | None, device: torch.device) -> Path:
        photos, held_out = read_captions("train", data), read_captions("val", data)
        vocabulary = Vocabulary.learn((c for p in photos for c in p.captions), self.min_count)
        torch.manual_seed(self.training.seed)
        model = CaptionModel(CaptionConfig(len(vocabulary)), self.dropout)
        start(model, data)
        model.to(device)
        made = {
            split: self._features(run, split, each, model, data, device)
            for split, each in (("train", photos), ("val", held_out))
        }
        judge = Judge(held_out, made["val"], vocabulary, device)

        def batches(config: TrainingConfig) -> Batches:
            return Batches(
                photos, made["train"], vocabulary, size=self.batch_size, captions=self.captions,
                seed=config.seed,
            )  # fmt: skip

        def decoder() -> Objective[CaptionModel]:
            of_words = batches(self.training)
            return WordsObjective(
                model, of_words, judge, tuned=False, smoothing=self.smoothing, device=device
            )

        def encoder() -> Objective[CaptionModel]:
            return WordsObjective(
                model, batches(self.tuning), judge, tuned=True, kept=self.kept,
                smoothing=self.smoothing, device=device,
            )  # fmt: skip

        def cider() -> Objective[CaptionModel]:
            return CiderObjective(
                model, batches(self.criticism), judge, photos, vocabulary, count=self.captions,
                share=self.share, device=device,
            )  # fmt: skip

        path, done = run / f"{self.name}.safetensors", list[Run]()

        def keep(state: Run | None = None) -> None:
            """Write the checkpoint, with a stage that is under way."""
            whole = joined_runs(done if state is None else [*done, state])
            card = self.card(model, vocabulary, whole, device)
            checkpoint.save(path, card, whole.best, asdict(whole.history))

        for name, objective, config in (
            ("1-words", decoder, self.training),
            ("2-encoder", encoder, self.tuning),
            ("3-cider", cider, self.criticism),
        ):
            state = train(objective(), config, run / name, device=device, on_best=keep)
            model.load_state_dict(state.best)
            done.append(state)
        keep()
        return path

    def _features(
        self,
        run: Path,
        split: str,
        described: Sequence[Described],
        model: CaptionModel,
        data: Path | None,
        device: torch.device,
    ) -> Features:
        return features(
            run / "features" / f"{split}.npy",
            [photo.name for photo in described],
            read_photos(split, data),
            model.encoder,
            model.classifier,
            variants=self.variants if split == "train" else 1,
            seed=self.training.seed,
            device=device,
        )

    def card(
        self, model: CaptionModel, vocabulary: Vocabulary, run: Run, device: torch.device
    ) -> Card:
        """The card of a training as it stands."""
        stages = {"training": self.training, "tuning": self.tuning, "criticism": self.criticism}
        return trained_card(
            self, model, run, device, score="one_minus_cider",
            batch=f"{self.batch_size} photos with {self.captions} captions each",
            split="trained on train, chosen on val",
            text="lower-case words, without signs; endings such as 's apart",
            vocabulary=vocabulary.words,
            encoder="MobileNetV2 with torchvision's ImageNet weights (BSD-3-Clause), its upper "
            "part fine-tuned; its classifier as it was, in 8 bits",
            stages={
                name: {"steps": stage.steps, "learning_rate": stage.learning_rate}
                for name, stage in stages.items()
            },
            dropout=asdict(self.dropout), label_smoothing=self.smoothing, variants=self.variants,
            kept=self.kept, share_of_cider=self.share, min_count=self.min_count,
        )  # fmt: skip

    def evaluate(
        self,
        split: str,
        data: Path | None,
        checkpoint: str | Path,
        switches: AbstractSet[str] = frozenset(),
    ) -> Evaluation:
        """BLEU and CIDEr-D by the definitions of coco-caption (`metrics.py`), beside the five
        captions that people wrote of each photo; and how varied the captions are.

        Captions are cut into words as `words.py` says, those of people and those made alike. Each
        photo's caption is searched with a beam of 3. `bleu1` to `bleu4` are in per cent, `cider` in
        coco-caption's unit, of which papers give hundredths.
        """
        begun_at = time.monotonic()
        beam = next((n for n in (1, 5) if f"beam{n}" in switches), BEAM)
        sampler = CaptionSampler.from_checkpoint(checkpoint)
        photos = read_captions(split, data)
        said = described(sampler, split, data, beam)
        if missing := [photo.name for photo in photos if photo.name not in said]:
            raise DataError(f"{len(missing)} photos of {split} are missing, such as {missing[0]}.")
        captions = [said[photo.name] for photo in photos]
        figures = metrics.scores(captions, [photo.captions for photo in photos])
        notes = {"searched_with": f"beam {beam}"}
        seconds = time.monotonic() - begun_at
        return Evaluation(self.name, split, len(photos), figures, seconds, notes=notes)

    def sample(self, checkpoint: str | Path, request: CaptionRequest) -> Iterator[str]:
        yield CaptionSampler.from_checkpoint(checkpoint).describe(request).text

    def bench(self, checkpoint: str | Path) -> dict[str, float]:
        return bench.measure(CaptionSampler.from_checkpoint(checkpoint))


def start(model: CaptionModel, data: Path | None) -> None:
    """Give encoder and classifier their ImageNet weights.

    Raises:
        DataError: if these are not there, or are others.
    """
    path = locate(MOBILENET, data, WEIGHTS)
    try:
        begun(model.encoder, model.classifier, load_file(path))
    except (KeyError, RuntimeError, SafetensorError) as error:
        raise DataError(f"{path} does not hold the weights of MobileNetV2 ({error}).") from None


def joined_runs(runs: Sequence[Run]) -> Run:
    """Stages as one run: their steps one after another, the best weights of all."""
    history, offset, seconds = History(), 0, 0.0
    best: dict[str, Tensor] = {}
    score, best_step = float("inf"), 0
    for n, run in enumerate(runs):
        for rows, joined in (
            (run.history.curve, history.curve),
            (run.history.milestones, history.milestones),
        ):
            # A stage begins with the weights that the one before it ended with.
            joined += [
                {**row, "step": row["step"] + offset} for row in rows if n == 0 or row["step"] > 0
            ]
        if run.score < score:
            best, score, best_step = run.best, run.score, run.best_step + offset
        offset, seconds = offset + run.step, seconds + run.seconds
    return Run(best, score, best_step, offset, seconds, history)


def described(
    sampler: CaptionSampler, split: str, data: Path | None, beam: int
) -> dict[str, list[str]]:
    """The words of a caption of each photo of a part, by its name."""
    found: dict[str, list[str]] = {}
    waiting: list[tuple[str, Tensor]] = []

    def describe() -> None:
        with torch.inference_mode():
            looked = sampler.model.encoder(torch.cat([picture for _, picture in waiting]))
        for (name, _), row in zip(waiting, looked, strict=True):
            found[name] = sampler.best(sampler.see(row[None]), beam)
        waiting.clear()

    for name, picture in read_photos(split, data):
        waiting.append((name, pixels([part(picture)])))
        if len(waiting) == ENCODED:
            describe()
    if waiting:
        describe()
    return found


RECIPES: list[Recipe] = [
    CaptionRecipe(
        name="captions",
        data="captions",
        title="Captions",
        description="Describes a photo in a sentence, word by word, looking at a part of it for "
        "each. It has seen 6,000 photos, mostly of people and dogs outdoors.",
        training=TrainingConfig(
            2_000, 1e-3, warmup=100, weight_decay=0.05, average=0.995, evaluate_every=125
        ),
        tuning=TrainingConfig(
            2_500, 2e-4, warmup=100, weight_decay=0.05, clip_norm=1.0, average=0.998,
            evaluate_every=125,
        ),
        criticism=TrainingConfig(
            1_800, 5e-5, warmup=100, weight_decay=0.0, clip_norm=0.5, average=0.998,
            evaluate_every=125,
        ),
        splits=("val", "test"),
    )
]  # fmt: skip
