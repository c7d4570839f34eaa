"""What the memory cells of a text model hold: reading, finding, influence, surgery."""
