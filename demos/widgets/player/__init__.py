"""The instruments of lstm_core.music.sound in a browser, by Web Audio.

`player.js` goes before the scripts of a component that plays; the component offers the function
`music_samples`. All components of a page share one set of sounds and one pair of speakers.
"""

from __future__ import annotations

from typing import Any

PLAYER = "../player/player.js"
"""The script, as other components see it."""


def music_samples(message: Any) -> dict[str, Any]:
    """The sounds of an instrument: a server function.

    Args:
        message: the name of the instrument, whatever a browser sends.

    Returns:
        what `lstm_core.music.sound.samples` returns, or `{"error": sentence}`.
    """
    from lstm_core.music.sound import samples

    try:
        return samples(message)
    except (TypeError, ValueError):  # a list cannot be looked up
        return {"error": "The instruments are: piano, organ."}
