"""Captioning: photos described word by word, with where the network looked."""
