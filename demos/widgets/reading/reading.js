// What was read of the ink on a pad: the less certain a letter, the darker it is shaded; what else
// it might be, and the whole line. Python sends it, see demos/widgets/reading/__init__.py.

const root = element.querySelector('.reading');
const text = root.querySelector('.text');
const note = root.querySelector('.note');
const detail = root.querySelector('.detail');
const question = root.querySelector('.question');
const likely = root.querySelector('ul');
const others = root.querySelector('ol');
const announce = root.querySelector('.announce');

let lines = [];
let spans = []; // of all lines, in order: {node, line, n}
let here = -1; // the letter looked at
let announcing = 0;

const named = (c) => ({ '': 'none', ' ': 'space' })[c] ?? c;

function receive() {
  const value = props.value && props.value.json ? JSON.parse(props.value.json) : { lines: [], note: '' };
  lines = value.lines;
  note.textContent = value.note;
  note.hidden = !value.note;
  text.hidden = detail.hidden = !lines.length;
  text.classList.toggle('several', lines.length > 1);
  spans = [];
  text.replaceChildren(...lines.map((line, l) => {
    const row = node('div', [], 'line');
    line.characters.forEach(([character, p], n) => {
      const span = node('s', character);
      span.style.backgroundColor = `color-mix(in srgb, var(--surprise) ${Math.round(62 * (1 - p))}%, transparent)`;
      span.dataset.at = spans.push({ node: span, line: l, n }) - 1;
      row.append(span);
    });
    if (!line.characters.length) row.append(node('b', '–'));
    return row;
  }));
  here = -1;
  if (lines.length) {
    const [line, n] = value.chosen;
    look(spans.findIndex((each) => each.line === line && each.n === n), line);
  }
  clearTimeout(announcing);
  const said = lines.map((line) => line.text).join(', ') || value.note;
  announcing = setTimeout(() => { announce.textContent = said; }, 1500); // once the writer rests
}

// Shows a letter, and what its line might be.
function look(at, of = 0) {
  if (spans[here]) spans[here].node.classList.remove('here');
  here = at;
  const l = at < 0 ? of : spans[at].line;
  text.querySelectorAll('.line').forEach((row, n) => row.classList.toggle('here', n === l));
  const line = lines[l];
  others.replaceChildren(...line.candidates.map(([words, score], n) => node('li', [
    node('span', n ? compared(words, line.text) : words || '–'),
    node('span', `${score.toFixed(2).replace('-', '−')} nats`),
  ])));
  if (at < 0) {
    question.textContent = 'No letter was recognised.';
    likely.replaceChildren();
    return;
  }
  spans[at].node.classList.add('here');
  const [character, p, point, share] = line.characters[spans[at].n];
  question.replaceChildren(node('b', `“${named(character)}”`), ` ${percent(p)}, seen at point ${point + 1} of ${line.points}; there:`);
  likely.replaceChildren(...share.map(([c, q]) => {
    const bar = document.createElement('i');
    bar.style.width = `${Math.round(100 * q)}%`;
    return node('li', [c ? node('b', named(c)) : 'no letter', ` ${percent(q)}`, bar]);
  }));
}

// A candidate with what differs from the best marked: all between what both begin and end with.
function compared(words, best) {
  const [a, b] = [Array.from(words), Array.from(best)];
  let from = 0, end = 0;
  while (from < Math.min(a.length, b.length) && a[from] === b[from]) from++;
  while (end < Math.min(a.length, b.length) - from && a.at(-1 - end) === b.at(-1 - end)) end++;
  const [first, last] = [Math.max(0, a.length - end === from ? from - 1 : from), Math.min(a.length, a.length - end === from ? from + 1 : a.length - end)];
  return [a.slice(0, first).join(''), node('mark', a.slice(first, last).join('')), a.slice(last).join('')];
}

// One object for good: an event that waits for the one before it is sent with the object of the first.
const told = {};
function tell() {
  if (here >= 0) trigger('select', Object.assign(told, { line: spans[here].line, character: spans[here].n }));
}

function follow() {
  const to = props.chosen;
  if (!to) return;
  const at = spans.findIndex((each) => each.line === to.line && each.n === to.character);
  if (at >= 0) look(at);
}

const letter = (event) => (event.target.tagName === 'S' ? Number(event.target.dataset.at) : -1);
text.addEventListener('pointerover', (event) => {
  if (event.pointerType !== 'touch' && letter(event) >= 0) look(letter(event));
});
text.addEventListener('click', (event) => {
  if (letter(event) < 0) return;
  look(letter(event));
  tell();
});
text.addEventListener('keydown', (event) => {
  const moves = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: spans.length - 1 };
  if (event.key === 'Enter' || event.key === ' ') tell();
  else if (event.key in moves && spans.length) look(Math.max(0, Math.min(spans.length - 1, moves[event.key])));
  else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    const line = (spans[here]?.line ?? 0) + (event.key === 'ArrowDown' ? 1 : -1);
    const at = spans.findIndex((each) => each.line === line);
    if (at >= 0) look(at);
  } else return;
  event.preventDefault();
});

watch('value', receive);
watch('chosen', follow);
receive();
