"""The same line as another hand, pen or surface might have written it.

All amounts are in heights of the line; each call draws new ones. Speed needs no variation: it
leaves no trace in the features.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Augmentation:
    """How much the copies of a line differ: standard deviations, if nothing else is said."""

    slant: float = 0.2  # tangent of the angle
    slope: float = 0.03  # radians, beyond what the normalisation leaves
    scale: float = 0.12  # logarithm of the size, as the normalisation may get it wrong
    stretch: float = 0.12  # logarithm of width over height
    lift: float = 0.1  # of the whole line
    wave: float = 0.12  # highest amplitude of slow changes of baseline, spacing and size
    jitter: float = 0.06  # of each stroke's place
    gaps: float = 0.25  # logarithm of the widths of all gaps between words
    tremor: float = 0.03  # highest amplitude of smooth noise along the pen's path
    dropped: float = 0.5  # highest share of points left out, as by a slow or hasty device
    step: float = 0.15  # logarithm of the distance between points, uniform up to this

    def __call__(self, points: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """A changed copy of a normalised trajectory (N, 3)."""
        points = self.thin(points, random)
        x, y = points[:, 0].copy(), points[:, 1].copy()
        begins = np.concatenate(([True], points[:-1, 2] > 0))
        stroke = np.cumsum(begins) - 1

        jumps = np.diff(x, prepend=x[0]) * begins
        wide = np.clip(jumps - 0.5, 0, 3)  # what makes a gap one between words
        x += np.cumsum(wide * np.expm1(random.normal(0, self.gaps)))
        nudge = random.normal(0, self.jitter, (2, stroke[-1] + 1))
        x, y = x + nudge[0, stroke], y + nudge[1, stroke]

        bumps = random.normal(0, random.uniform(0, self.tremor), (2, len(x)))
        smooth = np.array([0.25, 0.5, 0.75, 1.0, 0.75, 0.5, 0.25])
        x += np.convolve(bumps[0], smooth, "full")[3:-3]
        y += np.convolve(bumps[1], smooth, "full")[3:-3]

        baseline, spacing, size = (self.slow(x, random) for _ in range(3))
        x, y = x + 2 * spacing, y * (1 + size) + baseline
        x += y * random.normal(0, self.slant)
        y += (x - x.mean()) * random.normal(0, self.slope)
        scale, stretch = np.exp(random.normal(0, (self.scale, self.stretch / 2)))
        x, y = x * scale * stretch, y * scale / stretch
        y += random.normal(0, self.lift)
        return np.column_stack((x, y, points[:, 2]))

    def slow(self, x: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """(N,) a wave along the line, between 6 and 40 heights long."""
        length, phase = np.exp(random.uniform(np.log(6), np.log(40))), random.uniform(0, 2 * np.pi)
        return random.uniform(0, self.wave) * np.sin(2 * np.pi * x / length + phase)

    def thin(self, points: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """The trajectory without some of its points, half of the time; never a stroke's ends."""
        if random.random() < 0.5:
            return points
        keep = random.random(len(points)) >= random.uniform(0, self.dropped)
        keep |= points[:, 2] > 0
        keep[1:] |= points[:-1, 2] > 0
        keep[0] = True
        return points[keep]

    def stepped(self, step: float, random: np.random.Generator) -> float:
        """A step of a changed size."""
        return step * float(np.exp(random.uniform(-self.step, self.step)))
