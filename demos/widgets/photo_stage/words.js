// The words of the caption: pointed at, played one after the other, and changed.

const BEAT = 650; // milliseconds for a word
const still = window.matchMedia('(prefers-reduced-motion: reduce)');

let timer = 0;

// Words as buttons; those that are there already stay, so that the focus does.
function write() {
  while (caption.children.length > run.words.length) caption.lastChild.remove();
  run.words.forEach(({ text, sentinel }, n) => {
    let button = caption.children[n];
    if (!button) {
      button = node('button', [node('span'), node('i')]);
      button.type = 'button';
      button.dataset.n = n;
      caption.append(button);
    }
    if (button.firstChild.textContent !== (text || 'end')) button.firstChild.textContent = text || 'end';
    button.lastChild.style.setProperty('--looked', `${Math.round(100 * (1 - sentinel))}%`);
    button.classList.toggle('stop', !text);
    button.classList.toggle('guess', !run.done && n >= run.decided);
    button.classList.toggle('yours', Boolean(run.done && n < run.forced));
  });
}

function play() {
  stopPlaying();
  playing = 0;
  find('.play').textContent = 'Pause';
  timer = setTimeout(next, BEAT);
  show();
}

function next() {
  playing += 1;
  if (playing >= run.words.length) stopPlaying();
  else timer = setTimeout(next, BEAT);
  show();
}

function stopPlaying() {
  clearTimeout(timer);
  playing = null;
  find('.play').textContent = 'Play';
}

find('.play').addEventListener('click', () => {
  if (!run) return;
  if (playing === null) play();
  else {
    stopPlaying();
    show();
  }
});

const numberOf = (event) => {
  const button = event.target.closest?.('.caption button');
  return button ? Number(button.dataset.n) : null;
};

function light(n) {
  if (n !== null) stopPlaying();
  lit = n;
  show();
}
caption.addEventListener('pointerover', (event) => {
  if (event.pointerType !== 'touch' && numberOf(event) !== null) light(numberOf(event));
});
caption.addEventListener('pointerleave', (event) => {
  if (event.pointerType !== 'touch' && lit !== null) light(null);
});
caption.addEventListener('focusin', (event) => light(numberOf(event)));
caption.addEventListener('focusout', () => light(null));
caption.addEventListener('click', (event) => {
  const n = numberOf(event);
  if (n === null) return;
  stopPlaying();
  chosen = n;
  lit = null;
  if (run.done) explain();
  show();
});
caption.addEventListener('keydown', (event) => {
  const n = numberOf(event);
  if (n === null) return;
  const to = { ArrowRight: n + 1, ArrowDown: n + 1, ArrowLeft: n - 1, ArrowUp: n - 1, Home: 0, End: run.words.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  caption.children[to]?.focus();
});

// What else might have been said in place of the word that was clicked.
function explain() {
  if (chosen !== null && chosen >= run.words.length) chosen = null;
  const parts = [];
  if (chosen === null) {
    parts.push(node('p', 'Click a word for what else might have been said there, and have it said.'));
  } else {
    const { text } = run.words[chosen];
    const late = chosen >= props.limits.forced;
    parts.push(node('p', [
      node('b', text ? `“${text}”` : 'the end'), ` had a probability of ${percent(run.probabilities[chosen])} there. `,
      late ? `Only the first ${props.limits.forced} words can be changed.` : 'Choose another to have it said, and the caption goes on from it:',
    ]));
    parts.push(node('div', run.alternatives[chosen].map(([other, p]) => alternative(other, p, other === text, late)), 'others'));
  }
  if (run.forced) {
    const free = node('button', 'Let it choose again', 'strong');
    free.type = 'button';
    free.addEventListener('click', () => tell({ run: run.id, do: 'free' }));
    const words = run.forced === 1 ? 'The first word, underlined, was' : `The first ${run.forced} words, underlined, were`;
    parts.push(node('div', [node('p', `${words} given; the rest followed.`), free], 'back'));
  }
  detail.replaceChildren(...parts);
}

function alternative(text, p, taken, late) {
  const bar = node('i');
  bar.style.width = `${Math.round(100 * p)}%`;
  const button = node('button', [node('b', text || 'end'), ` ${percent(p)}`, bar], taken ? 'taken' : '');
  button.type = 'button';
  button.disabled = taken || !text || late; // the end cannot be chosen: it comes when it comes
  button.setAttribute('aria-label', `${text || 'the end'}, ${percent(p)}${taken ? ', said' : ''}`);
  button.addEventListener('click', () => tell({ run: run.id, do: 'force', place: chosen, word: text }));
  return button;
}
