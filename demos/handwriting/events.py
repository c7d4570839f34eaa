"""What happens on the Handwriting tab: an event each."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any

import gradio as gr

from demos.handwriting.paper import follow
from demos.handwriting.runs import OwnHand, Run, checkable, sampler
from demos.refusals import refusal
from demos.widgets.ink_stage import ink_stage_stop
from lstm_core.handwriting.request import Ink, WritingRequest

ANY, SURPRISE, OWN = "", "surprise", "own"
"""Hands that are no known writer's, as the page names them."""

NOBODY = ""  # to blend with
MOST_NAMED = 6
"""Characters written otherwise that are named."""

NEW_SEED_BELOW = 1_000_000  # short enough to be read out and typed


@cache
def hands() -> dict[str, str]:
    """The known writers: what the page calls them, by name."""
    return {name: f"Hand {n}" for n, name in enumerate(sampler().hands, start=1)}


def choices(own: bool = False) -> list[tuple[str, str]]:
    """The hands that a visitor can choose from, as a list of Gradio's has them.

    Args:
        own: the visitor's own is among them.
    """
    first = [("Any hand that comes", ANY), ("Surprise me", SURPRISE)]
    mine = [("Your own hand", OWN)] if own else []
    return [*first, *mine, *((title, name) for name, title in hands().items())]


def on_write(
    text: str, hand: str, other: str, blend: float, bias: float, seed: int, new_seed: bool,
    variants: int, checked: bool, own: dict[str, Any] | None,
) -> Iterator[tuple]:  # fmt: skip
    """Write a text."""
    if new_seed is True:
        seed = secrets.randbelow(NEW_SEED_BELOW)
    mine = None
    if hand == SURPRISE:
        hand = secrets.choice(sampler().hands)
    elif hand == OWN:
        if other != NOBODY:
            raise refusal("Your own hand cannot be blended with another.")
        hand, mine = ANY, own_hand(own)
    blended = blend if other != NOBODY else 0.0
    run = asked(
        mine, variants, checked,
        text=text, hand=hand, other=other, blend=blended, bias=bias, seed=seed,
    )  # fmt: skip
    values, nothing = follow(run), gr.skip()
    facts: tuple[Any, ...] = run.request.seed, said(run)
    if run.checked:
        # A clean sheet: what is inside is looked into, which takes time, once there is ink.
        yield next(values), nothing, *facts
        facts = nothing, nothing
    now: Any = run
    for value in values:
        yield value, now, *facts
        now, facts = nothing, (nothing, nothing)  # what a visitor changes meanwhile stays changed


def on_stop() -> dict[str, str]:
    """Let the pen stop where it is."""
    return ink_stage_stop()


def on_pick(event: gr.EventData) -> str:
    """A hand was picked by sight."""
    message = event._data if isinstance(event._data, dict) else {}
    hand = message.get("hand")
    if not isinstance(hand, str) or hand not in hands():
        raise refusal("There is no such hand.")
    return hand


def on_own(own: dict[str, Any] | None, hand: str) -> dict[str, Any]:
    """The visitor's own hand is among the others as soon as there is one, and chosen."""
    if own is None:
        return gr.update(choices=choices(), value=ANY if hand == OWN else hand)
    return gr.update(choices=choices(own=True), value=OWN)


def asked(own: OwnHand | None, variants: Any, checked: Any, **request: Any) -> Run:
    """A run that can be written, of whatever was sent.

    Args:
        own: the visitor's hand, if it is to be written in that.
        variants: how many of them.
        checked: of several attempts at a word, the most legible is kept.
        request: fields of a `WritingRequest`.

    Raises:
        gr.Error: a sentence that says what is wrong and what is accepted.
    """
    try:
        run = Run(WritingRequest(**request), own, variants, checked)
        sampler().alphabet.read(run.request.text)
        sampler().style(run.request)
        if own:
            sampler().known_style(own.style)
    except ValueError as error:  # which may name what was sent
        raise refusal(escape(str(error), quote=False)) from None
    if run.checked and not checkable():
        raise refusal("There is no network here that could read what is written.")
    return run


def own_hand(own: dict[str, Any] | None) -> OwnHand:
    """The hand that a visitor has shown, of the page's memory of it.

    Args:
        own: `{"name": ..., "style": [...], "points": (N, 3) ink, "text": what the ink says}`.

    Raises:
        gr.Error: a sentence, if there is none.
    """
    if own is None:
        raise refusal("There is no hand of your own yet: show yours below, at “Your own hand”.")
    try:
        ink = Ink(own["text"], own["points"])
    except ValueError as error:
        raise refusal(escape(str(error), quote=False)) from None
    return OwnHand(own["name"], tuple(own["style"]), ink)


def said(run: Run) -> str:
    """Who writes, and which characters otherwise than asked, for the line below the buttons."""
    request = run.request
    if run.own:
        who = "Your own hand"
    elif not request.hand:
        who = "Whatever hand comes"
    else:
        who = hands()[request.hand]
    if request.other:
        who += f", with {request.blend:.0%} of {hands()[request.other]}"
    seeds = f"seed {request.seed}"
    if run.variants > 1:
        seeds = f"seeds {request.seed} to {run.requests[-1].seed}"
    instead = sampler().alphabet.replaced(request.text)
    if not instead:
        return f"{who}, {seeds}."
    named = ", ".join(f"{c} as {plain}" for c, plain in list(instead.items())[:MOST_NAMED])
    more = ", and more" if len(instead) > MOST_NAMED else ""
    return f"{who}, {seeds}. The network writes {escape(named, quote=False)}{more}."
