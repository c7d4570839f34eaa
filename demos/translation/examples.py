"""Sentences to begin with, from easy to hard, and sentences for the map."""

from __future__ import annotations

from typing import NamedTuple


class Example(NamedTuple):
    """A text to be translated."""

    direction: str
    text: str

    @property
    def title(self) -> str:
        """What it is called in a list: its beginning."""
        line = " ".join(self.text.split())
        return line if len(line) <= SHOWN else f"{line[: SHOWN - 2].rsplit(' ', 1)[0]} …"


SHOWN = 40
"""Characters of a title."""

EXAMPLES = [
    Example("en_fr", "A man in a red shirt is playing the guitar in the street."),
    Example("en_fr", "The dog is sleeping."),
    Example("en_fr", "I don't know what you are talking about."),
    Example("en_fr", "My brother and I are going to see the old house tomorrow."),
    Example("en_fr", '"Where is Claire?" asked Mr. Dubois. "She left at 7:45 with 12 friends!"'),
    Example("en_fr", "If I had known that you were coming, I would have baked a cake."),
    Example(
        "en_fr",
        "The children who were playing in the park when it began to rain ran home as fast as they "
        "could.",
    ),
    Example(
        "en_fr",
        "We arrived late last night. The hotel was full, so we slept in the car.\n\n"
        "In the morning, an old woman brought us coffee and bread. She did not want any money.",
    ),
    Example("fr_en", "Le chat dort sur le lit."),
    Example("fr_en", "Est-ce que vous pourriez m'aider, s'il vous plaît ?"),
    Example("fr_en", "Une petite fille en robe jaune saute dans une flaque d'eau."),
    Example("fr_en", "Il n'y a plus de pain ; il faudra en acheter demain matin."),
    Example("fr_en", "Si j'avais su que tu venais, j'aurais fait un gâteau."),
]

FAMILIES = {
    "Who does what": [
        "Tom loves Mary.",
        "Mary loves Tom.",
        "Tom is loved by Mary.",
        "Mary is loved by Tom.",
        "Tom is in love with Mary.",
        "Mary is in love with Tom.",
        "Tom hates Mary.",
        "Mary hates Tom.",
    ],
    "When and where": [
        "He gave me a book in the morning.",
        "In the morning, he gave me a book.",
        "I was given a book by him in the morning.",
        "She gave me a book in the garden.",
        "In the garden, she gave me a book.",
        "I was given a book by her in the garden.",
        "I gave him a book in the morning.",
        "I gave her a book in the garden.",
    ],
    "What is asked and what is said": [
        "The old man is tired.",
        "Is the old man tired?",
        "The old man is not tired.",
        "Isn't the old man tired?",
        "The young woman is hungry.",
        "Is the young woman hungry?",
        "The young woman is not hungry.",
        "Isn't the young woman hungry?",
    ],
}
"""English sentences that say alike things, or use alike words, by what they differ in."""
