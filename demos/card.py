"""The card of a checkpoint, as a table on the page."""

from __future__ import annotations

from html import escape
from typing import Any

from lstm_core.checkpoint import Card


def card_table(card: Card | None) -> str:
    """What a model is, what it learned from, and what was measured, as HTML."""
    if card is None:
        return ""
    config = listed(card.config)
    training = listed(
        {k: v for k, v in card.training.items() if k not in ("parameters", "seconds")}
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
        figures = listed(result["metrics"])
        cells.append(
            f"<tr><th>Measured, {escape(result['split'])}</th><td>{escape(figures)} "
            f"(n {result['n']:,})<br><code>{escape(result['command'])}</code></td></tr>"
        )
    return f"<table>{''.join(cells)}</table>"


SHORT = 4
"""Longer lists are counted, not spelled out."""

WORDS = {"num_layers": "layers", "char": "character"}


def listed(facts: dict[str, Any]) -> str:
    """Facts of a card in words: `{"hidden_size": 512, "seed": 1}` as "hidden size 512, seed 1"."""
    parts = []
    for name, value in facts.items():
        words = WORDS.get(name) or " ".join(WORDS.get(word, word) for word in name.split("_"))
        if isinstance(value, dict):
            parts.append(f"{words} ({listed(value)})")
        elif isinstance(value, list | tuple) and len(value) > SHORT:
            parts.append(f"{len(value)} {words}")
        elif isinstance(value, list | tuple):
            short = (f"{v:.4g}" if isinstance(v, float) else str(v) for v in value)
            parts.append(f"{words} {' and '.join(short)}")
        elif isinstance(value, bool):
            parts.append(f"{words}: {'yes' if value else 'no'}")
        else:
            parts.append(f"{words} {value:,}" if isinstance(value, int) else f"{words} {value}")
    return ", ".join(parts)
