"""Classical piano as it is performed: every key, how hard, and when to a hundredth of a second."""
