"""The LSTM's rivals on the same text: a gated recurrent unit, and a plain recurrent network."""
