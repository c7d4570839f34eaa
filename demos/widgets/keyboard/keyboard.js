// A piano's keyboard, and what was played on it: see demos/widgets/keyboard/__init__.py. palette.js
// has the colours, player.js the sound.

const root = element.querySelector('.keyboard');
const keys = root.querySelector('.keys');
const phrase = root.querySelector('.phrase');
const said = root.querySelector('.said');
const chooser = root.querySelector('input[type=file]');
const tool = (name) => root.querySelector(`[data-tool=${name}]`);

const LETTERS = 'awsedftgyhujkolp'; // from a C up, as the piano has them
const BLACK = new Set([1, 3, 6, 8, 10]);
const WHITE_WIDTH = 24; // pixels of a white key at least
const LOWEST = 24, HIGHEST = 96; // the lowest key that can be on the left, and where the right ends
const REST = 250; // milliseconds after the last key until Python is told
const MOST_BYTES = 1000000;
const PHRASE = 54; // pixels
const USUAL = 80; // velocity of keys that do not tell

let notes = []; // [pitch, velocity, start, end]
let sent = null; // the text that Python has
let base = 60; // the lowest key
let home = 60; // that of the letter A
let begun = 0; // milliseconds of the page's clock at which the first note began
let timer = 0;
let replaying = []; // what sounds of the phrase
const held = new Map(); // pitch -> {note, voice, source}

const say = (words) => { said.textContent = words; };

// Keys.

function build() {
  const wide = keys.clientWidth - 12;
  if (wide <= 0) return;
  const octaves = Math.max(1, Math.min(4, Math.floor(wide / WHITE_WIDTH / 7)));
  const end = Math.min(HIGHEST, base + 12 * octaves);
  base = end - 12 * octaves;
  home = base + (octaves > 2 ? 12 : 0);
  const made = [];
  let whites = 0;
  const count = 7 * octaves + 1;
  for (let pitch = base; pitch <= end; pitch++) {
    const key = document.createElement('i');
    const black = BLACK.has(pitch % 12);
    key.className = black ? 'black' : 'white';
    key.dataset.pitch = pitch;
    if (black) {
      key.style.width = `${60 / count}%`;
      key.style.left = `calc(6px + (100% - 12px) * ${whites / count} - ${30 / count}%)`;
    } else whites++;
    const letter = wide > 500 ? LETTERS[pitch - home] : '';
    key.textContent = letter ? letter.toUpperCase() : pitch % 12 ? '' : `C${pitch / 12 - 1}`;
    made.push(key);
  }
  keys.replaceChildren(...made);
  root.querySelector('.octave').textContent = `C${base / 12 - 1} to C${end / 12 - 1}`;
  for (const pitch of held.keys()) lit(pitch, true);
}

const lit = (pitch, on) => keys.querySelector(`[data-pitch="${pitch}"]`)?.classList.toggle('down', on);

function press(pitch, velocity, source) {
  if (held.has(pitch)) return;
  silence();
  const now = performance.now();
  if (!notes.length && !held.size) begun = now;
  const start = (now - begun) / 1000;
  const context = speakers();
  const one = { note: [pitch, velocity, start, start], voice: null, source };
  held.set(pitch, one);
  notes.push(one.note);
  lit(pitch, true);
  const kit = band.kits.piano && band.kits.piano.ready;
  if (kit) one.voice = strike(kit, pitch, velocity, context.currentTime);
  else kitOf('piano').catch(() => say('The sounds of the piano did not come.'));
  clearTimeout(timer);
  tell();
}

function lift(pitch) {
  const one = held.get(pitch);
  if (!one) return;
  held.delete(pitch);
  one.note[3] = Math.max(one.note[2] + 0.05, (performance.now() - begun) / 1000);
  if (one.voice) one.voice.end(band.context.currentTime);
  lit(pitch, false);
  tell();
  if (!held.size) {
    clearTimeout(timer);
    timer = setTimeout(send, REST);
  }
}

function send() {
  sent = JSON.stringify(notes.map(([p, v, a, b]) => [p, v, Number(a.toFixed(3)), Number(b.toFixed(3))]));
  props.value = sent;
  trigger('input');
}

// Mouse and touch: a pointer that moves on plays the next key.
const under = (event) => {
  const node = document.elementFromPoint(event.clientX, event.clientY);
  const key = node && node.closest('i[data-pitch]');
  return key && keys.contains(key) ? Number(key.dataset.pitch) : null;
};
const hardness = (event, pitch) => {
  const box = keys.querySelector(`[data-pitch="${pitch}"]`).getBoundingClientRect();
  return Math.round(50 + 60 * Math.min(1, Math.max(0, (event.clientY - box.top) / box.height)));
};
const pointers = new Map();
keys.addEventListener('pointerdown', (event) => {
  const pitch = under(event);
  if (pitch === null || event.button !== 0) return;
  event.preventDefault();
  keys.focus({ preventScroll: true });
  pointers.set(event.pointerId, pitch);
  press(pitch, hardness(event, pitch), 'pointer');
});
window.addEventListener('pointermove', (event) => {
  if (!pointers.has(event.pointerId)) return;
  const [before, pitch] = [pointers.get(event.pointerId), under(event)];
  if (pitch === before || pitch === null) return;
  lift(before);
  pointers.set(event.pointerId, pitch);
  press(pitch, hardness(event, pitch), 'pointer');
});
for (const kind of ['pointerup', 'pointercancel']) {
  window.addEventListener(kind, (event) => {
    if (!pointers.has(event.pointerId)) return;
    lift(pointers.get(event.pointerId));
    pointers.delete(event.pointerId);
  });
}

// The letters of the computer.
keys.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const letter = event.key.toLowerCase();
  const n = LETTERS.indexOf(letter);
  if (letter.length === 1 && n >= 0) {
    if (!event.repeat) press(home + n, USUAL, 'letters');
  } else if (letter === 'z') shift(-12);
  else if (letter === 'x') shift(12);
  else return;
  event.preventDefault();
});
keys.addEventListener('keyup', (event) => {
  const n = LETTERS.indexOf(event.key.toLowerCase());
  if (event.key.length === 1 && n >= 0) lift(home + n);
});
keys.addEventListener('blur', () => {
  for (const [pitch, one] of held) if (one.source === 'letters') lift(pitch);
});

function shift(by) {
  for (const pitch of [...held.keys()]) lift(pitch);
  base = Math.max(LOWEST, Math.min(HIGHEST - 12, base + by));
  build();
}
tool('lower').addEventListener('click', () => shift(-12));
tool('higher').addEventListener('click', () => shift(12));

// A keyboard at a MIDI port.
tool('midi').hidden = !navigator.requestMIDIAccess;
tool('midi').addEventListener('click', async () => {
  let access;
  try {
    access = await navigator.requestMIDIAccess();
  } catch {
    say('The browser does not give access to MIDI keyboards.');
    return;
  }
  const connect = () => {
    for (const port of access.inputs.values()) port.onmidimessage = heard;
    const names = [...access.inputs.values()].map((port) => port.name);
    say(names.length ? `Listening to ${names.join(', ')}.` : 'There is no MIDI keyboard connected.');
  };
  access.onstatechange = connect;
  connect();
});
function heard({ data: [status, pitch, velocity] }) {
  if (status >> 4 === 9 && velocity > 0) press(pitch, velocity, 'midi');
  else if (status >> 4 === 8 || status >> 4 === 9) lift(pitch);
}

// What was played.

function tell() {
  const end = notes.reduce((most, note) => Math.max(most, note[3]), 0);
  for (const name of ['play', 'clear']) tool(name).setAttribute('aria-disabled', String(!notes.length));
  say(notes.length ? `${notes.length} ${notes.length === 1 ? 'note' : 'notes'}, ${end.toFixed(1)} seconds.` : props.hint);
  draw();
}

const draw = onceAFrame(() => {
  const wide = root.clientWidth;
  if (!wide) return;
  const pen = sized(phrase, wide, PHRASE);
  if (!notes.length) return;
  const end = Math.max(4, ...notes.map((note) => note[3]));
  const pitches = notes.map((note) => note[0]);
  const [low, high] = [Math.min(...pitches) - 3, Math.max(...pitches) + 3];
  pen.fillStyle = palette.accent;
  for (const [pitch, , from, to] of notes) {
    const y = 4 + (PHRASE - 10) * (high - pitch) / (high - low);
    pen.fillRect(8 + (wide - 16) * from / end, y, Math.max(2, (wide - 16) * (to - from) / end - 1), 4);
  }
});

function silence() {
  for (const voice of replaying) voice.silence();
  replaying = [];
}

tool('play').addEventListener('click', async () => {
  if (!notes.length) return;
  silence();
  const context = speakers();
  const kit = await kitOf('piano').catch(() => null);
  if (!kit) return;
  const zero = context.currentTime + 0.08;
  replaying = notes.slice(0, 600).map(([pitch, velocity, from, to]) => {
    const voice = strike(kit, pitch, velocity, zero + from);
    voice.end(zero + to);
    return voice;
  });
});
tool('clear').addEventListener('click', () => {
  if (!notes.length) return;
  silence();
  notes = [];
  held.clear();
  for (const key of keys.children) key.classList.remove('down');
  tell();
  send();
});

// Files.
tool('open').addEventListener('click', () => chooser.click());
chooser.addEventListener('change', async () => {
  const [file] = chooser.files;
  chooser.value = ''; // so that the same file can be opened again
  if (!file) return;
  if (file.size > MOST_BYTES) {
    say(`The file is larger than ${MOST_BYTES / 1e6} MB.`);
    return;
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  let raw = '';
  for (const byte of bytes) raw += String.fromCharCode(byte);
  let answer;
  try {
    answer = await server.midi_notes(btoa(raw));
  } catch {
    answer = { error: 'The server does not answer. Is it still running?' };
  }
  if (answer.error) {
    say(answer.error);
    return;
  }
  notes = JSON.parse(answer.notes);
  begun = performance.now() - 1000 * Math.max(...notes.map((note) => note[3]));
  tell();
  send();
});

function receive() {
  const text = props.value || '[]';
  if (text === sent) return;
  sent = text;
  notes = JSON.parse(text);
  tell();
}

function theme() {
  readPalette(root);
  root.classList.toggle('night', document.body.classList.contains('dark')); // keys stay black and white
  draw();
}

onWidth(root, () => { build(); draw(); });
onTheme(theme);
watch('value', receive);
theme();
receive();
tell();
kitOf('piano').catch(() => {});
