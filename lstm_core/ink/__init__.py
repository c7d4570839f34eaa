"""Handwriting as pen movements: strokes, and the data set of them."""
