"""English and French: one LSTM reads the sentence, another writes it in the other language."""
