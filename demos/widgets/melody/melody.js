// A melody on a grid: see demos/widgets/melody/__init__.py. palette.js has the colours, player.js
// the sound.

const root = element.querySelector('.melody');
const scroll = root.querySelector('.scroll');
const grid = root.querySelector('.grid');
const canvas = root.querySelector('canvas');
const said = root.querySelector('.said');
const lengthOf = root.querySelector('.length');
const tool = (name) => root.querySelector(`[data-tool=${name}]`);

const COLUMN = 18, ROW = 12, KEYS = 32, RULER = 18; // pixels
const BAR = 8; // eighths
const BLACK = new Set([1, 3, 6, 8, 10]);
const PITCHES = ['C', 'C♯', 'D', 'E♭', 'E', 'F', 'F♯', 'G', 'A♭', 'A', 'B♭', 'B'];
const VELOCITY = 84;
const SPARE = 16; // eighths that are free after the melody

let notes = []; // [pitch, start, length], by start
let sent = null; // the text that Python has
let before = []; // texts to go back to
let cursor = { pitch: 67, at: 0 };
let sounding = [];
let playing = 0; // the frame that is asked for
let zero = 0; // seconds of the context at which the melody begins

const say = (words) => { said.textContent = words; };
const end = () => notes.reduce((most, [, start, long]) => Math.max(most, start + long), 0);
const columns = () => {
  const least = Math.max(end() + SPARE, cursor.at + 1, Math.floor((scroll.clientWidth - KEYS) / COLUMN));
  return Math.min(props.most, Math.ceil(least / BAR) * BAR);
};
const rows = props.high - props.low + 1;
const nameOf = (pitch) => `${PITCHES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;
const eighth = 30 / props.tempo; // seconds

const draw = onceAFrame(() => {
  if (!scroll.clientWidth) return;
  const [wide, tall] = [KEYS + columns() * COLUMN, RULER + rows * ROW];
  const pen = sized(canvas, wide, tall);
  pen.font = `11px ${palette.sans}`;
  pen.textBaseline = 'middle';
  for (let pitch = props.low; pitch <= props.high; pitch++) {
    const y = RULER + (props.high - pitch) * ROW;
    pen.fillStyle = BLACK.has(pitch % 12) ? palette.paper : palette.surface;
    pen.fillRect(KEYS, y, wide, ROW);
    pen.fillStyle = palette.rule;
    pen.fillRect(0, y + ROW - 0.5, wide, 0.5);
    pen.fillStyle = palette.muted;
    if (!BLACK.has(pitch % 12)) pen.fillText(nameOf(pitch), 4, y + ROW / 2);
  }
  for (let column = 0; column <= columns(); column++) {
    pen.fillStyle = column % BAR ? palette.rule : palette.muted;
    pen.fillRect(KEYS + column * COLUMN, column % BAR ? RULER : 0, column % 2 ? 0.5 : 1, tall);
    pen.fillStyle = palette.muted;
    if (column % BAR === 0) pen.fillText(String(column / BAR + 1), KEYS + column * COLUMN + 4, RULER / 2);
  }
  const now = playing ? (band.context.currentTime - zero) / eighth : -1;
  for (const [pitch, start, long] of notes) {
    pen.fillStyle = start <= now && now < start + long ? palette.ink : palette.minus;
    pen.beginPath();
    pen.roundRect(KEYS + start * COLUMN + 1, RULER + (props.high - pitch) * ROW + 1, long * COLUMN - 2, ROW - 2, 3);
    pen.fill();
  }
  pen.fillStyle = palette.accent;
  if (now >= 0) pen.fillRect(KEYS + now * COLUMN - 1, 0, 2, tall);
  if (document.activeElement !== grid) return;
  pen.strokeStyle = palette.accent;
  pen.lineWidth = 2;
  pen.strokeRect(KEYS + cursor.at * COLUMN, RULER + (props.high - cursor.pitch) * ROW, COLUMN, ROW);
});

const at = (place) => notes.findIndex(([pitch, start, long]) => pitch === place.pitch && start <= place.at && place.at < start + long);

function toggle(place) {
  const found = at(place);
  before.push(JSON.stringify(notes));
  if (found >= 0) {
    notes.splice(found, 1);
    changed(`${nameOf(place.pitch)} is taken away.`);
    return;
  }
  const long = Math.min(Number(lengthOf.value), props.most - place.at);
  // One voice: what sounded there ends, or begins later.
  notes = notes.flatMap(([pitch, start, held]) => {
    if (start + held <= place.at || start >= place.at + long) return [[pitch, start, held]];
    return start < place.at ? [[pitch, start, place.at - start]] : [];
  });
  notes.push([place.pitch, place.at, long]);
  notes.sort((a, b) => a[1] - b[1]);
  changed(`${nameOf(place.pitch)} at bar ${Math.floor(place.at / BAR) + 1}, beat ${(place.at % BAR) / 2 + 1}.`);
  sound(place.pitch);
}

async function sound(pitch) {
  const context = speakers();
  const kit = await kitOf('organ').catch(() => null);
  if (kit) strike(kit, pitch, VELOCITY, context.currentTime).end(context.currentTime + 0.25);
}

function changed(words) {
  hush();
  if (before.length > 100) before.shift();
  sent = JSON.stringify(notes);
  props.value = sent;
  trigger('input');
  tell(words);
}

function tell(words) {
  for (const name of ['play', 'clear']) tool(name).setAttribute('aria-disabled', String(!notes.length));
  tool('undo').setAttribute('aria-disabled', String(!before.length));
  say(words || (notes.length ? `${notes.length} notes, ${Math.ceil(end() / BAR)} bars.` : 'Click on the grid to write a melody, or take one of those below.'));
  draw();
}

function hush() {
  for (const voice of sounding) voice.silence();
  sounding = [];
  cancelAnimationFrame(playing);
  playing = 0;
  tool('play').textContent = 'Play it';
}

tool('play').addEventListener('click', async () => {
  if (playing) {
    hush();
    draw();
    return;
  }
  if (!notes.length) return;
  const context = speakers();
  const kit = await kitOf('organ').catch(() => null);
  if (!kit) return;
  hush();
  zero = context.currentTime + 0.08;
  sounding = notes.map(([pitch, start, long]) => {
    const voice = strike(kit, pitch, VELOCITY, zero + start * eighth);
    voice.end(zero + (start + long) * eighth - 0.03);
    return voice;
  });
  tool('play').textContent = 'Stop';
  const step = () => {
    const now = (band.context.currentTime - zero) / eighth;
    if (now > end() + 1) hush();
    else playing = requestAnimationFrame(step);
    draw();
  };
  playing = requestAnimationFrame(step);
});
tool('clear').addEventListener('click', () => {
  if (!notes.length) return;
  before.push(JSON.stringify(notes));
  notes = [];
  changed('');
});
tool('undo').addEventListener('click', () => {
  if (!before.length) return;
  notes = JSON.parse(before.pop());
  changed('');
});

canvas.addEventListener('click', (event) => {
  const [column, row] = [Math.floor((event.offsetX - KEYS) / COLUMN), Math.floor((event.offsetY - RULER) / ROW)];
  if (column < 0 || column >= columns() || row < 0 || row >= rows) return;
  cursor = { pitch: props.high - row, at: column };
  toggle(cursor);
});
grid.addEventListener('keydown', (event) => {
  const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] };
  if (event.key in moves) {
    const [up, right] = moves[event.key];
    cursor = {
      pitch: Math.max(props.low, Math.min(props.high, cursor.pitch + up)),
      at: Math.max(0, Math.min(props.most - 1, cursor.at + right)),
    };
    const x = KEYS + cursor.at * COLUMN;
    if (x < scroll.scrollLeft + KEYS || x > scroll.scrollLeft + scroll.clientWidth - COLUMN) scroll.scrollLeft = x - scroll.clientWidth / 2;
    tell(`${nameOf(cursor.pitch)}, bar ${Math.floor(cursor.at / BAR) + 1}, beat ${(cursor.at % BAR) / 2 + 1}.`);
  } else if (event.key === 'Enter' || event.key === ' ') {
    const { pitch, at: place } = cursor;
    toggle(cursor);
    if (at({ pitch, at: place }) >= 0) cursor = { pitch, at: Math.min(props.most - 1, place + Number(lengthOf.value)) };
    draw();
  } else if ((event.key === 'Delete' || event.key === 'Backspace') && at(cursor) >= 0) toggle(cursor);
  else return;
  event.preventDefault();
});
for (const kind of ['focus', 'blur']) grid.addEventListener(kind, draw);

function receive() {
  const text = props.value || '[]';
  if (text === sent) return;
  sent = text;
  hush();
  before = [];
  notes = JSON.parse(text);
  scroll.scrollLeft = 0;
  tell();
}

function theme() {
  readPalette(root);
  draw();
}

onWidth(root, draw);
onTheme(theme);
watch('value', receive);
theme();
receive();
tell();
kitOf('organ').catch(() => {});
