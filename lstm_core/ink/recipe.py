"""No model is trained here: what reads ink, and what writes it, have folders of their own."""

from lstm_core.recipe import Recipe

RECIPES: list[Recipe] = []
