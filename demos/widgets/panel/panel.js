// Look inside a run: what Python sends (see demos/widgets/panel/__init__.py) and what a visitor
// points at come together here; palette.js, steps.js, grid.js and gates.js draw it, spans.js has
// stretches selected.

const root = element.querySelector('.panel');
const body = root.querySelector('.body');
const empty = root.querySelector('.empty');
const said = root.querySelector('.said');
const stepsHost = root.querySelector('.steps');
const play = root.querySelector('.play');
const speed = root.querySelector('.speed');
const stepField = root.querySelector('input.step');
const layerField = root.querySelector('select.layer');
const cellField = root.querySelector('input.cell');
const scale = root.querySelector('.scale');

const CELLS_KEPT = 200; // series of cells, 40 KB each for 5,000 steps

let run = null; // {id, labels, breaks, chips, sizes, columns, order, step, layer, cell, ...}
let wanted = ''; // the cell whose series was asked for last
let waiting = 0; // questions that are not answered yet
let playing = 0; // the frame asked for
let due = 0; // of the next step, while playing

const say = (words) => { said.textContent = words; };
const key = (layer, cell) => `${layer}.${cell}`;

const steps = stepsView(stepsHost, (n, event) => {
  if (spans && spans.takes(n, event, run.step)) return;
  if (spans) spans.clear();
  if (n < 0) return;
  stop();
  goTo(n);
  tell();
});
const grid = gridView(root.querySelector('.grid'), (layer, cell) => { choose(layer, cell); tell(); }, say);
const gates = gatesView(root.querySelector('.gates'), (n) => { stop(); goTo(n); tell(); });
const selectButton = root.querySelector('.select');
const spans = props.spans ? spanSelection(stepsHost, selectButton, steps.near, select, tellSpan, say) : null;

// A question to the server, about the run on the page; null if there is no answer for it.
async function ask(name, more) {
  const asking = run;
  let answer;
  root.setAttribute('aria-busy', String(++waiting > 0));
  try {
    answer = await server[name]({ run: run.id, step: run.step, layer: run.layer, cell: run.cell, ...more });
  } catch {
    answer = { error: 'The server does not answer. Is it still running?' };
  }
  root.setAttribute('aria-busy', String(--waiting > 0));
  if (asking !== run) return null;
  if (answer.error) { stop(); say(answer.error); return null; }
  return answer;
}

function keep(sent) {
  const one = (q) => Float32Array.from(unpacked(sent[q], Uint8Array), (v) => v / 255);
  const two = (q) => Float32Array.from(unpacked(sent[q], Int8Array), (v) => v / 127);
  const c = Float32Array.from(unpacked(sent.c, Int16Array), (v) => (v / 32767) * sent.most);
  const series = { i: one('i'), f: one('f'), o: one('o'), g: two('g'), h: two('h'), c,
                   most: sent.most, shade: c.map(Math.tanh) };
  if (run.series.size >= CELLS_KEPT) run.series.delete(run.series.keys().next().value);
  run.series.set(key(sent.layer, sent.cell), series);
  return series;
}

function receive() {
  const value = props.value;
  const there = Boolean(value && value.run);
  if (there && run && run.id === value.run) return;
  stop();
  if (spans) spans.clear();
  empty.hidden = there;
  body.hidden = !there;
  run = null;
  if (!there) return;
  run = {
    id: value.run, labels: value.labels, breaks: new Set(value.breaks), chips: value.chips,
    sizes: value.sizes, columns: value.columns,
    order: value.order && value.order.map((packed) => unpacked(packed, Uint16Array)),
    step: value.step, layer: value.series.layer, cell: value.series.cell,
    cells: value.sizes.reduce((a, b) => a + b), blockLength: value.block_length,
    blocks: new Map(), asked: new Set(), series: new Map(), tint: null,
  };
  run.blocks.set(value.block.from, unpacked(value.block.cells, Int8Array));
  say('Click a step to see all cells there; click a cell to shade the steps by it.'
    + (spans ? ' Drag over steps to select a span.' : ''));
  stepField.max = run.labels.length;
  root.querySelector('.of').textContent = `of ${run.labels.length.toLocaleString('en')}`;
  stepsHost.setAttribute('aria-valuemax', run.labels.length);
  layerField.replaceChildren(...run.sizes.map((_, n) => new Option(n + 1, n + 1)));
  layerField.closest('label').hidden = run.sizes.length < 2;
  readPalette(root);
  steps.load(run);
  grid.load(run);
  gates.load(run, steps.named);
  show(keep(value.series));
  goTo(run.step);
  legend();
}

function mark() {
  layerField.value = run.layer;
  if (document.activeElement !== cellField) cellField.value = run.cell;
  cellField.max = run.sizes[run.layer - 1];
  grid.mark(run.layer, run.cell);
}

function show(series) {
  mark();
  steps.shade(series.shade);
  gates.trace(series);
  describe();
}

// Shades the steps by another cell.
async function choose(layer, cell) {
  [run.layer, run.cell] = [layer, cell];
  tint(null);
  wanted = key(layer, cell);
  mark();
  let series = run.series.get(wanted);
  if (!series) {
    const answer = await ask('panel_cell');
    if (answer) series = keep(answer);
  }
  if (series && wanted === key(layer, cell)) show(series);
}

const blockOf = (n) => n - (n % run.blockLength);

// Asks for the block of a step, once.
async function fetchBlock(n) {
  const from = blockOf(n);
  if (n >= run.labels.length || run.blocks.has(from) || run.asked.has(from)) return;
  const asking = run;
  run.asked.add(from);
  const answer = await ask('panel_block', { step: n });
  asking.asked.delete(from);
  if (!answer) return;
  run.blocks.set(from, unpacked(answer.cells, Int8Array));
  if (blockOf(run.step) === from) fillGrid();
}

function fillGrid() {
  const block = run.blocks.get(blockOf(run.step));
  if (!block) return;
  const at = (run.step % run.blockLength) * run.cells;
  grid.fill(block.subarray(at, at + run.cells));
}

function goTo(n) {
  run.step = n;
  if (document.activeElement !== stepField) stepField.value = n + 1;
  steps.mark(n);
  gates.mark(n);
  fillGrid();
  fetchBlock(n);
  describe();
}

function describe() {
  const series = run.series.get(key(run.layer, run.cell));
  let value = '';
  if (run.tint) value = `, ${(run.tint[run.step] / 255).toFixed(2)}`;
  else if (series) value = `, ${signed(series.shade[run.step])}`;
  stepsHost.setAttribute('aria-valuenow', run.step + 1);
  stepsHost.setAttribute('aria-valuetext', `step ${run.step + 1}, ${steps.named(run.step)}${value}`);
}

// Shades the steps by values of their own, in bytes, in place of the cell's; null: by the cell.
function tint(bytes, words = '') {
  run.tint = bytes;
  steps.tint(bytes);
  legend(words);
  describe();
}

function legend(words = '') {
  const [low, high] = scale.querySelectorAll('span');
  scale.classList.toggle('tinted', Boolean(run.tint));
  scale.querySelector('b').textContent = words;
  [low.textContent, high.textContent] = run.tint ? ['0', '1'] : ['−1', '+1'];
}

function select(span) {
  steps.select(span);
  gates.select(span);
  if (span) steps.show(spans.head());
}

// Lets the page's own events know what is chosen, or selected, once it stays so for a moment.
// Each in an object of its own, for good: an event that waits for the server to be done with the one
// before it ("always_last") is sent with the object of the first, and so with what is last in it.
let telling = 0, tellingSpan = 0;
const told = {}, toldSpan = {};
function tell() {
  clearTimeout(telling);
  telling = setTimeout(() => {
    if (!run) return;
    Object.assign(told, { run: run.id, step: run.step, layer: run.layer, cell: run.cell });
    trigger('select', told);
  }, 150);
}

function tellSpan() {
  clearTimeout(tellingSpan);
  tellingSpan = setTimeout(() => {
    const span = run && spans.selected();
    if (!span) return;
    const [first, last] = span;
    say(`${first < last ? `Steps ${first + 1} to ${last + 1} are` : `Step ${first + 1} is`} selected; Escape lets go.`);
    Object.assign(toldSpan, { run: run.id, first, last, layer: run.layer, cell: run.cell });
    trigger('input', toldSpan);
  }, 150);
}

function start() {
  if (run.step >= run.labels.length - 1) goTo(0);
  play.textContent = 'Stop';
  play.setAttribute('aria-pressed', 'true');
  due = performance.now();
  playing = requestAnimationFrame(advance);
}

function stop() {
  if (!playing) return;
  cancelAnimationFrame(playing);
  playing = 0;
  play.textContent = 'Play';
  play.setAttribute('aria-pressed', 'false');
  if (stepField.value !== String(run.step + 1)) stepField.value = run.step + 1;
}

function advance(now) {
  const pause = 1000 / Number(speed.value);
  const last = run.labels.length - 1;
  const moves = Math.min(Math.floor((now - due) / pause), last - run.step);
  const next = run.step + moves;
  fetchBlock(Math.min(last, run.step + run.blockLength));
  if (moves > 0 && run.blocks.has(blockOf(next))) {
    due = Math.max(due + moves * pause, now - 2 * pause);
    goTo(next);
  } else if (moves > 0) {
    due = now - pause; // waits for the grid
    fetchBlock(next);
  }
  if (run.step < last) playing = requestAnimationFrame(advance);
  else { stop(); tell(); }
}

function toggle() {
  if (playing) { stop(); tell(); } else start();
}

play.addEventListener('click', toggle);
stepsHost.addEventListener('keydown', (event) => {
  const last = run.labels.length - 1;
  const extending = spans && event.shiftKey;
  const from = extending && spans.selected() ? spans.head() : run.step;
  const moves = {
    ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: last,
    ArrowDown: steps.line(from, 1), ArrowUp: steps.line(from, -1),
    PageDown: steps.line(from, steps.page()), PageUp: steps.line(from, -steps.page()),
  };
  if (event.key === ' ') toggle();
  else if (event.key in moves) {
    const to = Math.max(0, Math.min(last, moves[event.key]));
    stop();
    if (extending) spans.extend(run.step, to);
    else { goTo(to); tell(); }
  } else return;
  event.preventDefault();
});

// A number field is followed when it holds a number that there is.
function field(input, most, follow) {
  input.addEventListener('input', () => {
    const number = Number(input.value);
    const there = Number.isInteger(number) && number >= 1 && number <= most();
    input.setAttribute('aria-invalid', String(!there));
    if (there) follow(number);
  });
}
field(stepField, () => run.labels.length, (n) => { stop(); goTo(n - 1); tell(); });
field(cellField, () => run.sizes[run.layer - 1], (n) => { choose(run.layer, n); tell(); });
stepField.addEventListener('blur', () => { stepField.value = run.step + 1; });
cellField.addEventListener('blur', () => { cellField.value = run.cell; });
layerField.addEventListener('input', () => {
  const layer = Number(layerField.value);
  choose(layer, Math.min(run.cell, run.sizes[layer - 1]));
  tell();
});

for (const button of root.querySelectorAll('[data-kind]')) {
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    button.setAttribute('aria-disabled', 'true');
    say('The file is being made.');
    const file = await ask('panel_file', { kind: button.dataset.kind });
    button.setAttribute('aria-disabled', 'false');
    if (!file) return;
    download(new Blob([unpacked(file.data, Uint8Array)], { type: file.type }), file.name);
    say(`${file.name} is saved.`);
  });
}

// An event of the page points at a step or a cell, see `Panel.choose`.
function follow() {
  const to = props.chosen;
  if (!run || !to) return;
  stop();
  if (to.layer >= 1 && to.layer <= run.sizes.length && to.cell >= 1 && to.cell <= run.sizes[to.layer - 1]) {
    choose(to.layer, to.cell);
  }
  if (to.step !== null && to.step >= 0 && to.step < run.labels.length) goTo(to.step);
}

// Stretches that an event of the page has marked, see `Panel.mark`.
function followMarks() {
  if (!run || !props.marks) return;
  const ends = unpacked(props.marks.spans, Uint16Array);
  const places = [];
  for (let n = 0; n < ends.length; n += 2) {
    if (ends[n + 1] < run.labels.length) places.push([ends[n], ends[n + 1]]);
  }
  steps.places(places);
  gates.places(places);
}

// Values that an event of the page shades the steps by, see `Panel.shade`.
function followShades() {
  if (!run || !props.shades) return;
  const { values, words } = props.shades;
  const bytes = values === null ? null : unpacked(values, Uint8Array);
  if (!bytes || bytes.length === run.labels.length) tint(bytes, words);
}

let width = 0;
function redraw() {
  if (!run) return;
  width = root.clientWidth;
  steps.layOut();
  grid.layOut();
  gates.draw();
}

if (spans) {
  root.classList.add('spans');
  selectButton.hidden = false;
  stepsHost.ariaLabel += ' Shift and a key that moves selects a span.';
  root.addEventListener('keydown', (event) => { if (event.key === 'Escape') spans.clear(); });
}
empty.textContent = props.empty;
new ResizeObserver(() => { if (root.clientWidth !== width) redraw(); }).observe(root);
onTheme(() => { readPalette(root); redraw(); });
watch('value', receive);
watch('chosen', follow);
watch('marks', followMarks);
watch('shades', followShades);
receive();
follow();
followMarks();
followShades();
