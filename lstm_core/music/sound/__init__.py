"""Sound for notes: a piano and a soft organ, computed from what is known of strings and pipes.

audio = render(notes, "piano")             # (N, 2), all of it
for audio in stream(notes, "organ"): ...   # as the notes become known
wav(audio)                                 # the bytes of a file
samples("piano")                           # what a page needs to play the instrument itself
"""

from lstm_core.music.sound.instruments import INSTRUMENTS
from lstm_core.music.sound.mixing import RATE, render, stream
from lstm_core.music.sound.sampled import samples
from lstm_core.music.sound.wavefile import wav

__all__ = ["INSTRUMENTS", "RATE", "render", "samples", "stream", "wav"]
