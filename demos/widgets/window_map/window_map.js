// A line of handwriting and the window on its text: what Python sends (see
// demos/widgets/window_map/__init__.py) and what a visitor points at come together here; palette.js
// and drawing.js draw it.

const root = element.querySelector('.window-map');
const body = root.querySelector('.body');
const empty = root.querySelector('.empty');
const host = root.querySelector('.view');
const canvas = root.querySelector('canvas');
const said = root.querySelector('.said');
const which = root.querySelector('.which select');
const scale = root.querySelector('.scale');

let line = null; // what is shown
let place = null; // where it stands
let image = null; // of the window
let here = 0; // the point chosen

// One object for good: an event that waits for the one before it is sent with the object of the first.
const told = {};

const named = (u) => (line.text[u] === ' ' ? 'the space' : `“${line.text[u]}”`);
const counted = (n) => n.toLocaleString('en');

function opened(sent) {
  const text = Array.from(sent.lines[sent.number]);
  const points = unpacked(sent.points, Float32Array);
  const count = points.length / 2 - 1;
  const x = points.filter((_, k) => k % 2 === 0), y = points.filter((_, k) => k % 2 === 1);
  const ends = new Set(sent.ends);
  const attention = unpacked(sent.attention, Uint8Array);
  const letters = Array.from({ length: count }, (_, n) => {
    const row = attention.subarray(n * text.length, (n + 1) * text.length);
    return row.indexOf(Math.max(...row));
  });
  const passage = (n) => { // the first and the last point of the letter that is written at one
    let [first, last] = [n, n];
    while (letters[first - 1] === letters[n]) first--;
    while (letters[last + 1] === letters[n]) last++;
    return [first, last];
  };
  return {
    text, count, x, y, letters, passage, attention, most: sent.most, number: sent.number, shade: coloured(sent.shade),
    up: Array.from({ length: count }, (_, n) => ends.has(n)), // the pen was in the air before point n
    box: [Math.min(...x), Math.max(...x), Math.min(...y), Math.max(...y)],
  };
}

const coloured = (sent) => ({ ...sent, values: Float32Array.from(unpacked(sent.values, Int8Array), (v) => v / 127) });

function receive() {
  const sent = props.value && props.value.json ? JSON.parse(props.value.json) : null;
  body.hidden = !sent;
  empty.hidden = Boolean(sent);
  if (!sent) {
    line = null;
    return;
  }
  line = opened(sent);
  here = sent.point;
  which.replaceChildren(...sent.lines.map((text, n) => new Option(`${n + 1}: ${text}`, n)));
  which.value = sent.number;
  which.closest('label').hidden = sent.lines.length < 2;
  host.setAttribute('aria-valuemax', line.count);
  recolour();
  show();
}

function recolour() {
  readPalette(root);
  palette.between = mixed(palette.muted, 0.45, palette.surface).replace(/rgb\((.*)\)/, (_, rgb) =>
    `#${rgb.split(',').map((v) => Number(v).toString(16).padStart(2, '0')).join('')}`);
  if (!line) return;
  image = mapOf(line);
  legend();
}

function legend() {
  const { words, colour } = line.shade;
  const [low, high] = scale.querySelectorAll('span');
  scale.querySelector('b').textContent = words;
  [low.textContent, high.textContent] = colour ? ['0', '1'] : ['−1', '+1'];
  const ends = colour ? [mixed(palette[colour], 0.15, palette.surface), palette[colour]] : [palette.minus, palette.between, palette.plus];
  scale.querySelector('i').style.background = `linear-gradient(90deg, ${ends.join(', ')})`;
}

const paint = onceAFrame(() => {
  if (!line || !host.clientWidth) return;
  place = layout(line, host.clientWidth);
  host.classList.toggle('wide', place.width > host.clientWidth);
  const pen = sized(canvas, place.width, place.height);
  drawInk(pen, line, here, place);
  drawMap(pen, line, here, image, place);
});

const weight = (n, u) => (line.most * line.attention[n * line.text.length + u] / 255).toFixed(2);

function describe(n, u = line.letters[n]) {
  said.textContent = `Point ${counted(n + 1)} of ${counted(line.count)}: ${named(u)} weighs ${weight(n, u)} in the window.`;
}

function show() {
  root.querySelector('.place').textContent = `${counted(here + 1)} / ${counted(line.count)}`;
  host.setAttribute('aria-valuenow', here + 1);
  host.setAttribute('aria-valuetext', `point ${here + 1}, at ${named(line.letters[here])}`);
  describe(here);
  paint();
}

// Lets the page know what is chosen, once it stays so for a moment.
let telling = 0;
function goTo(n) {
  here = Math.max(0, Math.min(line.count - 1, n));
  show();
  clearTimeout(telling);
  telling = setTimeout(() => {
    if (line) trigger('select', Object.assign(told, { line: line.number, point: here }));
  }, 150);
}

function inView() {
  const x = place ? place.across(here) : 0;
  if (x < host.scrollLeft + 20 || x > host.scrollLeft + host.clientWidth - 20) host.scrollLeft = x - host.clientWidth / 2;
}

const spot = (event) => {
  const box = canvas.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
};

// The point that a place in the ink or in the map means.
function pointAt([x, y]) {
  if (y >= place.top - GAP / 2) return place.back(x);
  let best = 0, least = Infinity;
  for (let n = 0; n < line.count; n++) {
    const [a, b] = place.place(n + 1);
    const far = (a - x) ** 2 + (b - y) ** 2;
    if (far < least) [best, least] = [n, far];
  }
  return best;
}

let dragging = false;
canvas.addEventListener('pointerdown', (event) => {
  if (event.button !== 0 || !place) return;
  const scrolls = event.pointerType === 'touch' && host.classList.contains('wide');
  dragging = !scrolls;
  if (dragging) {
    canvas.setPointerCapture(event.pointerId);
    goTo(pointAt(spot(event)));
  }
});
canvas.addEventListener('click', (event) => {
  if (place && host.classList.contains('wide')) goTo(pointAt(spot(event)));
});
canvas.addEventListener('pointermove', (event) => {
  if (!line || !place) return;
  const [x, y] = spot(event);
  if (dragging) goTo(pointAt([x, y]));
  else if (event.pointerType !== 'touch') {
    const u = Math.floor((place.top + place.tall - y) / place.row);
    const n = pointAt([x, y]);
    if (u >= 0 && u < line.text.length) describe(n, u);
    else describe(n);
  }
});
canvas.addEventListener('pointerleave', () => { if (line && !dragging) describe(here); });
for (const kind of ['pointerup', 'pointercancel']) canvas.addEventListener(kind, () => { dragging = false; });

// The first point of the letter before this one, or after it.
function letterFrom(n, way) {
  const [first, last] = line.passage(n);
  if (way > 0) return last + 1;
  return first ? line.passage(first - 1)[0] : 0;
}

host.addEventListener('keydown', (event) => {
  const moves = {
    ArrowRight: () => here + 1, ArrowUp: () => here + 1, ArrowLeft: () => here - 1, ArrowDown: () => here - 1,
    PageDown: () => letterFrom(here, 1), PageUp: () => letterFrom(here, -1), Home: () => 0, End: () => line.count - 1,
  };
  if (!(event.key in moves)) return;
  event.preventDefault();
  goTo(moves[event.key]());
  inView();
});
for (const button of root.querySelectorAll('[data-move]')) {
  button.addEventListener('click', () => { goTo(here + Number(button.dataset.move)); inView(); });
}
which.addEventListener('input', () => trigger('select', Object.assign(told, { line: Number(which.value), point: 0 })));

// An event of the page points at another point, or colours the ink by something else.
function follow() {
  if (!line || !props.chosen || props.chosen.point >= line.count) return;
  here = props.chosen.point;
  show();
  inView();
}

function followShade() {
  if (!line || !props.shade) return;
  const shade = coloured(props.shade);
  if (shade.values.length !== line.count) return;
  line.shade = shade;
  legend();
  paint();
}

empty.textContent = props.empty;
onWidth(host, paint);
onTheme(() => { recolour(); paint(); });
watch('value', receive);
watch('chosen', follow);
watch('shade', followShade);
receive();
