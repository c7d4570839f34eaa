"""The card of a checkpoint, as a table on the page."""

from __future__ import annotations

import json
from html import escape

from lstm_core.checkpoint import Card


def card_table(card: Card | None) -> str:
    """What a model is, what it learned from, and what was measured, as HTML."""
    if card is None:
        return ""
    config = ", ".join(f"{k.replace('_', ' ')} {v}" for k, v in card.config.items())
    training = ", ".join(
        f"{k.replace('_', ' ')} {v:,}"
        if isinstance(v, int)
        else f"{k.replace('_', ' ')} {plain(v)}"
        for k, v in card.training.items()
        if k not in ("parameters", "seconds")
    )
    minutes = round(card.training.get("seconds", 0) / 60)
    rows = [
        ("Model", f"{card.title}: {card.description}"),
        ("Network", f"{card.parameters:,} weights; {config}"),
        ("Learned from", card.data.get("name", "")),
        ("Source", card.data.get("source", "")),
        ("Cite", card.data.get("citation", "")),
        ("Licence of the data", card.data.get("licence", "")),
        ("Parts", card.data.get("split", "")),
        ("Training", f"{minutes} minutes; {training}"),
        ("Date", card.date),
    ]
    cells = [f"<tr><th>{escape(k)}</th><td>{escape(str(v))}</td></tr>" for k, v in rows if v]
    for result in card.results:
        figures = ", ".join(f"{k.replace('_', ' ')} {v:g}" for k, v in result["metrics"].items())
        cells.append(
            f"<tr><th>Measured, {escape(result['split'])}</th><td>{escape(figures)} "
            f"(n {result['n']:,})<br><code>{escape(result['command'])}</code></td></tr>"
        )
    return f"<table>{''.join(cells)}</table>"


def plain(value: object) -> str:
    """A value of a card as text."""
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items())
    return value if isinstance(value, str) else json.dumps(value)
