"""What can be asked of the network that plays the piano."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lstm_core.checks import number
from lstm_core.music.chorales.sampler import MAX_SEED, check_classes
from lstm_core.music.midi import MAX_NOTES, MAX_SECONDS, Note
from lstm_core.music.piano.events import HIGHEST, LOWEST

SHORTEST, LONGEST = 10, 180
"""Seconds of a request that ends."""

SPARSE, DENSE = 0.5, 25
"""Notes a second that can be wished for."""


@dataclass(frozen=True)
class PianoRequest:
    """What to play.

    Args:
        seconds: of music, 10 to 180; None goes on until nobody listens any more, for an hour at
            most.
        temperature: 0 always takes the likeliest event, 1 draws from the network's own
            distribution, up to 2.
        top_p: draw only from the likeliest events that together reach this probability, above 0
            and up to 1.
        seed: of the random numbers, 0 to 4,294,967,295.
        classes: twelve weights from 0 to 1 of the pitch classes, C first; all 1 when None.
        density: notes a second, 0.5 to 25; as the network likes when None.
        prime: notes to go on from; a new piece when empty.

    Raises:
        ValueError: a sentence that says what is wrong and what is accepted.
    """

    seconds: float | None = 60.0
    temperature: float = 0.95
    top_p: float = 0.98
    seed: int = 0
    classes: tuple[float, ...] | None = None
    density: float | None = None
    prime: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        checked: list[tuple[str, float, float, type]] = [
            ("temperature", 0, 2, float), ("top_p", 0, 1, float), ("seed", 0, MAX_SEED, int),
        ]  # fmt: skip
        if self.seconds is not None:
            checked.append(("seconds", SHORTEST, LONGEST, float))
        if self.density is not None:
            checked.append(("density", SPARSE, DENSE, float))
        for name, low, high, kind in checked:
            object.__setattr__(self, name, number(name, getattr(self, name), low, high, kind))
        if self.top_p == 0:
            raise ValueError("The top-p must be a number above 0, and at most 1.")
        if self.classes is not None:
            object.__setattr__(self, "classes", check_classes(self.classes))
        object.__setattr__(self, "prime", check_prime(self.prime))


def check_prime(prime: object) -> tuple[Note, ...]:
    """Notes, of anything that was sent.

    Raises:
        ValueError: a sentence.
    """
    what = (
        f"The notes to go on from must be at most {MAX_NOTES:,} of four numbers: pitch from 0 to "
        f"127, velocity from 1 to 127, start and end in seconds from 0 to {MAX_SECONDS:,}, the "
        "end after the start."
    )
    if not isinstance(prime, Iterable) or isinstance(prime, str | bytes | dict):
        raise ValueError(what)
    notes: list[Note] = []
    for row in prime:
        if len(notes) == MAX_NOTES or not isinstance(row, list | tuple) or len(row) != 4:
            raise ValueError(what)
        try:
            pitch, velocity = (
                int(number("note", value, low, 127, int))
                for value, low in zip(row[:2], (0, 1), strict=True)
            )
            start, end = (number("time", value, 0, MAX_SECONDS, float) for value in row[2:])
        except ValueError:
            raise ValueError(what) from None
        if not start < end:
            raise ValueError(what)
        notes.append(Note(pitch, velocity, start, end))
    if notes and not any(LOWEST <= note.pitch <= HIGHEST for note in notes):
        raise ValueError(
            f"None of the notes to go on from is on a piano's keyboard: pitches {LOWEST} to "
            f"{HIGHEST}."
        )
    return tuple(notes)
