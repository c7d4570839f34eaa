"""The networks of music: how they are trained and judged."""

from __future__ import annotations

from lstm_core.music.chorales import recipe as chorales
from lstm_core.music.piano import recipe as piano
from lstm_core.music.rolls import recipe as rolls
from lstm_core.recipe import Recipe

RECIPES: list[Recipe] = [*chorales.RECIPES, *piano.RECIPES, *rolls.RECIPES]
