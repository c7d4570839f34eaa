// The word that was clicked: what else might have been written there, or another word of the source
// to be translated in its place.

function explain() {
  const sentence = here();
  if (!chosen) {
    detail.replaceChildren(node('p', 'Click a word of the translation to see what else might have been written there, and have it written; click a word of the source to put another in its place.'), ...freedom(sentence));
    return;
  }
  if (chosen.side === 0) {
    const known = partners(0, chosen.n);
    detail.replaceChildren(
      node('p', [node('b', `“${sentence.sources[chosen.n]}”`), known ? ` was looked at for ${known}. What if it were another word?` : '. What if it were another word?']),
      wordForm(sentence),
      ...freedom(sentence),
    );
    return;
  }
  const word = sentence.words[chosen.n];
  const known = word ? partners(1, chosen.n) : '';
  const [begin, end] = word ? word.slice(1) : [sentence.pieces.length, sentence.pieces.length + 1];
  const places = Array.from({ length: end - begin }, (_, n) => others(sentence, begin + n));
  detail.replaceChildren(
    node('p', [node('b', word ? `“${word[0]}”` : 'the end'), word && sentence.copied[chosen.n] >= 0.1 ? `, copied (${percent(sentence.copied[chosen.n])})` : '', known ? `, for which it looked at ${known}. ` : '. ', 'What might have been written, and how likely it was there; choose one to have it:']),
    ...places,
    ...freedom(sentence),
  );
}

// What might have been written at a place, the likeliest first.
function others(sentence, place) {
  const row = node('div', [], 'others place');
  row.append(...sentence.alternatives[place].map(([piece, words, p]) => {
    const taken = words === (sentence.pieces[place] ?? '');
    const bar = document.createElement('i');
    bar.style.width = `${Math.round(100 * p)}%`;
    const made = node('button', [node('b', visible(words)), ` ${percent(p)}`, bar], taken ? 'taken' : '');
    made.type = 'button';
    made.disabled = taken || !words; // the end cannot be chosen: it comes when it comes
    made.setAttribute('aria-label', `${words || 'the end'}, ${percent(p)}${taken ? ', written' : ''}`);
    made.addEventListener('click', () => ask({ do: 'force', place, piece }));
    return made;
  }));
  return row;
}

function wordForm(sentence) {
  const place = chosen.n;
  const field = node('input');
  field.value = sentence.sources[place];
  field.maxLength = 60;
  field.setAttribute('aria-label', `Another word in place of “${sentence.sources[place]}”`);
  const go = node('button', 'Translate it so', 'do');
  const form = node('form', [field, go], 'word');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    ask({ do: 'word', place, word: field.value });
  });
  return form;
}

// What the visitor's say in the translation has changed, and how to take it back.
function freedom(sentence) {
  return [...changes(sentence), ...takeBack(sentence)];
}

function changes({ former }) {
  if (!former) return [];
  const [before, now] = former.texts.map((parts) => node('b', parts.map(([part, marked]) => (marked ? node('mark', part) : part))));
  for (const text of [before, now]) text.lang = run.languages[1];
  const sources = former.source ? [node('span', 'Of'), node('b', former.source)] : [];
  return [node('div', [node('span', 'Before'), before, ...sources, node('span', 'Now'), now], 'former')];
}

function takeBack(sentence) {
  if (!sentence.forced) return [];
  const free = node('button', 'Let it choose again', 'do');
  free.type = 'button';
  free.addEventListener('click', () => ask({ do: 'free' }));
  const row = node('div', [node('p', 'The beginning, underlined, is as you chose; the rest followed from it.'), free], 'place');
  return [row];
}

function ask(message) {
  if (!run.done) {
    say('It is still being written; wait a moment, or press Stop.');
    return;
  }
  tell('input', message);
}
