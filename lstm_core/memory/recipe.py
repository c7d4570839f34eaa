"""No model is trained here: the memory cells are those of the text models."""

from lstm_core.recipe import Recipe

RECIPES: list[Recipe] = []
