// Handwriting as it is written: what Python sends (see __init__.py) is played at the pace of a pen;
// palette.js and paper.js draw it. See places.js for what a visitor points at, taking.js for pen and paper.

const root = element.querySelector('.ink-stage');
const host = root.querySelector('.paper');
const canvas = root.querySelector('canvas');
const text = root.querySelector('.text');
const play = root.querySelector('.play');
const speed = root.querySelector('.speed');
const empty = root.querySelector('.empty');
const mark = root.querySelector('.mark');
const said = root.querySelector('.said');
const look = { width: props.pen.width, pressed: true, ruled: false, colour: '' };

const POINTS_A_SECOND = 60; // of a pen at its true speed
const NEAR = 16, NEAR_FINGER = 26; // pixels around a point that mean it
const A_LETTER = 21; // points
const REST = 200; // milliseconds after the last key until the place is told
const still = matchMedia('(prefers-reduced-motion: reduce)');

let sheet = null; // what is written
const past = new Set(); // runs that were ended, or that others took the place of
let place = null, placed = null; // where it stands on the paper, and at which scale by now
let playing = 0, before = 0; // the frame that is asked for, and when the last was
let stopped = false; // before all of it was written
let again = false; // it is written once more, all of it being known
let skip = false;
let chosen = { variant: 0, n: -1 }; // the variant that the files hold, and the point looked at
let letters = []; // of the text: elements by line
let telling = 0;
let tips = [];

// One object for good: an event that waits for the one before it is sent with the object of the first.
const told = {};

const say = (words) => { said.textContent = words; };
const variant = () => sheet.variants[chosen.variant];
const finished = () => sheet.done && sheet.variants.every((v) => v.drawn === v.x.length);
const atOnce = () => skip || still.matches || speed.value === 'Infinity';

// What Python sends.

function start(value) {
  sheet = { run: value.run, texts: value.texts, about: value.about, done: false, variants: value.variants.map(newVariant) };
  chosen = { variant: 0, n: -1 };
  again = stopped = false;
  skip = value.shown;
  place = placed = null;
  for (const tip of tips) tip.remove();
  tips = sheet.variants.map(() => {
    const tip = document.createElement('i');
    tip.className = 'tip';
    tip.hidden = true;
    host.append(tip);
    return tip;
  });
  letters = value.texts.map((line) => Array.from(line, (c) => {
    const node = document.createElement('s');
    node.textContent = c;
    return node;
  }));
  text.replaceChildren(...letters.flatMap((line, n) => (n ? [' ', ...line] : line)));
  text.scrollTop = 0;
  say('The pen writes …');
}

function take(v, sent) {
  if (sent.first > v.x.length) return; // the last stretch holds everything
  const points = unpacked(sent.points, Float32Array);
  const marks = unpacked(sent.marks, Uint8Array);
  const at = unpacked(sent.letters, Uint8Array);
  for (let n = v.x.length - sent.first; n < marks.length; n++) add(v, points[2 * n], points[2 * n + 1], marks[n], at[n]);
}

function receive() {
  const value = props.value && props.value.json ? JSON.parse(props.value.json) : null;
  if (value && value.stop) {
    stop();
    return;
  }
  if (value && past.has(value.run)) return; // a message that came late
  if (!value) sheet = null;
  else {
    if (!sheet || sheet.run !== value.run) {
      if (sheet) past.add(sheet.run);
      start(value);
    }
    value.variants.forEach((sent, n) => take(sheet.variants[n], sent));
    sheet.done = value.done;
  }
  empty.hidden = Boolean(sheet);
  canvas.hidden = !sheet;
  mark.hidden = true;
  readPalette(root);
  if (sheet) go();
}

// The pen stops where it is; what it has not written is forgotten.
function stop() {
  if (!sheet) return;
  past.add(sheet.run);
  if (!again && !finished()) {
    stopped = true;
    for (const v of sheet.variants) {
      for (const kept of [v.x, v.y, v.marks, v.letters, v.times]) kept.splice(v.drawn);
      v.lines = v.lines.filter((line) => line.from < v.drawn);
      if (!v.drawn) continue;
      v.marks[v.drawn - 1] |= PEN_UP | LAST;
      const line = v.lines.at(-1);
      line.to = v.drawn;
      line.whole = true;
    }
  }
  skip = sheet.done = true;
  go();
}

// The pen.

function go() {
  if (playing) return;
  before = performance.now();
  playing = requestAnimationFrame(frame);
}

function frame(now) {
  playing = 0;
  if (!sheet) return;
  const time = POINTS_A_SECOND * (atOnce() ? Infinity : Number(speed.value)) * Math.max(0, now - before) / 1000;
  before = now;
  if (arrange(true)) paint();
  sheet.variants.forEach((v, n) => {
    const most = ready(v);
    v.clock += Number.isNaN(time) ? 0 : time;
    const pen = placed && canvas.getContext('2d');
    if (pen) inkOf(pen, look);
    while (v.drawn < most && v.times[v.drawn] <= v.clock) {
      if (pen) drawPoint(pen, sheet, n, v.drawn, placed, look);
      v.drawn++;
    }
    if (v.drawn === most) v.clock = v.times[most - 1] ?? 0; // the pen waits for the network
  });
  show();
  if (!finished() || (placed && placed.scale !== place.scale)) playing = requestAnimationFrame(frame);
}

// What the page shows beside the ink: the tips of the pens, the letters, the buttons.
function show() {
  const over = finished();
  sheet.variants.forEach((v, n) => {
    tips[n].hidden = over || !placed || !v.drawn || v.drawn === v.x.length;
    if (!tips[n].hidden) put(tips[n], n, v.drawn - 1);
  });
  const v = variant();
  const here = v.drawn - 1;
  const line = here < 0 ? -1 : lineAt(v, here);
  letters.forEach((row, l) => row.forEach((node, n) => {
    const at = over ? chosen.n : here;
    const lit = at >= 0 && l === lineAt(v, at) && n === v.letters[at];
    const kind = lit ? 'here' : l < line || (l === line && (n <= v.letters[here] || (over && !stopped))) ? 'written' : '';
    if (node.className !== kind) {
      node.className = kind;
      if (lit) text.scrollTop = Math.max(0, node.offsetTop - text.offsetTop - 30);
    }
  }));
  play.disabled = !sheet.variants.some((each) => each.x.length);
  play.textContent = over ? 'Play again' : 'Skip to the end';
  for (const button of root.querySelectorAll('[data-kind]')) button.disabled = !v.drawn;
  host.setAttribute('aria-valuemax', Math.max(1, v.drawn));
  if (over && said.textContent.endsWith('…')) say(hint());
}

const hint = () => 'Click the ink to see what the network thought there.'
  + (sheet.variants.length > 1 ? ' The files hold the variant that is framed.' : '');

function put(node, v, n) {
  const [x, y] = placed.at(sheet, v, lineAt(sheet.variants[v], n), n);
  node.style.transform = `translate(${canvas.offsetLeft + x}px, ${canvas.offsetTop + y}px)`;
}

// Paper.

// Finds out where everything stands; whether that has changed. While the pen writes, the scale goes
// to its aim little by little.
function arrange(slowly) {
  if (!sheet || !host.clientWidth) {
    placed = null;
    return false;
  }
  const aim = layout(sheet, host.clientWidth);
  const known = place && placed && place.width === aim.width ? placed.scale : aim.scale;
  const near = !slowly || atOnce() || Math.abs(aim.scale / known - 1) < 0.004;
  const scale = near ? aim.scale : known + 0.2 * (aim.scale - known);
  const same = placed && place.width === aim.width && placed.scale === scale
    && place.above === aim.above && place.tall === aim.tall && place.left === aim.left;
  if (same) return false;
  place = aim;
  placed = placing(aim, scale);
  return true;
}

function paint() {
  if (!placed) return;
  const pen = sized(canvas, place.width, Math.ceil(placed.height));
  drawPaper(pen, sheet, place, placed, look, chosen.variant);
  mark.hidden = chosen.n < 0;
  if (chosen.n >= 0) put(mark, chosen.variant, chosen.n);
}

function redraw() {
  arrange(false);
  paint();
  if (sheet) show();
}

function toggle() {
  if (!sheet) return;
  if (!finished()) skip = true;
  else {
    for (const v of sheet.variants) v.drawn = v.clock = 0;
    again = true;
    skip = false;
    chosen.n = -1;
    say('The pen writes once more …');
    paint();
  }
  go();
}
play.addEventListener('click', toggle);
