// What a visitor takes away: the translation as text, the attention as a picture.

find('[data-tool=copy]').addEventListener('click', (event) => copy(event.currentTarget, written()));
find('[data-tool=txt]').addEventListener('click', () => {
  download(new Blob([written()], { type: 'text/plain;charset=utf-8' }), `translation-${run.languages[1]}.txt`);
});

async function picture(kind, dark) {
  const { sources, words, weights } = here();
  const question = { kind, dark, sources, words: words.map(([word]) => word), weights: weights.map((row) => row.map((w) => Math.round(1000 * w) / 1000)) };
  let answer;
  try {
    answer = await server[props.asks](question);
  } catch {
    answer = { error: 'The server does not answer. Is it still running?' };
  }
  if (answer.error) say(answer.error);
  return answer.error ? null : answer;
}

let drawn = ''; // what the heat map on the page is of
async function heat() {
  const dark = Boolean(root.closest('.dark'));
  const sentence = here();
  const which = `${run.id} ${at} ${dark} ${sentence.source} ${sentence.text}`;
  if (which === drawn) return;
  drawn = which;
  const answer = await picture('svg', dark);
  if (!answer) drawn = ''; // so that it is asked for again
  if (!answer || which !== drawn) return;
  const image = find('.picture img');
  image.src = `data:${answer.type};base64,${answer.data}`;
  image.alt = `Heat map: for each word of “${sentence.text}”, how much it looked at each word of “${sentence.source}”.`;
}
find('.heat').addEventListener('toggle', () => {
  if (find('.heat').open && finished()) heat();
});
for (const button of root.querySelectorAll('[data-kind]')) {
  button.addEventListener('click', async () => {
    button.disabled = true;
    const answer = await picture(button.dataset.kind, false);
    button.disabled = false;
    if (!answer) return;
    const bytes = Uint8Array.from(atob(answer.data), (c) => c.charCodeAt(0));
    download(new Blob([bytes], { type: answer.type }), `attention.${button.dataset.kind}`);
  });
}
