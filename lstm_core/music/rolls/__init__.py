"""Piano rolls, frame by frame: the model and the data by which the literature compares networks."""
