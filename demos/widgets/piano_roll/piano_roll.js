// A piano roll: what Python sends (see __init__.py) becomes notes. palette.js has the colours,
// player.js the sound; drawing.js draws, transport.js plays, places.js has what a visitor points at,
// score.js shows the same as a score.

const root = element.querySelector('.piano-roll');
const host = root.querySelector('.roll');
const canvas = root.querySelector('canvas');
const empty = root.querySelector('.empty');
const said = root.querySelector('.said');
const play = root.querySelector('.play');
const rewind = root.querySelector('.rewind');
const clock = root.querySelector('.clock');
const instrument = root.querySelector('.instrument');
const colour = root.querySelector('.colour');

const LIKELY = 5, GIVEN = 16, UNKNOWN = 255; // as in __init__.py

let sheet = null; // what is on the roll, with its notes: {pitch, velocity, start, end, open, voice, given, surprise, likely}
let past = ''; // the run that was stopped
let chosen = -1; // the number of a note

const say = (words) => { said.textContent = words; };
const PITCHES = ['C', 'C♯', 'D', 'E♭', 'E', 'F', 'F♯', 'G', 'A♭', 'A', 'B♭', 'B'];
const nameOf = (pitch) => `${PITCHES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;
const endOf = (note) => (note.open ? Math.max(note.start + 0.05, sheet.known) : note.end);
const length = () => (sheet ? sheet.notes.reduce((most, note) => Math.max(most, endOf(note)), 0) : 0);

function begin(value) {
  stop();
  const { first, times, facts, ...about } = value;
  sheet = { ...about, notes: [] };
  chosen = -1;
  asked = false;
  erase();
  view.left = 0;
  view.aim = 0;
  instrument.value = sheet.instrument;
  say('The network composes …');
  prepare();
}

// The colours that tell most of a new piece, unless a visitor looks at the surprise of all pieces.
function suit() {
  const told = sheet.voices.length || sheet.notes.some((note) => note.given);
  colour.options[0].textContent = sheet.voices.length ? 'voices' : 'who plays';
  if (colour.value !== 'surprise') colour.value = told ? 'voice' : 'velocity';
}

const hint = () => (sheet.notes.length ? 'Click a note to see what else the network thought of there.' : '');

function take(value) {
  if (value.first > sheet.notes.length) return; // the last stretch holds everything
  const times = unpacked(value.times, Float32Array);
  const facts = unpacked(value.facts, Uint8Array);
  const wide = 4 + 2 * LIKELY;
  for (let n = 0; n < times.length / 2; n++) {
    const row = facts.subarray(wide * n, wide * (n + 1));
    const likely = [];
    for (let k = 4; k < wide; k += 2) if (row[k]) likely.push([row[k], row[k + 1] / 255]);
    const old = sheet.notes[value.first + n];
    const note = {
      pitch: row[0], velocity: row[1], start: times[2 * n], end: times[2 * n + 1], open: Number.isNaN(times[2 * n + 1]),
      voice: row[2] % GIVEN, given: row[2] >= GIVEN, surprise: row[3] === UNKNOWN ? null : row[3] * props.nats, likely,
    };
    if (old) Object.assign(old, note); // whoever plays it learns of its end
    else sheet.notes.push(note);
  }
}

function receive() {
  const value = props.value && props.value.json ? JSON.parse(props.value.json) : null;
  if (value && value.stop) {
    finish();
    return;
  }
  if (value && value.run === past) return; // a message that came late
  const fresh = value && (!sheet || sheet.run !== value.run);
  if (!value) {
    stop();
    sheet = null;
  } else {
    if (fresh) begin(value);
    take(value);
    sheet.known = value.known;
    sheet.done = value.done;
    if (fresh) suit();
    if (value.done) asked = false;
    if (value.done && said.textContent.endsWith('…')) say(hint());
  }
  empty.hidden = Boolean(sheet);
  arrange();
  if (fresh) {
    seek(sheet.begin, false);
    if (sheet.play) start();
  }
  legend();
  show();
  draw();
  engrave();
}

// The music is as long as it is by now.
function finish() {
  if (!sheet) return;
  stop();
  past = sheet.run;
  sheet.endless = false;
  sheet.done = true;
  for (const note of sheet.notes.filter((one) => one.open)) {
    note.end = endOf(note);
    note.open = false;
  }
  if (said.textContent.endsWith('…')) say(hint());
  show();
  draw();
  engrave();
}

const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

// What stands beside the roll.
function show() {
  const there = Boolean(sheet && sheet.notes.length);
  play.disabled = rewind.disabled = !there;
  play.textContent = playing ? 'Pause' : 'Play';
  for (const button of root.querySelectorAll('[data-kind]')) button.disabled = !there || !sheet.done;
  const end = length();
  const now = position();
  const words = there ? `${minutes(now)} / ${minutes(end)}` : '0:00';
  if (clock.textContent !== words) {
    clock.textContent = words;
    host.setAttribute('aria-valuemax', end.toFixed(0));
    host.setAttribute('aria-valuenow', now.toFixed(0));
    host.setAttribute('aria-valuetext', words);
  }
}
