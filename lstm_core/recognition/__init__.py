"""Handwriting read as it was written: a bidirectional LSTM with CTC on pen strokes."""
