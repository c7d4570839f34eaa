"""The pages of the gallery: one module a tab."""
