// One memory cell at work, drawn from the numbers that Python sends for a whole sequence: see
// demos/widgets/one_cell/__init__.py. Nothing is computed here but places and colours.

const root = element.querySelector('.one-cell');
const get = (selector) => root.querySelector(selector);
const chart = get('.chart');
const plot = get('.chart svg');
const numbers = get('.numbers');
const presets = get('.presets');
const GATES = ['write', 'forget', 'read'];
const ORDER = ['i', 'f', 'g', 'c', 'o', 'h']; // in which a step uses the equations
const DONE = ORDER.length + 1; // the phase in which no equation is lit any more
const PHASE = 330; // milliseconds an equation stays lit
const GATE_COLOUR = { i: '--gate-i', f: '--gate-f', o: '--gate-o' };
const NOTHING = { x: 0, i: 0, f: 0, g: 0, o: 0, before: 0, kept: 0, written: 0, c: 0, tanh_c: 0, h: 0 };

let steps = []; // of the whole sequence
let inputs = [];
let held = []; // write, forget and read of each step, as asked for
let settings = []; // the same, of `steps`
let at = 0; // steps done
let phase = DONE; // equations used of the last of them, the latest of which is lit
let binary = false;
let playing = false;
let timer = 0;
let asking = false;
let askAgain = false;

const fixed = (value) => (Math.abs(value) < 0.005 ? 0 : value).toFixed(2).replace('-', '−');
const inside = (value) => (value < -0.005 ? `(${fixed(value)})` : fixed(value));
const percent = (share) => `${Math.round(100 * share)} %`;

// The drawing: pipes with what flows through them, and the parts where they meet.

const PIPES = [
  { d: 'M 34 70 H 168', of: 'before', eq: 'f' },
  { d: 'M 216 70 H 288', of: 'kept', eq: 'f c' },
  { d: 'M 34 246 H 150', of: 'x', eq: 'g' },
  { d: 'M 192 246 H 304 V 190', of: 'g', eq: 'g' },
  { d: 'M 304 142 V 86', of: 'written', eq: 'i c' },
  { d: 'M 320 70 H 388', of: 'c', eq: 'c' },
  { d: 'M 448 70 H 572', of: 'c', eq: 'c' },
  { d: 'M 418 96 V 136', of: 'c', eq: 'h' },
  { d: 'M 418 164 V 222', of: 'tanh_c', eq: 'h' },
  { d: 'M 442 246 H 572', of: 'h', eq: 'h' },
];
for (const pipe of PIPES) {
  put(get('.tracks'), 'path', { class: 'track', d: pipe.d });
  pipe.node = put(get('.flows'), 'path', { class: 'flow', d: pipe.d });
}

function part(kind, eq, x, y) {
  return put(get('.parts'), 'g', { class: `part ${kind}`, 'data-eq': eq, transform: `translate(${x} ${y})` });
}

function valve(eq, of, x, y, name, gate) {
  const node = part('valve', eq, x, y);
  const tint = `var(${GATE_COLOUR[eq]})`;
  put(node, 'circle', { r: 24 });
  const level = put(node, 'path', { class: 'level', style: `fill: ${tint}; fill-opacity: 0.55` });
  put(node, 'circle', { class: 'rim', r: 24, style: `stroke: ${tint}` });
  const value = put(node, 'text', { class: 'value', y: 5 });
  put(node, 'text', { class: 'name', x: gate.x, y: gate.y, style: `text-anchor: ${gate.anchor}` }, name);
  return { of, level, value };
}

const VALVES = [
  valve('f', 'f', 192, 70, 'forget gate f', { x: 0, y: 42, anchor: 'middle' }),
  valve('i', 'i', 304, 166, 'input gate i', { x: -32, y: 5, anchor: 'end' }),
  valve('o', 'o', 418, 246, 'output gate o', { x: 0, y: 44, anchor: 'middle' }),
];

// What fills a circle of radius 24 up to a share of its height.
function filling(share) {
  if (share <= 0) return '';
  if (share >= 1) return 'M -24 0 a 24 24 0 1 0 48 0 a 24 24 0 1 0 -48 0';
  const y = 24 - 48 * share;
  const x = Math.sqrt(24 * 24 - y * y);
  return `M ${-x} ${y} A 24 24 0 ${share > 0.5 ? 1 : 0} 0 ${x} ${y} Z`;
}

const plus = part('sum', 'c', 304, 70);
put(plus, 'circle', { r: 16 });
put(plus, 'text', { class: 'value', y: 5 }, '+');
const memory = part('memory', 'c', 418, 70);
put(memory, 'rect', { x: -30, y: -26, width: 60, height: 52, rx: 8 });
put(memory, 'rect', { class: 'level', x: -28, y: -24, width: 56, height: 48, rx: 6 });
put(memory, 'text', { class: 'value', y: 5 });
put(memory, 'text', { class: 'name', y: -34 }, 'memory c');
for (const [eq, x, y] of [['g', 171, 246], ['h', 418, 150]]) {
  const box = part('squash', eq, x, y);
  put(box, 'rect', { x: -23, y: -14, width: 46, height: 28, rx: 6 });
  put(box, 'text', { y: 4.5 }, 'tanh');
}
put(part('', 'g', 171, 246), 'text', { class: 'name', y: 32 }, 'candidate g');
function port(eq, x, y, name, below) {
  const node = part('port', eq, x, y);
  put(node, 'text', { class: 'name', y: below ? 20 : -14 }, name);
  return put(node, 'text', { class: 'value', y: below ? 38 : 24 });
}
const ports = {
  before: port('f', 46, 70, 'c before'), x: port('g', 46, 246, 'input x'),
  c: port('c', 552, 70, 'c kept on'), h: port('h', 552, 246, 'output h'),
};

function light(eq) {
  for (const node of root.querySelectorAll('[data-eq]')) node.classList.toggle('lit', node.dataset.eq === eq);
}

function draw() {
  const step = at > 0 ? steps[at - 1] : NOTHING;
  const used = at > 0 ? phase : 0; // equations of this step that have been used
  const reached = (eq) => ORDER.indexOf(eq) < used;
  const strongest = Math.max(1, ...steps.map((s) => Math.abs(s.c)));
  for (const { of, eq, node } of PIPES) {
    const value = step[of];
    node.classList.toggle('on', eq.split(' ').every(reached) && Math.abs(value) >= 0.005);
    node.style.stroke = `var(--${value < 0 ? 'minus' : 'plus'})`;
    node.style.strokeWidth = `${2 + 10 * Math.min(1, Math.abs(value) / strongest)}px`;
  }
  const gates = steps[Math.max(0, at - 1)] || NOTHING;
  for (const { of, level, value } of VALVES) {
    level.setAttribute('d', filling(gates[of]));
    value.textContent = percent(gates[of]);
  }
  const c = reached('c') ? step.c : step.before;
  const tint = memory.querySelector('.level');
  tint.style.fill = `var(--${c < 0 ? 'minus' : 'plus'})`;
  tint.style.fillOpacity = String(0.5 * Math.min(1, Math.abs(c) / strongest));
  memory.querySelector('.value').textContent = fixed(c);
  ports.before.textContent = fixed(step.before);
  ports.x.textContent = at > 0 ? fixed(step.x) : '–';
  ports.c.textContent = reached('c') ? fixed(step.c) : '–';
  ports.h.textContent = reached('h') ? fixed(step.h) : '–';
  fill(step, reached);
  light(at > 0 && used < DONE ? ORDER[used - 1] : '');
  get('.where').textContent = at > 0 ? `step ${at} of ${steps.length}` : `${steps.length} step${steps.length === 1 ? '' : 's'} to go`;
  drawChart();
}

function fill(step, reached) {
  const setting = settings[Math.max(0, at - 1)];
  const lines = {
    i: `write ${percent(setting.write)}: i = ${fixed(step.i)}`,
    f: `forget ${percent(setting.forget)}: f = ${fixed(step.f)} is kept`,
    g: `tanh(${fixed(step.x)}) = ${fixed(step.g)}`,
    c: `${fixed(step.f)} · ${inside(step.before)} + ${fixed(step.i)} · ${inside(step.g)} = ${fixed(step.c)}`,
    o: `read ${percent(setting.read)}: o = ${fixed(step.o)}`,
    h: `${fixed(step.o)} · tanh(${fixed(step.c)}) = ${fixed(step.h)}`,
  };
  for (const line of root.querySelectorAll('.equations li')) {
    line.querySelector('.filled').textContent = reached(line.dataset.eq) ? lines[line.dataset.eq] : '…';
  }
}

// The sequence: inputs as bars, memory and output as lines as far as the cell has come.

function drawChart() {
  const width = Math.max(260, chart.clientWidth);
  const height = 150, left = 34, right = 12, top = 10, bottom = 22;
  const high = Math.max(1, ...steps.flatMap((s) => [Math.abs(s.c), Math.abs(s.x)]));
  const wide = (width - left - right) / steps.length;
  const across = (n) => left + wide * (n + 0.5);
  const up = (y) => top + (height - top - bottom) * (1 - (y + high) / (2 * high));
  plot.setAttribute('width', width);
  plot.setAttribute('height', height);
  plot.replaceChildren();
  for (const y of [high, 0, -high]) {
    put(plot, 'line', { class: 'zero', x1: left, x2: width - right, y1: up(y), y2: up(y) });
    put(plot, 'text', { x: left - 5, y: up(y) + 4, 'text-anchor': 'end' }, Number(y.toFixed(1)).toString().replace('-', '−'));
  }
  steps.forEach((step, n) => {
    put(plot, 'rect', { class: `column${n === at - 1 ? ' now' : ''}`, x: left + wide * n, y: top, width: wide, height: height - top - bottom });
    const bar = Math.min(26, wide * 0.5);
    put(plot, 'rect', { class: `x${n < at ? '' : ' ahead'}`, x: across(n) - bar / 2, width: bar, y: Math.min(up(0), up(step.x)), height: Math.abs(up(step.x) - up(0)) });
    put(plot, 'text', { x: across(n), y: height - 6, 'text-anchor': 'middle' }, String(n + 1));
  });
  const done = phase < ORDER.length ? at - 1 : at;
  for (const line of ['c', 'h']) {
    const points = steps.slice(0, done).map((step, n) => [across(n), up(step[line])]);
    if (points.length) put(plot, 'polyline', { class: line, points: points.join(' ') });
    for (const [x, y] of points) put(plot, 'circle', { class: line, cx: x, cy: y, r: 3.5 });
  }
  chart.setAttribute('aria-valuemax', steps.length);
  chart.setAttribute('aria-valuenow', at);
  const now = steps[at - 1];
  chart.setAttribute('aria-valuetext', now ? `step ${at}: x ${fixed(now.x)}, c ${fixed(now.c)}, h ${fixed(now.h)}` : 'before the first step');
}

// Moving through the sequence.

function go(step) {
  clearTimeout(timer);
  at = Math.max(0, Math.min(steps.length, step));
  phase = DONE;
  draw();
}

function advance() {
  clearTimeout(timer);
  if (at >= steps.length && phase === DONE) { play(false); return; }
  if (phase < DONE) phase = DONE; // a step that was still being shown is done
  at++;
  phase = 0;
  show();
}

function show() {
  phase++;
  draw();
  if (phase < DONE) timer = setTimeout(show, PHASE);
  else if (playing) timer = setTimeout(advance, 2 * PHASE);
}

function play(on) {
  playing = on;
  get('.play').textContent = playing ? 'Pause' : 'Play';
  get('.play').setAttribute('aria-pressed', String(playing));
  clearTimeout(timer);
  if (playing) {
    if (at >= steps.length) go(0);
    advance();
  } else if (phase < DONE) go(at);
}

// Asking for the numbers of other inputs or gates: one question at a time, the last one counts.

const sliders = () => Object.fromEntries(GATES.map((name) => [name, Number(get(`[data-gate=${name}] input`).value) / 100]));

function hold(fromNext) {
  const now = sliders();
  held = inputs.map((_, n) => (fromNext && n < at && held[n] ? held[n] : now));
}

async function ask() {
  if (asking) { askAgain = true; return; }
  asking = true;
  const asked = held;
  let answer;
  try {
    const message = { inputs, round: binary }; // Gradio takes "binary" for files
    for (const name of GATES) message[name] = held.map((gates) => gates[name]);
    answer = await server.one_cell(message);
  } catch {
    answer = { error: 'The server does not answer. Is it still running?' };
  }
  asking = false;
  get('.said').textContent = answer.error || '';
  numbers.setAttribute('aria-invalid', String(Boolean(answer.error)));
  if (askAgain) { askAgain = false; ask(); return; }
  if (answer.error) return;
  steps = answer.steps;
  settings = asked;
  if (at > steps.length) go(steps.length);
  label();
  draw();
}

function label() {
  const last = steps[steps.length - 1]; // which the sliders always hold
  const now = sliders();
  const words = {
    write: `input gate i = ${fixed(last.i)}`,
    forget: `forget gate f = ${fixed(last.f)}: keeps ${percent(last.f)}`,
    read: `output gate o = ${fixed(last.o)}`,
  };
  for (const name of GATES) {
    get(`[data-gate=${name}] b`).textContent = `${name} ${percent(now[name])}`;
    get(`[data-gate=${name}] span`).textContent = words[name];
  }
}

function reset() {
  play(false);
  go(0);
  hold(false);
  ask();
}

function typed() {
  const words = numbers.value.replaceAll('−', '-').split(/[\s,;]+/).filter(Boolean);
  inputs = words.map((word) => (/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word) ? Number(word) : word));
  hold(false);
  play(false);
  at = 0;
  phase = DONE;
  ask();
}

function receive() {
  const value = props.value;
  if (!value || !value.steps) return;
  steps = value.steps;
  inputs = steps.map((step) => step.x);
  numbers.value = inputs.map(String).join(', ');
  presets.replaceChildren(...value.presets.map(({ name, inputs: list }) => new Option(name, list.join(', '))));
  for (const name of GATES) get(`[data-gate=${name}] input`).value = Math.round(100 * value.gates[name]);
  hold(false);
  settings = held;
  label();
  go(value.at);
}

get('.play').addEventListener('click', () => play(!playing));
get('.next').addEventListener('click', () => { play(false); advance(); });
get('.reset').addEventListener('click', reset);
for (const button of root.querySelectorAll('[data-binary]')) {
  button.addEventListener('click', () => {
    binary = button.dataset.binary === 'true';
    for (const other of root.querySelectorAll('[data-binary]')) other.setAttribute('aria-checked', String(other === button));
    ask();
  });
}
for (const name of GATES) {
  get(`[data-gate=${name}] input`).addEventListener('input', () => { hold(get('.later input').checked); ask(); });
}
numbers.addEventListener('change', typed);
presets.addEventListener('change', () => { numbers.value = presets.value; typed(); });
for (const line of root.querySelectorAll('.equations li')) {
  const on = () => { if (!playing) light(line.dataset.eq); };
  const off = () => { if (phase === DONE) light(''); };
  line.addEventListener('pointerenter', on);
  line.addEventListener('focus', on);
  line.addEventListener('pointerleave', off);
  line.addEventListener('blur', off);
}
plot.addEventListener('click', (event) => {
  const wide = (plot.clientWidth - 46) / steps.length;
  play(false);
  go(Math.floor((event.clientX - plot.getBoundingClientRect().left - 34) / wide) + 1);
});
chart.addEventListener('keydown', (event) => {
  const moves = { ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0, End: steps.length };
  if (!(event.key in moves)) return;
  event.preventDefault();
  play(false);
  go(moves[event.key]);
});
new ResizeObserver(() => { if (steps.length) drawChart(); }).observe(chart);
watch('value', receive);
receive();
