"""Loops: the same few notes struck over and over again."""

from __future__ import annotations

PERIODS = 12
"""Notes of the longest figure that is followed."""

TIMES, LEAST = 3, 6
"""Times that a figure is struck before it is a loop, and the notes of the shortest loop."""


class Loops:
    """Follows the keys that are struck, and knows the loops they are in."""

    def __init__(self) -> None:
        self.pitches: list[int] = []
        self.seconds: list[float] = []
        self.runs = [0] * (PERIODS + 1)  # for each period: notes that are those a period before

    def strike(self, pitch: int, seconds: float) -> None:
        """Takes the next key."""
        for period in range(1, PERIODS + 1):
            again = len(self.pitches) >= period and self.pitches[-period] == pitch
            self.runs[period] = self.runs[period] + 1 if again else 0
        self.pitches.append(pitch)
        self.seconds.append(seconds)

    def lasting(self) -> dict[int, float]:
        """Seconds since each loop began that the last note is in, by its period."""
        found = {}
        for period, run in enumerate(self.runs):
            if run and run + period >= max(TIMES * period, LEAST):
                begun = self.seconds[len(self.seconds) - run - period]
                found[period] = self.seconds[-1] - begun
        return found

    def next(self, longer_than: float) -> set[int]:
        """The keys that would go on with loops that last longer than so many seconds."""
        return {self.pitches[-p] for p, seconds in self.lasting().items() if seconds > longer_than}
