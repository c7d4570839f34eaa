// What belongs to a caption: the others that were found with it, what the encoder saw, and a picture
// of all words.

function list() {
  const drawn = run.listed.some(([, , score]) => score === null);
  const count = run.listed.length;
  find('.listed summary').textContent = drawn
    ? `${count} captions drawn by chance`
    : `The ${count === 1 ? 'caption' : `${count} captions`} that the search came to`;
  find('.listed .note').textContent = drawn
    ? 'Each with its seed and the logarithm of its probability, in nats. Click one to see where it looked.'
    : 'By score: the logarithm of the probability of all words, in nats, over a penalty that grows with their number. Click one to see where it looked.';
  find('.listed ol').replaceChildren(...run.listed.map(([text, sum, score, seed], n) => {
    const figures = drawn ? `seed ${seed} · log P ${nats(sum)}` : `${nats(score)} (log P ${nats(sum)})`;
    const button = node('button', [node('span', text || 'nothing'), node('span', figures)]);
    button.type = 'button';
    button.setAttribute('aria-pressed', String(n === run.chosen));
    button.addEventListener('click', () => tell({ run: run.id, do: 'list', place: n }));
    return node('li', button);
  }));
}

function kinds() {
  find('.kinds ol').replaceChildren(...run.kinds.map(([name, p]) => {
    const bar = node('i');
    bar.style.setProperty('--looked', `${100 * p}%`);
    return node('li', [node('span', name), bar, node('span', percent(p))]);
  }));
}

let drawn = ''; // what the picture on the page is of
async function picture() {
  const dark = Boolean(root.closest('.dark'));
  const which = `${run.id} ${dark}`;
  if (which === drawn) return;
  drawn = which;
  const answer = await ask('strip', { run: run.id, kind: 'png', dark });
  if (!answer) drawn = ''; // so that it is asked for again
  if (!answer || which !== drawn) return;
  find('.picture img').src = `data:${answer.type};base64,${answer.data}`;
  find('.picture img').alt = `For each word of “${spoken()}”, where the network looked.`;
}
find('.strip').addEventListener('toggle', () => {
  if (find('.strip').open && run && run.done) picture();
});

for (const button of root.querySelectorAll('[data-kind]')) {
  button.addEventListener('click', async () => {
    button.disabled = true;
    const answer = await ask('strip', { run: run.id, kind: button.dataset.kind, dark: false });
    button.disabled = false;
    if (answer) download(new Blob([unpacked(answer.data, Uint8Array)], { type: answer.type }), `caption.${button.dataset.kind}`);
  });
}
