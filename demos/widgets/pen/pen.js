// A pad to write on: what a mouse, a finger or a pen draws, in the order of time. Its value is one
// text, see demos/widgets/pen/__init__.py.

const root = element.querySelector('.pen');
const pad = root.querySelector('.pad');
const canvas = root.querySelector('canvas');
const hint = root.querySelector('.hint');
const said = root.querySelector('.said');
const chooser = root.querySelector('input[type=file]');
const tool = (name) => root.querySelector(`[data-tool=${name}]`);

const PAUSE = 300; // milliseconds after the pen was lifted until the strokes are sent
const LONGEST = 1500; // until they are sent although the pen is down again
const MARGIN = 24; // pixels around ink that is made to fit
const HEIGHT = 0.62; // of the pad: the most that such ink takes
const FILE_BYTES = 2_000_000;

let strokes = []; // [[x, y, milliseconds], ...] each; pixels of the pad
let cleared = null; // what there was before the pad was cleared
let sent = null; // the text that Python has
let drawing = null; // {pointer, stroke}
let timer = 0;
let told = 0; // when the strokes were sent
let lifted = 0; // when the pen was lifted last; 0 after ink from elsewhere
let width = 0, height = 0;

const say = (words) => { said.textContent = words; };
const rounded = (v) => Math.round(10 * v) / 10;

// Paper, lines to write on, ink.

function draw() {
  const style = getComputedStyle(root);
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = canvas.getContext('2d');
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.strokeStyle = style.getPropertyValue('--rule');
  pen.lineWidth = 1;
  const lines = width < 600 ? 3 : 1;
  for (let n = 0; n < lines; n++) {
    const y = Math.round(height * (n + 0.58) / lines) + 0.5;
    pen.beginPath();
    pen.moveTo(12, y);
    pen.lineTo(width - 12, y);
    pen.stroke();
  }
  pen.strokeStyle = pen.fillStyle = style.getPropertyValue('--ink');
  pen.lineWidth = 2.4;
  pen.lineJoin = pen.lineCap = 'round';
  for (const stroke of strokes) ink(pen, stroke, 0);
  hint.hidden = strokes.length > 0;
  for (const name of ['undo', 'clear', 'save']) {
    const useless = !strokes.length && !(name === 'undo' && cleared);
    tool(name).setAttribute('aria-disabled', String(useless));
  }
}

// The part of a stroke from one of its points on.
function ink(pen, stroke, from) {
  pen.beginPath();
  const [x, y] = stroke[Math.max(0, from - 1)];
  pen.moveTo(x, y);
  if (stroke.length === 1) pen.lineTo(x + 0.01, y);
  for (const [a, b] of stroke.slice(from)) pen.lineTo(a, b);
  pen.stroke();
}

// Ink from elsewhere, and ink for which the pad has become too small, is made to fit.
function fit() {
  const points = strokes.flat();
  if (!points.length || !width) return;
  const [left, right] = [Math.min(...points.map((p) => p[0])), Math.max(...points.map((p) => p[0]))];
  const [top, bottom] = [Math.min(...points.map((p) => p[1])), Math.max(...points.map((p) => p[1]))];
  const scale = Math.min((width - 2 * MARGIN) / Math.max(right - left, 1e-9),
                         HEIGHT * height / Math.max(bottom - top, 1e-9));
  strokes = strokes.map((stroke) => stroke.map(([x, y, ...t]) => [
    rounded(width / 2 + (x - (left + right) / 2) * scale),
    rounded(height / 2 + (y - (top + bottom) / 2) * scale), ...t,
  ]));
}

function resize() {
  const [before, tall] = [width, height];
  [width, height] = [pad.clientWidth, pad.clientHeight];
  if (!width || (width === before && height === tall)) return;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const outside = strokes.some((stroke) => stroke.some(([x, y]) => x < 0 || x > width || y < 0 || y > height));
  if (outside || !before) fit();
  draw();
}

// What is on the pad goes to Python, and the page is told.
function send() {
  clearTimeout(timer);
  timer = 0;
  told = performance.now();
  sent = JSON.stringify(strokes);
  props.value = sent;
  trigger('input');
}

function changed() {
  say('');
  draw();
  send();
}

function add(event) {
  const box = canvas.getBoundingClientRect();
  const caught = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
  const from = drawing.stroke.length;
  for (const each of caught.length ? caught : [event]) {
    const point = [rounded(each.clientX - box.left), rounded(each.clientY - box.top)];
    const last = drawing.stroke.at(-1);
    if (last && last[0] === point[0] && last[1] === point[1]) continue;
    point.push(Math.max(last ? last[2] : drawing.earliest, Math.round(each.timeStamp - drawing.zero)));
    drawing.stroke.push(point);
  }
  return from;
}

canvas.addEventListener('pointerdown', (event) => {
  if (drawing || event.button !== 0) return; // one pointer at a time: a palm is none
  event.preventDefault();
  canvas.setPointerCapture(event.pointerId);
  canvas.focus({ preventScroll: true });
  if (timer && performance.now() - told < LONGEST) clearTimeout(timer);
  // Whatever is on the pad has times of its own, perhaps of another clock; ours go on after them.
  const pause = lifted ? Math.max(1, Math.round(event.timeStamp - lifted)) : 1;
  const earliest = strokes.length ? (strokes.at(-1).at(-1)[2] ?? 0) + pause : 0;
  const stroke = [];
  drawing = { pointer: event.pointerId, stroke, earliest, zero: event.timeStamp - earliest };
  cleared = null;
  strokes.push(stroke);
  add(event);
  say('');
  draw();
});

function move(event) {
  if (!drawing || event.pointerId !== drawing.pointer) return;
  const from = add(event);
  if (from === drawing.stroke.length) return;
  const pen = canvas.getContext('2d');
  ink(pen, drawing.stroke, from);
}
canvas.addEventListener('pointermove', move);

function lift(event) {
  if (!drawing || event.pointerId !== drawing.pointer) return;
  if (event.type === 'pointerup') move(event); // the last way may come with it; a cancel has no place
  drawing = null;
  lifted = event.timeStamp;
  if (performance.now() - told > LONGEST && timer) send();
  else {
    clearTimeout(timer);
    timer = setTimeout(send, PAUSE);
  }
}
canvas.addEventListener('pointerup', lift);
canvas.addEventListener('pointercancel', lift);
// Who presses a button of the page right after the last stroke means all that is on the pad.
document.addEventListener('pointerdown', (event) => {
  if (timer && !root.contains(event.target)) send();
}, true);
canvas.addEventListener('contextmenu', (event) => event.preventDefault());

function undo() {
  if (drawing) return;
  if (strokes.length) strokes.pop();
  else if (cleared) [strokes, cleared] = [cleared, null];
  else return;
  changed();
}

function clear() {
  if (drawing || !strokes.length) return;
  cleared = strokes;
  strokes = [];
  changed();
}

function save() {
  if (!strokes.length) return;
  download(new Blob([JSON.stringify({ strokes })], { type: 'application/json' }), 'handwriting.json');
}

async function open(file) {
  if (file.size > FILE_BYTES) {
    say(`The file is larger than ${FILE_BYTES / 1e6} MB.`);
    return;
  }
  let answer;
  try {
    answer = await server.pen_file({ name: file.name, text: await file.text() });
  } catch {
    answer = { error: 'The server does not answer. Is it still running?' };
  }
  if (answer.error) {
    say(answer.error);
    return;
  }
  cleared = strokes.length ? strokes : null;
  strokes = JSON.parse(answer.strokes);
  lifted = 0;
  fit();
  changed();
}

tool('undo').addEventListener('click', undo);
tool('clear').addEventListener('click', clear);
tool('save').addEventListener('click', save);
tool('open').addEventListener('click', () => chooser.click());
chooser.addEventListener('change', () => {
  if (chooser.files.length) open(chooser.files[0]);
  chooser.value = ''; // so that the same file can be opened again
});
canvas.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === 'z') undo();
  else if (event.key === 'Delete') clear();
  else return;
  event.preventDefault();
});

// Python puts ink on the pad.
function receive() {
  const text = props.value || '[]';
  if (text === sent) return;
  sent = text;
  clearTimeout(timer);
  timer = lifted = 0;
  drawing = cleared = null;
  strokes = JSON.parse(text);
  fit();
  say('');
  draw();
}

hint.textContent = props.hint;
canvas.setAttribute('aria-label', `${props.hint} Ctrl+Z takes a stroke back, Delete clears; a file can be opened instead.`);
new ResizeObserver(resize).observe(pad);
onTheme(draw);
watch('value', receive);
resize();
receive();
