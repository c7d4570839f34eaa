"""What the network learns by: words that follow, and the figure that captions are judged by.

First it learns to foresee the words of captions that people wrote. What it then says by itself is
another matter: it has to go on from its own words, and is judged as a whole. So at the end it says
captions, drawn by chance, and learns from how much better each was than the others of the same
photo, by CIDEr-D: the policy gradient of Rennie, Marcheret, Mroueh, Ross & Goel (2017,
arXiv:1612.00563, eq. 9), with the mean of the others in place of the likeliest caption (Luo 2020,
arXiv:2003.09971). With r_k the CIDEr-D of caption k of n::

    loss = - sum_k (r_k - mean of the other r) sum_t log p(w_kt)

The end of a caption counts as a word of it, or captions would learn to end in "with a".

Shapes: B photos, n captions of each, T words.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from lstm_core.captioning.dataset import LONGEST, NO_TARGET, Batch, Batches, Described
from lstm_core.captioning.features import Features
from lstm_core.captioning.metrics import Cider
from lstm_core.captioning.model import CaptionModel, Decoder, Seen
from lstm_core.captioning.search import write
from lstm_core.captioning.words import Vocabulary, joined
from lstm_core.hardware import has_fast_bfloat16
from lstm_core.training import Objective

AT_ONCE = 100
"""Photos that are described side by side in a validation."""

SHOWN = 4
"""Photos whose captions are kept at milestones."""


class Judge:
    """The validation photos, and how well a model describes them.

    Args:
        photos: with their captions. features: of the same photos. vocabulary: of the model.
        device: where the model lies.
    """

    def __init__(
        self,
        photos: Sequence[Described],
        features: Features,
        vocabulary: Vocabulary,
        device: torch.device,
    ) -> None:
        self.photos, self.features = photos, features
        self.vocabulary, self.device = vocabulary, device
        self.cider = Cider([photo.captions for photo in photos])

    def captions(self, model: CaptionModel, most: int | None = None) -> list[list[str]]:
        """The words of a caption of each photo, the likeliest word every time.

        Args:
            most: how many photos; all when None.
        """
        found: list[list[str]] = []
        fast = has_fast_bfloat16(self.device)
        for cells in self.features.batches(AT_ONCE):
            cells = cells[:most]
            with torch.autocast(self.device.type, torch.bfloat16, enabled=fast), torch.no_grad():
                seen = model.decoder.see(model.encoder.upper(cells.to(self.device)))
                ids = write(
                    model.decoder, seen, self.vocabulary.begin, self.vocabulary.end,
                    longest=LONGEST, banned=self.vocabulary.banned,
                )  # fmt: skip
            found += [self.vocabulary.decode(row) for row in ids.tolist()]
            if most is not None and len(found) >= most:
                break
        return found

    def score(self, model: CaptionModel) -> float:
        """1 - CIDEr-D: lower is better."""
        return 1 - self.cider.mean(self.captions(model))

    def sample(self, model: CaptionModel) -> str:
        """What a model says of the first photos: a line for each, its name and the caption."""
        captions = self.captions(model, SHOWN)
        pairs = zip(self.photos, captions, strict=False)
        return "\n".join(f"{photo.name}\t{joined(caption)}" for photo, caption in pairs)


class WordsObjective(Objective[CaptionModel]):
    """Foresee the words of captions; with `tuned`, with the encoder learning too.

    While it learns, the encoder is held to what it has known before: the classifier, which stays
    as it is, is to find the same kinds of things in a photo as at the beginning (Li & Hoiem 2016,
    "Learning without Forgetting", arXiv:1606.09282, eq. 2).

    Args:
        model: to be trained.
        batches: of the training photos.
        judge: of the validation photos.
        tuned: whether the upper part of the encoder learns.
        kept: weight of what the classifier finds.
        smoothing: probability spread evenly over all words (Szegedy et al. 2016, section 7).
        device: where the model lies.
    """

    def __init__(
        self,
        model: CaptionModel,
        batches: Batches,
        judge: Judge,
        *,
        tuned: bool,
        kept: float = 0.0,
        smoothing: float = 0.0,
        device: torch.device,
    ) -> None:
        self.model, self.batches, self.judge = model, batches, judge
        self.tuned, self.kept, self.smoothing, self.device = tuned, kept, smoothing, device
        model.encoder.tune(upper=tuned)

    def loss(self, step: int) -> Tensor:
        batch = self.batches.batch(step)
        features = self.model.encoder.upper(batch.cells.to(self.device))
        seen = self.model.decoder.see(features)
        loss = self.words(seen, batch)
        if self.tuned and self.kept:
            now = self.model.classifier(features.float()).float().log_softmax(-1)
            before = batch.classes.to(self.device)
            loss = loss + self.kept * F.kl_div(now, before, reduction="batchmean", log_target=True)
        return loss

    def words(self, seen: Seen, batch: Batch) -> Tensor:
        """Nats a word of the captions of a batch."""
        targets = batch.targets.to(self.device)
        wanted = targets != NO_TARGET
        outputs = self.model.decoder(seen, batch.inputs.to(self.device)).outputs[wanted]
        logits = self.model.decoder.logits(outputs).float()
        return F.cross_entropy(logits, targets[wanted], label_smoothing=self.smoothing)

    def validate(self, model: CaptionModel) -> float:
        return self.judge.score(model)

    def sample(self, model: CaptionModel) -> str:
        return self.judge.sample(model)


class CiderObjective(WordsObjective):
    """Say captions that CIDEr-D values, and still foresee those of people.

    Args:
        photos: the training photos, as in `batches`.
        vocabulary: of the model.
        count: n, captions that are said of each photo.
        share: of CIDEr-D in the loss; the rest is for the words.
        others: as for `WordsObjective`.
    """

    def __init__(
        self,
        model: CaptionModel,
        batches: Batches,
        judge: Judge,
        photos: Sequence[Described],
        vocabulary: Vocabulary,
        *,
        count: int,
        share: float,
        device: torch.device,
    ) -> None:
        super().__init__(model, batches, judge, tuned=False, device=device)
        self.vocabulary, self.count, self.share = vocabulary, count, share
        self.cider = Cider(
            [[[*vocabulary.encode(c), vocabulary.end] for c in p.captions] for p in photos]
        )

    def loss(self, step: int) -> Tensor:
        batch = self.batches.batch(step)
        decoder = self.model.decoder
        with torch.no_grad():
            features = self.model.encoder.upper(batch.cells.to(self.device))
            said = self.say(decoder, features)
        advantages = self.advantages(batch, said).to(self.device)
        seen = decoder.see(features)
        policy = -(advantages * log_probabilities(decoder, seen, said, self.vocabulary)).sum()
        words = int(spoken(said, self.vocabulary.end).sum())
        return self.share * policy / words + (1 - self.share) * self.words(seen, batch)

    def say(self, decoder: Decoder, features: Tensor) -> Tensor:
        """(B n, T) captions drawn by chance, nothing left out of the network while it speaks."""
        decoder.eval()
        seen = decoder.see(features).repeated(self.count)
        said = write(
            decoder, seen, self.vocabulary.begin, self.vocabulary.end,
            longest=LONGEST, banned=self.vocabulary.banned, drawn=True,
        )  # fmt: skip
        decoder.train()
        return said

    def advantages(self, batch: Batch, said: Tensor) -> Tensor:
        """(B n,) by how much each caption is better than the mean of the others of its photo."""
        rewards = torch.zeros(len(batch.photos), self.count)
        for k, row in enumerate(said.tolist()):
            end = self.vocabulary.end
            caption = row[: row.index(end) + 1] if end in row else row
            photo, place = divmod(k, self.count)
            rewards[photo, place] = self.cider.score(int(batch.photos[photo]), caption)
        others = (rewards.sum(1, keepdim=True) - rewards) / (self.count - 1)
        return (rewards - others).flatten()


def spoken(said: Tensor, end: int) -> Tensor:
    """(N, T) true for the words of captions and their first end."""
    over = (said == end).long().cumsum(1)
    return (over == 0) | ((over == 1) & (said == end))


def log_probabilities(decoder: Decoder, seen: Seen, said: Tensor, vocabulary: Vocabulary) -> Tensor:
    """(N,) log-probabilities of captions, up to their end.

    Args:
        seen: B photos. said: (N, T) words, N / B captions for each photo.
    """
    begin = torch.full_like(said[:, :1], vocabulary.begin)
    outputs = decoder(seen, torch.cat((begin, said[:, :-1]), 1)).outputs
    wanted = spoken(said, vocabulary.end)
    logits = decoder.logits(outputs[wanted]).float()
    log_p = -F.cross_entropy(logits, said[wanted], reduction="none")
    captions = wanted.nonzero()[:, 0]
    return log_p.new_zeros(len(said)).index_add(0, captions, log_p)
