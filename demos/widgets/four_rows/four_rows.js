// Graves's four rows as a replay: what Python sends (see demos/widgets/four_rows/__init__.py) and
// what a visitor points at come together here; palette.js, brush.js and drawing.js draw it.

const root = element.querySelector('.four-rows');
const body = root.querySelector('.body');
const empty = root.querySelector('.empty');
const host = root.querySelector('.rows');
const canvas = root.querySelector('canvas');
const play = root.querySelector('.play');
const speed = root.querySelector('.speed');
const said = root.querySelector('.said');
const soFar = root.querySelector('.so-far');

const NEAR = 16; // pixels around a letter that mean it

let line = null; // what is replayed
let place = null; // where it stands
let at = 0; // the point that the pen has come to
let chosen = -1; // the letter whose gradient is shown
let fixed = false; // by the visitor; else the letter follows the replay
let gradients = new Map();
let asking = false;
let playing = 0, before = 0;

// One object for good: an event that waits for the one before it is sent with the object of the first.
const told = {};

const say = (words) => { said.textContent = words; };
const last = () => line.points.length - 1;

function keep(sent) {
  const most = sent.most;
  const values = (packed) => Float32Array.from(unpacked(packed, Int8Array), (v) => most * v / 127);
  gradients.set(sent.character, { x: values(sent.x), y: values(sent.y) });
}

function receive() {
  const value = props.value && props.value.json ? JSON.parse(props.value.json) : null;
  const same = line && value && value.run === line.run;
  stop();
  body.hidden = !value;
  empty.hidden = Boolean(value);
  if (!value) {
    line = null;
    return;
  }
  for (const cell of value.cells) cell.values = Float32Array.from(unpacked(cell.values, Int8Array), (v) => v / 127);
  line = value;
  if (!same) {
    at = last();
    gradients = new Map();
  }
  fixed = value.fixed;
  chosen = value.chosen;
  if (value.gradient) keep(value.gradient);
  root.querySelector('.whole').textContent = line.text;
  for (const node of root.querySelectorAll('.early')) node.hidden = !line.so_far;
  host.setAttribute('aria-valuemax', line.points.length);
  hint();
  readPalette(root);
  show();
}

function hint() {
  say(fixed ? 'The letter stays until you click it again.'
    : 'Click a letter to see what it hangs on; drag to move through time.');
}

const paint = onceAFrame(() => {
  if (!line || !host.clientWidth) return;
  place = layout(line, host.clientWidth);
  host.classList.toggle('wide', place.width > host.clientWidth);
  const pen = sized(canvas, place.width, place.height);
  drawRows(canvasBrush(pen, palette), line, at, chosen, gradients.get(chosen), place);
  if (playing) {
    const x = place.across(at);
    if (x > host.scrollLeft + 0.8 * host.clientWidth || x < host.scrollLeft) host.scrollLeft = x - 0.3 * host.clientWidth;
  }
});

// What the network that reads forwards only had understood by now.
function known() {
  let text = '';
  for (const [point, words] of line.so_far || []) {
    if (point > at) break;
    text = words;
  }
  return text;
}

function show() {
  const point = Math.round(at) + 1;
  root.querySelector('.place').textContent = `${point.toLocaleString('en')} / ${line.points.length.toLocaleString('en')}`;
  soFar.textContent = known();
  const there = line.characters.filter(([, p]) => p <= at).map(([c]) => c).join('');
  host.setAttribute('aria-valuenow', point);
  host.setAttribute('aria-valuetext', `point ${point}: ${there || 'nothing recognised yet'}`);
  paint();
}

function goTo(point) {
  at = Math.max(0, Math.min(last(), point));
  if (!fixed && playing) {
    const n = line.characters.findLastIndex(([, p]) => p <= at);
    if (n >= 0 && n !== chosen && !asking) choose(n, false);
  }
  show();
}

// Shows the gradient of another letter; the server is asked for it once.
async function choose(n, stays) {
  [chosen, fixed] = [n, stays];
  paint();
  if (gradients.has(n)) return;
  const of = line;
  let answer;
  asking = true;
  root.setAttribute('aria-busy', 'true');
  try {
    answer = await server[props.asks]({ strokes: line.strokes, line: line.number, character: n });
  } catch {
    answer = { error: 'The server does not answer. Is it still running?' };
  }
  asking = false;
  root.setAttribute('aria-busy', 'false');
  if (of.run !== line?.run) return;
  if (answer.error) say(answer.error);
  else keep(answer);
  paint();
}

function pick(n) {
  if (n === chosen && fixed) fixed = false;
  else {
    choose(n, true);
    trigger('select', Object.assign(told, { line: line.number, character: n }));
  }
  hint();
  paint();
}

function start() {
  if (at >= last()) goTo(0);
  play.textContent = 'Stop';
  play.setAttribute('aria-pressed', 'true');
  before = performance.now();
  playing = requestAnimationFrame(advance);
}

function stop() {
  if (!playing) return;
  cancelAnimationFrame(playing);
  playing = 0;
  play.textContent = 'Play';
  play.setAttribute('aria-pressed', 'false');
}

function advance(now) {
  goTo(at + Number(speed.value) * Math.max(0, now - before) / 1000);
  before = now;
  if (at < last()) playing = requestAnimationFrame(advance);
  else stop();
}

const toggle = () => (playing ? stop() : start());

function letterAt(x, y) {
  if (y > place.tops.letters + place.heights.letters) return -1;
  let best = -1;
  place.letters.forEach((there, n) => {
    const far = Math.abs(there - x);
    if (line.characters[n][1] > at || far > NEAR) return; // not there yet, or elsewhere
    if (best < 0 || far < Math.abs(place.letters[best] - x)) best = n;
  });
  return best;
}

let dragging = false;
function point(event) {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}
canvas.addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return;
  const [x, y] = point(event);
  const letter = letterAt(x, y);
  if (letter >= 0) {
    stop();
    pick(letter);
    return;
  }
  dragging = true;
  canvas.setPointerCapture(event.pointerId);
  stop();
  goTo(place.back(x));
});
canvas.addEventListener('pointermove', (event) => {
  if (!line || !place) return;
  const [x, y] = point(event);
  if (dragging) goTo(place.back(x));
  else name(y);
  canvas.style.cursor = letterAt(x, y) >= 0 ? 'pointer' : '';
});
for (const kind of ['pointerup', 'pointercancel']) canvas.addEventListener(kind, () => { dragging = false; });

// Which cell a strip shows.
function name(y) {
  const tall = place.small ? 11 : 13;
  const from = y - place.tops.cells;
  const n = line.cells.findIndex((cell, k) => from >= k * tall + (cell.backwards ? 5 : 0) && from < (k + 1) * tall + (cell.backwards ? 5 : 0));
  if (n >= 0) say(line.cells[n].name);
}

host.addEventListener('keydown', (event) => {
  const step = Math.max(1, Math.round(line.points.length / Math.max(1, line.frames.length)));
  const letters = line.characters.length;
  const moves = { ArrowRight: at + step, ArrowUp: at + step, ArrowLeft: at - step, ArrowDown: at - step, Home: 0, End: last() };
  if (event.key === ' ') toggle();
  else if (event.key in moves) {
    stop();
    goTo(moves[event.key]);
  } else if ((event.key === 'PageDown' || event.key === 'PageUp') && letters) {
    const n = Math.max(0, Math.min(letters - 1, chosen + (event.key === 'PageDown' ? 1 : -1)));
    if (n !== chosen || !fixed) pick(n);
  } else return;
  event.preventDefault();
});
play.addEventListener('click', toggle);

function save(blob, kind) {
  download(blob, `${line.name}.${kind}`);
}

for (const button of root.querySelectorAll('[data-kind]')) {
  button.addEventListener('click', () => {
    if (!line) return;
    const gradient = gradients.get(chosen);
    if (button.dataset.kind === 'svg') {
      const brush = svgBrush(place.width, place.height, palette, palette.surface);
      drawRows(brush, line, at, chosen, gradient, place);
      save(new Blob([brush.svg()], { type: 'image/svg+xml' }), 'svg');
      return;
    }
    const large = document.createElement('canvas');
    [large.width, large.height] = [2 * place.width, 2 * place.height];
    const pen = large.getContext('2d');
    pen.scale(2, 2);
    const brush = canvasBrush(pen, palette);
    brush.rect(0, 0, place.width, place.height, palette.surface);
    drawRows(brush, line, at, chosen, gradient, place);
    large.toBlob((blob) => save(blob, 'png'), 'image/png');
  });
}

empty.textContent = props.empty;
onWidth(host, paint);
onTheme(() => { readPalette(root); paint(); });
watch('value', receive);
receive();
