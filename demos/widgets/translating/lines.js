// The words of both sentences, and lines between those that were looked at for each other: side by
// side where the sentence is short enough for the page, else one below the other.

const LEAST = 0.04; // weight of a line that is drawn
const ROOM = 0.78; // of the width that the source may take, as its translation may be longer
const SVG = 'http://www.w3.org/2000/svg';
const svg = alignment.querySelector('svg');
const rows = ['sources', 'targets'].map((name) => alignment.querySelector(`.${name}`));

let pairs = []; // {line, ends: [source, target], weight}
let lit = null; // {side, n} of the word that is pointed at: side 0 is the source
let chosen = null; // the same of the word that was clicked
let columns = false;
let laidFor = ''; // the sentence that the layout was chosen for

// Puts the words of a sentence on the page.
function align(sentence) {
  const ended = finished();
  fill(rows[0], sentence.sources, run.languages[0]);
  fill(rows[1], sentence.words.map(([word]) => word), run.languages[1]);
  if (ended) {
    const stop = node('button', 'end', 'stop');
    stop.type = 'button';
    stop.title = 'Where the translation ends: what else might have followed';
    rows[1].append(stop);
    sentence.words.forEach(([, begin], n) => {
      rows[1].children[n].classList.toggle('yours', begin < sentence.forced);
    });
  } else {
    let length = 0;
    sentence.words.forEach(([word], n) => {
      length = sentence.text.indexOf(word, length) + word.length;
      rows[1].children[n].classList.toggle('guess', Array.from(sentence.text.slice(0, length)).length > sentence.decided);
    });
  }
  rows.forEach((row, side) => Array.from(row.children).forEach((word, n) => {
    word.dataset.side = side;
    word.dataset.n = n;
    word.tabIndex = -1;
  }));
  if (lit && !rows[lit.side].children[lit.n]) lit = null;
  if (ended && chosen && !rows[chosen.side].children[chosen.n]) chosen = null;
  settle();
}

// Words as buttons; those that are there already stay, so that the focus does.
function fill(row, words, language) {
  row.lang = language;
  while (row.children.length > words.length) row.lastChild.remove();
  words.forEach((word, n) => {
    if (!row.children[n] || row.children[n].className.includes('stop')) {
      const made = node('button', word);
      made.type = 'button';
      if (row.children[n]) row.children[n].replaceWith(made);
      else row.append(made);
    } else {
      row.children[n].className = '';
      if (row.children[n].textContent !== word) row.children[n].textContent = word;
    }
  });
}

// Chooses the layout, then draws the lines. A sentence in the making does not change it back.
function settle() {
  const which = `${run.id} ${at} ${alignment.clientWidth}`;
  if (laidFor !== which) columns = false;
  laidFor = which;
  const lay = () => {
    alignment.classList.toggle('columns', columns);
    alignment.classList.toggle('across', !columns);
  };
  lay();
  if (!columns) {
    const width = alignment.clientWidth - 32;
    const [sources, targets] = rows.map((row) => Array.from(row.children).reduce((sum, word) => sum + word.offsetWidth + 4, 0));
    columns = sources > ROOM * width || targets > width;
    lay();
  }
  draw();
}

function draw() {
  const sentence = here();
  const ends = rows.map((row, side) => Array.from(row.children).map((word) => {
    const [left, top] = [row.offsetLeft + word.offsetLeft, row.offsetTop + word.offsetTop];
    return columns
      ? [left + (side ? -3 : word.offsetWidth + 3), top + word.offsetHeight / 2]
      : [left + word.offsetWidth / 2, top + (side ? -3 : word.offsetHeight + 3)];
  }));
  svg.setAttribute('width', 0);
  svg.setAttribute('height', 0); // lest it keep what it covers from becoming smaller
  svg.setAttribute('width', alignment.scrollWidth);
  svg.setAttribute('height', alignment.scrollHeight);
  pairs = [];
  sentence.weights.forEach((row, target) => row.forEach((weight, of) => {
    if (weight < LEAST) return;
    const [[x, y], [u, v]] = [ends[0][of], ends[1][target]];
    const line = document.createElementNS(SVG, 'path');
    const bend = columns ? `${(x + u) / 2} ${y} ${(x + u) / 2} ${v}` : `${x} ${(y + v) / 2} ${u} ${(y + v) / 2}`;
    line.setAttribute('d', `M${x} ${y}C${bend} ${u} ${v}`);
    line.setAttribute('stroke-width', (0.8 + 3.6 * weight).toFixed(2));
    pairs.push({ line, ends: [of, target], weight });
  }));
  svg.replaceChildren(...pairs.map((pair) => pair.line));
  light();
}

// Shades the partners of the word that is pointed at, and has its lines stand out.
function light() {
  const sentence = here();
  if (!sentence) return;
  const by = lit || chosen;
  const share = (side, n) => {
    if (!by || by.side === side) return 0;
    const [of, target] = side ? [by.n, n] : [n, by.n];
    return sentence.weights[target]?.[of] ?? 0;
  };
  rows.forEach((row, side) => Array.from(row.children).forEach((word, n) => {
    const weight = share(side, n);
    const self = Boolean(by && by.side === side && by.n === n);
    word.style.backgroundColor = weight ? `color-mix(in srgb, var(--surprise) ${Math.round(62 * weight)}%, transparent)` : '';
    word.classList.toggle('here', self);
    word.classList.toggle('chosen', Boolean(chosen && chosen.side === side && chosen.n === n));
    word.classList.toggle('faint', Boolean(by && !self && by.side !== side && weight < LEAST));
    word.tabIndex = -1;
  }));
  const entry = by || { side: 1, n: 0 };
  const stop = rows[entry.side].children[entry.n] || rows[0].children[0];
  if (stop) stop.tabIndex = 0;
  for (const { line, ends, weight } of pairs) {
    const of = by && ends[by.side] === by.n;
    line.style.strokeOpacity = (by ? (of ? 0.35 + 0.65 * weight : 0.05) : 0.15 + 0.7 * weight).toFixed(2);
  }
}

// What a word looked at, or was looked at by, in words: for those who do not see the lines.
function partners(side, n) {
  const sentence = here();
  const of = side
    ? (sentence.weights[n] || []).map((weight, k) => [sentence.sources[k], weight])
    : sentence.weights.map((row, k) => [sentence.words[k][0], row[n]]);
  return of.filter(([, weight]) => weight >= 0.1).sort((a, b) => b[1] - a[1]).slice(0, 4)
    .map(([word, weight]) => `“${word}” ${percent(weight)}`).join(', ');
}

const wordOf = (event) => {
  const word = event.target.closest?.('.words button');
  return word && { side: Number(word.dataset.side), n: Number(word.dataset.n) };
};
alignment.addEventListener('pointerover', (event) => {
  const word = wordOf(event);
  if (event.pointerType === 'touch' || !word) return;
  lit = word;
  light();
});
alignment.addEventListener('pointerleave', (event) => {
  if (event.pointerType === 'touch') return;
  lit = null;
  if (here()) light();
});
alignment.addEventListener('focusin', (event) => {
  lit = wordOf(event) || lit;
  light();
});
alignment.addEventListener('focusout', () => {
  lit = null;
  if (here()) light();
});
alignment.addEventListener('click', (event) => {
  const word = wordOf(event);
  if (!word) return;
  chosen = word;
  lit = null;
  light();
  if (finished()) explain();
});
alignment.addEventListener('keydown', (event) => {
  const word = wordOf(event);
  if (!word) return;
  const [along, across] = columns ? [['ArrowUp', 'ArrowDown'], ['ArrowLeft', 'ArrowRight']] : [['ArrowLeft', 'ArrowRight'], ['ArrowUp', 'ArrowDown']];
  const { side, n } = word;
  let to = null;
  if (along.includes(event.key)) to = rows[side].children[n + (event.key === along[1] ? 1 : -1)];
  else if (event.key === across[side ? 0 : 1]) to = rows[1 - side].children[strongest(side, n)];
  else if (event.key === 'Home') to = rows[side].firstChild;
  else if (event.key === 'End') to = rows[side].lastChild;
  else return;
  event.preventDefault();
  to?.focus();
});

// The word of the other sentence that belongs most to a word.
function strongest(side, n) {
  const sentence = here();
  const row = side ? sentence.weights[n] || [] : sentence.weights.map((each) => each[n]);
  return Math.max(0, row.indexOf(Math.max(...row)));
}
