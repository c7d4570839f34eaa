"""What happens on the Translation tab: an event each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import gradio as gr

from demos.refusals import refusal, refused
from demos.translation import inside, squeezed
from demos.translation.examples import EXAMPLES
from demos.translation.runs import Run, asked, follow, sampler
from lstm_core.checks import number

LONGEST_WORD = 60
"""Characters that can be put in place of a word."""


def choices() -> list[tuple[str, int]]:
    """The examples that the network here can translate, as a list of Gradio's has them."""
    known = sampler().directions
    return [(e.title, n) for n, e in enumerate(EXAMPLES) if e.direction in known]


def on_translate(
    text: str,
    direction: str,
    beam: int,
    length_penalty: float,
    coverage_penalty: float,
    back_weight: float,
    keep_numbers: bool,
) -> Iterator[tuple]:
    """Translate a text."""
    run = Run.of(
        asked(
            text=text, direction=direction, beam=beam, length_penalty=length_penalty,
            coverage_penalty=coverage_penalty, back_weight=back_weight, keep_numbers=keep_numbers,
        )
    )  # fmt: skip
    kept: Any = run
    for value in follow(run, range(len(run.sentences))):
        yield value, kept
        kept = gr.skip()


def on_stop(run: Run | None) -> dict[str, str]:
    """End the translation where it stands."""
    if run is None:
        return gr.skip()
    return run.value(stopped=True)


def on_example(chosen: object) -> tuple[str, str]:
    """Put an example into the form."""
    with refused():
        example = EXAMPLES[int(number("example", chosen, 0, len(EXAMPLES) - 1, int))]
    return example.text, example.direction


def on_sentence(event: gr.EventData, run: Run | None, part: str) -> tuple[Any, Any]:
    """Another sentence is looked at."""
    run, _, at = told(event, run)
    run.at = at
    return on_ended(run, part)


def on_ended(run: Run | None, part: str) -> tuple[Any, Any]:
    """A sentence is there to be looked into: its memory cells, and what the network without
    attention makes of it."""
    if run is None or not run.found:
        inside.checked_part(part)
        return gr.skip(), gr.skip()
    if run is first_run():
        return first_look(part)
    return inside.panel_of(run, part), squeezed.beside(run)


def on_part(run: Run | None, part: str) -> dict[str, Any] | None:
    """Show the memory cells of another part."""
    return inside.panel_of(run, part)


def on_wish(event: gr.EventData, run: Run | None) -> Iterator[tuple]:
    """Translate a sentence anew: with another piece at a place, with another word in it, or as the
    network likes."""
    before, message, at = told(event, run)
    former = before.found[at]
    after = Run(
        before.request, before.layout, list(before.sentences), list(before.found),
        list(before.sent), dict(before.forced), at, id=before.id,
    )  # fmt: skip
    wish = message.get("do")
    if wish == "force":
        place = whole(message, "place", len(former.pieces))
        piece = whole(message, "piece", len(sampler().subwords) - 1)
        after.forced[at] = [*former.pieces[:place], piece]
    elif wish == "free":
        after.forced.pop(at, None)
    elif wish == "word":
        place = whole(message, "place", len(former.source_words) - 1)
        after.sentences[at] = with_word(after, place, message.get("word"))
        after.forced.pop(at, None)
    else:
        raise refusal("A sentence is translated with another piece, with another word, or anew.")
    for value in follow(after, [at]):
        if after.done:
            text = after.text if wish == "word" else gr.skip()
            yield value, after, text
        else:  # until then, the visitor has what was there before, and may stop
            yield value, gr.skip(), gr.skip()


def with_word(run: Run, place: int, word: object) -> str:
    """The sentence that is looked at with another word in it.

    Raises:
        gr.Error: a sentence, if the word is none, or the sentence or the text becomes none.
    """
    if not isinstance(word, str) or len(word) > LONGEST_WORD:
        raise refusal(
            f"A word is put in place of another: text of up to {LONGEST_WORD} characters."
        )
    sentence = sampler().with_word(run.found[run.at], place, " ".join(word.split()))
    whole_text = run.layout.join([*run.sentences[: run.at], sentence, *run.sentences[run.at + 1 :]])
    for text in (sentence, whole_text):
        asked(text=text, direction=run.request.direction)
    return sentence


def told(event: gr.EventData, run: Run | None) -> tuple[Run, dict[str, Any], int]:
    """The run that a visitor means, what the browser told, and the number of the sentence.

    Raises:
        gr.Error: a sentence, if there is no such run, or no such sentence in it.
    """
    message = event._data if isinstance(event._data, dict) else {}
    if run is None or not run.found or message.get("run") != run.id:
        raise refusal("That translation is no longer there. Press Translate.")
    if not run.done:
        raise refusal("The text is still being translated; wait a moment, or press Stop.")
    return run, message, whole(message, "sentence", len(run.found) - 1)


def whole(message: dict[str, Any], name: str, high: int) -> int:
    """A whole number that a browser sent, 0 or more.

    Raises:
        gr.Error: a sentence, if it is none.
    """
    value = message.get(name)
    if type(value) is not int or not 0 <= value <= high:
        raise refusal(f"The {name} is a whole number from 0 to {high:,}.")
    return value


@cache
def first_run() -> Run:
    """The translation that is there before anything is asked: of the first example."""
    first = EXAMPLES[choices()[0][1]]
    run = Run.of(asked(text=first.text, direction=first.direction))
    for _ in follow(run, range(len(run.sentences))):
        pass
    return run


@cache
def first_look(part: str) -> tuple[Any, Any]:
    """What every visitor sees of the first translation."""
    return inside.panel_of(first_run(), part, keep=True), squeezed.beside(first_run())


def on_open(part: str) -> tuple[Any, Any, Any, Any]:
    """The page opens: the first translation is there."""
    inside.checked_part(part)
    run = first_run()
    return run.value(), run, *first_look(part)
