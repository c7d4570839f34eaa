"""The translations that the networks learn from, and where they are got."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

from lstm_core.data import DataSet, Fetch
from lstm_core.translation.tatoeba import split

RAW = "https://raw.githubusercontent.com"
MULTI30K = "multi30k/dataset", "a3d2e0d26b56f3846f66a952536ffed4e401d05a"
TATOEBA = "modelexlab/data", "adddaf33ac35572bcfeb421efec29435e7ea9332"

CAPTIONS = {
    "train.en": "460a15fbd157e34a7a9957ee388c1ca247fe47af3ef25fb50442af6c274e0fc6",
    "train.fr": "5925a3c18f1587b6b54b87743106e6e8ab93618edb6f65d19eac0621f853a10d",
    "val.en": "1f2a23d992769b5b3d209b0a10dd0b77c08cceb1f20dfb97ed0aafa49d107227",
    "val.fr": "5304e444d842e962b2dda4d816b70b22a1765b15401642b7ca37a67477e708dc",
    "test_2016_flickr.en": "399a4382932c1aadd3ceb9bef1008d388a64c76d4ae4e9d4728c6f4301cac182",
    "test_2016_flickr.fr": "cb3160d69b002bb638e66cc7612fcd56cb0af82eadc9c142dedc438afb885ef6",
    "test_2017_flickr.en": "ce1450ddc5ab0834502579d77a170849952e15a2938b34cc503bdc25ebb4fb98",
    "test_2017_flickr.fr": "6f3764e31dac41e9455e612958bcfd4e877c5e15cd66df2c2b2be6d9bd83e5b6",
    "test_2017_mscoco.en": "43051fdfa86fd5395182e718a94ca67b1b227b9f7c79596ff0f6b813216981d2",
    "test_2017_mscoco.fr": "39cde3f43f32b0a6bf29ce4917a46329ff32e53070c2fac87506695a740ae0a0",
    "test_2018_flickr.en": "4e585c2dd525911a6ea7730e9d0b516239af3f1b1ffae6a2130223cfb639f25e",
    "test_2018_flickr.fr": "234b4a887da0da4801a3e2c6f21336231ff7dd46daeb80cfa1b551c8bbb78239",
}
SENTENCES = {
    "train.tsv": "42c3681d8072ef27d5a3a7280579ac3e9c52cc092b5ecb810da4d0f51a3aa05b",
    "val.tsv": "48f43d7aa326f9ea2583aba8c1573c29b218f2590cf549eaaf5d0090bf353419",
    "test.tsv": "94b6e7a37492b5416f61c4d18ac791c646874fae3c629c02bb1dd176f79f0aec",
}


def prepare(fetch: Fetch, folder: Path) -> None:
    """The captions as they are, and the sentences in their parts."""
    captions = folder / "multi30k" / "raw"
    captions.mkdir(parents=True)
    for name in CAPTIONS:
        source = fetch(f"{RAW}/{'/'.join(MULTI30K)}/data/task1/raw/{name}.gz")
        (captions / name).write_bytes(gzip.decompress(source.read_bytes()))
    sentences = folder / "tatoeba_en_fr"
    sentences.mkdir()
    archive = fetch(f"{RAW}/{'/'.join(TATOEBA)}/fra-eng.zip")
    with zipfile.ZipFile(archive) as file:
        (name,) = (name for name in file.namelist() if Path(name).name == "fra.txt")
        rows = file.read(name).decode("utf-8").splitlines()
    for part, pairs in split(rows).items():
        text = "".join(f"{en}\t{fr}\n" for en, fr in pairs)
        (sentences / f"{part}.tsv").write_bytes(text.encode())


DATA_SETS = [
    DataSet(
        name="translation",
        folder="translation",
        files={
            **{f"tatoeba_en_fr/{name}": digest for name, digest in SENTENCES.items()},
            **{f"multi30k/raw/{name}": digest for name, digest in CAPTIONS.items()},
        },
        description="167,000 everyday sentences from Tatoeba, and 33,500 captions of photos from "
        "Multi30k, in English and French.",
        licence="Tatoeba: CC BY 2.0 FR (www.manythings.org/anki and tatoeba.org). Multi30k: for "
        "research; the captions' licence is not stated.",
        citation="Tatoeba, in the selection of manythings.org/anki, April 2019; D. Elliott, "
        "S. Frank, K. Sima'an, L. Specia (2016), Multi30K: Multilingual English-German Image "
        "Descriptions; D. Elliott, S. Frank, L. Barrault, F. Bougares, L. Specia (2017), Findings "
        "of the Second Shared Task on Multimodal Machine Translation.",
        homepage="https://tatoeba.org",
        prepare=prepare,
        exact=False,  # how the sentences' blanks and quotation marks were made alike is a guess
    ),
]
