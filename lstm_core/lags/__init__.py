"""How long can a network hold on? Two tasks that measure it, for three kinds of network."""
