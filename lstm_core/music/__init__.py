"""Music: Bach's chorales in four voices, and classical piano as it is performed."""
