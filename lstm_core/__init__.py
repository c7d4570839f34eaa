"""LSTM networks for text, and the means to train, sample and look into them."""
