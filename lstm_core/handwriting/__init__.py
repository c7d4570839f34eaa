"""Handwriting, written by a network that watches the text while it moves the pen."""
