"""Handwriting recorded as pen movements: the IAM On-Line Handwriting Database.

Its owners ask every user to register, so nothing can be fetched here: archives that a person has
got from them are made into what is read.
"""

from __future__ import annotations

import os
from pathlib import Path

from lstm_core.data import DataError, DataSet, Fetch, default_folder
from lstm_core.ink.archives import NEEDED, WRITERS, make

HOMEPAGE = "https://fki.tic.heia-fr.ch/databases/iam-on-line-handwriting-database"


ENVIRONMENT = "LSTM_GALLERY_IAMONDB"
"""The environment variable that names the folder of the archives."""


def prepare(fetch: Fetch, folder: Path) -> None:
    """Makes the files from the archives of the owners, if a person has put them where they are
    looked for; they cannot be fetched without that person's registration.

    Raises:
        DataError: if they are not there; says how to get them.
    """
    named = os.environ.get(ENVIRONMENT)
    source = Path(named).expanduser() if named else default_folder() / "handwriting" / "source"
    if not any((source / name).is_file() for name in NEEDED):
        raise DataError(
            "The IAM On-Line Handwriting Database cannot be fetched by a program: its owners ask "
            f"each user to register, at {HOMEPAGE}. It is free for non-commercial research; "
            "publications must cite Liwicki & Bunke (2005). Put the files "
            f"{', '.join(NEEDED)} (of the task IAM-OnDB-t1) and, to know who wrote what, {WRITERS} "
            f"into {source}, or name their folder in ${ENVIRONMENT}, and call this again."
        )
    make(source, folder)


DATA_SETS = [
    DataSet(
        name="handwriting",
        folder="handwriting",
        files={
            "strokes.npz": "19f96a36ccd6eafcfe9687223a3e2a69aaa5324a63823b1d780ddc1b13b8dfed",
            "lines.tsv": "445500af0cd163caa85fd01336bb04407bbb97ebbe734734f585ab1c3bac4a0b",
            "charset.txt": "284ada7e07c6f8c2d2f58421673da3e8b3dcd707748fa02678a01e3de9244772",
        },
        description="IAM-OnDB: lines of English written on a whiteboard by 221 people, as strokes.",
        licence="Non-commercial research only; registration is asked for.",
        citation="M. Liwicki, H. Bunke (2005). IAM-OnDB - an On-Line English Sentence Database "
        "Acquired from Handwritten Text on a Whiteboard. ICDAR 2005, pp. 956-961.",
        homepage=HOMEPAGE,
        prepare=prepare,
        exact=False,  # an archive's bytes depend on the library that packs it
    ),
]
