"""Text written letter by letter: character models, their sampler, data and training."""
