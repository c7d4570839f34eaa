// A text as a network writes it: each character shaded by its surprise or by one memory cell, and
// for each the five characters that the network held likeliest. Python sends a run in stretches,
// see demos/widgets/writing/__init__.py; they are put on the page at an even pace.

const root = element.querySelector('.writing');
const text = root.querySelector('.text');
const question = root.querySelector('.question');
const guesses = root.querySelector('ol');
const scale = root.querySelector('.scale');
const announce = root.querySelector('.announce');
const compact = Boolean(props.compact);
root.classList.toggle('compact', compact);

const FULL_SURPRISE = 6; // nats at which the shading is full
const TOP = 5;
const caret = document.createElement('span');
caret.className = 'caret';
caret.hidden = true;

let run = null; // {id, vocabulary, settings, chars, surprise, top, topP, cells, shown, done}
const past = new Set(); // runs that were ended, or that others took the place of
let mode = 'surprise';
let here = -1; // the character looked at
let spans = []; // one element a character shown
let frame = 0;
let atOnce = false; // the run was complete when it came: nothing to watch

function bytes(packed, Kind) {
  const raw = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  return new Kind(raw.buffer);
}

function start(value) {
  run = { id: value.run, vocabulary: value.vocabulary, settings: value.settings, prime: value.prime,
          chars: [], surprise: [], top: [], topP: [], cells: [], cell: null, shown: 0, done: false };
  spans = [];
  here = -1;
  announce.textContent = '';
  text.replaceChildren();
  if (value.prime.trim()) {
    const prime = document.createElement('span');
    prime.className = 'prime';
    prime.textContent = value.prime;
    prime.title = 'what the network read first';
    text.append(prime);
  }
  text.append(caret);
  hint();
}

// Takes the place of the run on the page, of which it keeps what it has in common with it.
function goOn(value) {
  run.id = value.run;
  if (value.text === undefined) return;
  const chars = Array.from(value.text);
  let common = value.from;
  while (common < run.chars.length && run.chars[common] === chars[common - value.from]) common++;
  for (const kept of [run.chars, run.surprise, run.top, run.topP, run.cells]) kept.splice(common);
  for (const span of spans.splice(common)) span.remove();
  run.shown = Math.min(run.shown, common);
  if (here >= spans.length) here = -1;
}

function receive(value) {
  if (value && value.ended && run) {
    run.done = true;
    past.add(run.id);
  }
  if (!value || !value.run || past.has(value.run)) return; // the last is a message that came late
  if (!run || run.id !== value.run) {
    if (run) past.add(run.id);
    if (run && run.id === value.follows) goOn(value);
    else {
      start(value);
      atOnce = Boolean(value.done);
    }
  }
  if (value.text !== undefined) {
    const from = value.from;
    if (from <= run.chars.length) { // a gap is filled by the last stretch, which holds everything
      const chars = Array.from(value.text);
      const surprise = bytes(value.surprise, Uint8Array);
      const top = bytes(value.top, Uint16Array);
      const topP = bytes(value.top_p, Uint8Array);
      for (let n = run.chars.length - from; n < chars.length; n++) {
        run.chars.push(chars[n]);
        run.surprise.push(surprise[n] / 32);
        run.top.push(Array.from(top.subarray(n * TOP, n * TOP + TOP)));
        run.topP.push(Array.from(topP.subarray(n * TOP, n * TOP + TOP)));
      }
    }
  }
  if (value.cells !== undefined) {
    const cells = bytes(value.cells, Int8Array);
    if (value.cells_from === 0) run.cells = [];
    run.cell = value.cell;
    for (let n = 0; n < cells.length; n++) run.cells[value.cells_from + n] = cells[n] / 127;
    if (mode === 'cell') spans.forEach(shade);
    legend();
  }
  if (value.mode) setMode(value.mode);
  if (value.done === false) atOnce = false; // a finished run goes on
  if (value.done !== undefined) run.done = value.done;
  if (value.settings) run.settings = value.settings;
  if (!frame) frame = requestAnimationFrame(show);
}

// Puts a share of what has arrived on the page each frame, so that bursts become a flow.
function show() {
  frame = 0;
  const waiting = run.chars.length - run.shown;
  if (waiting > 0) {
    const following = text.scrollHeight - text.scrollTop - text.clientHeight < 40;
    const upto = run.shown + (atOnce ? waiting : Math.max(1, Math.ceil(waiting * 0.12)));
    const piece = document.createDocumentFragment();
    for (; run.shown < upto; run.shown++) {
      const span = document.createElement('s');
      span.textContent = run.chars[run.shown];
      spans.push(span);
      shade(span, run.shown);
      piece.append(span);
    }
    caret.before(piece);
    if (following && !atOnce) text.scrollTop = text.scrollHeight;
  }
  const finished = run.done && run.shown === run.chars.length;
  caret.hidden = finished;
  if (!finished) frame = requestAnimationFrame(show);
  else if (!announce.textContent) announce.textContent = `${run.chars.length} characters written.`;
  if (finished && atOnce && !compact && here < 0) look(mostSurprising());
  else if (finished) hint();
}

function mostSurprising() {
  const upto = run.surprise.slice(0, 200);
  return upto.indexOf(Math.max(...upto));
}

function setMode(chosen) {
  mode = chosen;
  for (const button of root.querySelectorAll('[data-mode]')) {
    button.setAttribute('aria-checked', String(button.dataset.mode === mode));
  }
  spans.forEach(shade);
  legend();
  if (here >= 0) look(here);
}

function mix(colour, share) {
  return `color-mix(in srgb, var(--${colour}) ${Math.round(share * 100)}%, transparent)`;
}

function shade(span, n) {
  let colour = 'transparent';
  if (mode === 'surprise') colour = mix('surprise', 0.62 * Math.min(1, run.surprise[n] / FULL_SURPRISE));
  if (mode === 'cell' && run.cells[n] !== undefined) {
    const value = run.cells[n];
    colour = mix(value < 0 ? 'minus' : 'plus', 0.8 * Math.abs(value));
  }
  span.style.backgroundColor = colour;
}

function legend() {
  if (mode === 'surprise') {
    scale.innerHTML = `expected <i style="background:linear-gradient(90deg, transparent, ${mix('surprise', 0.62)})"></i> surprising`;
  } else if (mode === 'cell') {
    const which = run && run.cell ? `layer ${run.cell[0]}, cell ${run.cell[1]}: ` : '';
    scale.innerHTML = `${which}−1 <i style="background:linear-gradient(90deg, ${mix('minus', 0.8)}, transparent, ${mix('plus', 0.8)})"></i> +1`;
  } else {
    scale.textContent = '';
  }
}

function hint() {
  if (here >= 0) return;
  question.textContent = compact ? 'Point at a character, or tap it.'
    : 'Point at a character, or tap it, to see what the network expected there.';
  guesses.replaceChildren();
}

const NAMES = { ' ': 'space', '\n': '↵', '\t': 'tab' };
const named = (c) => NAMES[c] || c;

function look(n) {
  if (!run || n < 0 || n >= spans.length) return;
  if (spans[here]) spans[here].classList.remove('here');
  here = n;
  spans[n].classList.add('here');
  const taken = run.chars[n];
  const before = (run.prime + run.chars.slice(Math.max(0, n - 24), n).join('')).slice(-24).replaceAll('\n', '↵');
  const probability = Math.exp(-run.surprise[n]);
  question.replaceChildren('After “', strong(before), '” it wrote “', strong(named(taken)),
    `”, probability ${percent(probability)}, surprise ${run.surprise[n].toFixed(1)} nats`
    + (mode === 'cell' && run.cells[n] !== undefined ? `; cell ${run.cells[n].toFixed(2)}` : '')
    + '. It expected:');
  guesses.replaceChildren(...run.top[n].map((id, k) => {
    const item = document.createElement('li');
    const character = run.vocabulary[id];
    const p = run.topP[n][k] / 255;
    const bar = document.createElement('i');
    bar.style.width = `${Math.round(100 * p)}%`;
    item.append(strong(named(character)), ` ${percent(p)}`, bar);
    item.classList.toggle('taken', character === taken);
    return item;
  }));
}

function strong(content) {
  const b = document.createElement('b');
  b.textContent = content;
  return b;
}

function address() {
  const url = new URL(window.location.href.split(/[?#]/)[0]);
  for (const [name, value] of Object.entries(run.settings.link)) url.searchParams.set(name, value);
  return url.toString();
}

function written() {
  return run ? run.prime.replace(/^\n$/, '') + run.chars.join('') : '';
}

text.addEventListener('pointerover', (event) => {
  if (event.pointerType !== 'touch' && event.target.tagName === 'S') look(spans.indexOf(event.target));
});
text.addEventListener('click', (event) => {
  if (event.target.tagName === 'S') look(spans.indexOf(event.target));
});
text.addEventListener('keydown', (event) => {
  const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 40, ArrowUp: -40 };
  if (event.key in moves) look(Math.min(spans.length - 1, Math.max(0, here + moves[event.key])));
  else if (event.key === 'Home') look(0);
  else if (event.key === 'End') look(spans.length - 1);
  else return;
  event.preventDefault();
  spans[here]?.scrollIntoView({ block: 'nearest' });
});
for (const button of root.querySelectorAll('[data-mode]')) {
  button.addEventListener('click', () => setMode(button.dataset.mode));
}
root.querySelector('[data-tool=copy]').addEventListener('click', (e) => copy(e.currentTarget, written()));
root.querySelector('[data-tool=link]').addEventListener('click', (e) => {
  if (run && run.settings.link) copy(e.currentTarget, address());
  else if (run) brief(e.currentTarget, 'No link: the settings changed on the way');
});
root.querySelector('[data-tool=download]').addEventListener('click', () => {
  if (!run) return;
  download(new Blob([written()], { type: 'text/plain;charset=utf-8' }), `${run.settings.name}.txt`);
});

legend();
hint();
watch('value', () => receive(props.value));
receive(props.value);
