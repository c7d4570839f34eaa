"""Small networks that show how an LSTM works: numbers in context, a counter, one cell."""
