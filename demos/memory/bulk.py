"""Gates in bulk, of the text that is on the page."""

from __future__ import annotations

from typing import Any

from demos.memory.readings import Now
from demos.widgets.saturation import saturations
from lstm_core.memory.saturation import saturation


def saturation_of(now: Now) -> dict[str, Any]:
    """How often each gate was as good as open or shut while the network read the text."""
    return saturations(saturation(now.reading.trace))
