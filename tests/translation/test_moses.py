"""Words as the Moses scripts cut them; the expected lines are those of Multi30k's own files."""

import pytest

from lstm_core.translation.moses import tokenised

LINES = [
    ("fr", "Cinq personnes avec des vestes d'hiver, en arrière-plan.",
     "cinq personnes avec des vestes d&apos; hiver , en arrière-plan ."),
    ("fr", "Des gens admirent une œuvre d'art.", "des gens admirent une œuvre d&apos; art."),
    ("fr", 'qui s\'appelle "32 De Neude."', "qui s&apos; appelle &quot; 32 de neude &quot; ."),
    ("fr", "Une femme jette un coup d’œil.", "une femme jette un coup d &quot; œil ."),
    ("fr", "devant un McDonald's.", "devant un mcdonald&apos; s."),
    ("en", "A boy sits on a woman's shoulders.", "a boy sits on a woman &apos;s shoulders ."),
    ("en", "A man in a black t-shirt, cap and jeans.",
     "a man in a black t-shirt , cap and jeans ."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "words"), LINES)
def test_lines_as_they_were_published(language, text, words):
    assert tokenised(text, language) == words


def test_rules_of_both_scripts():
    assert tokenised("Wait... 1,000 (or 3.5) [a] & <b>|", "en") == (
        "wait ... 1,000 ( or 3.5 ) &#91; a &#93; &amp; &lt; b &gt; &#124;"
    )
    assert tokenised("The '90s: 'quoted' 5's e.g. this", "en") == (
        "the &apos; 90s : &apos; quoted &apos; 5 &apos;s e.g. this"
    )
    assert tokenised("«\u00a0Oui\u00a0» dit-il\u00a0!", "fr") == "&quot; oui &quot; dit-il !"
