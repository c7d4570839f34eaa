// The roll as it looks: keys on the left, time to the right, the playhead.

const KEYS = 30, RULER = 20; // pixels of the keyboard, and of the time above the notes
const FEWEST = 24; // semitones that are shown at least
const BLACK = new Set([1, 3, 6, 8, 10]);
const VOICES = ['minus', 'gate-g', 'gate-i', 'plus']; // colours of soprano, alto, tenor and bass
const SURPRISED = 5; // nats that are drawn at full strength
const LEAD = 0.3; // of the width: where the playhead stays while the roll follows it
const GLIDE = 0.18; // of the way that is left, a frame
const calm = matchMedia('(prefers-reduced-motion: reduce)');

const view = { left: 0, aim: 0, scale: 60, low: 48, high: 84, width: 0, height: 0 }; // seconds, pixels a second, pitches

const rowHeight = () => (view.height - RULER) / (view.high - view.low + 1);
const xOf = (seconds) => KEYS + (seconds - view.left) * view.scale;
const yOf = (pitch) => RULER + (view.high - pitch) * rowHeight();
const timeAt = (x) => view.left + (x - KEYS) / view.scale;
const room = () => (view.width - KEYS) / view.scale; // seconds in sight

function fit() {
  const pitches = sheet.notes.map((note) => note.pitch);
  let low = Math.min(60, ...pitches) - 2;
  let high = Math.max(67, ...pitches) + 2;
  const more = FEWEST - (high - low);
  if (more > 0) [low, high] = [low - Math.ceil(more / 2), high + Math.floor(more / 2)];
  Object.assign(view, { low: Math.max(0, low), high: Math.min(127, high) });
}

function colourOf(note) {
  if (colour.value === 'velocity') return mixed(palette.accent, 0.2 + 0.8 * note.velocity / 127, palette.surface);
  if (colour.value === 'surprise') {
    if (note.surprise === null) return palette.rule;
    return mixed(palette.surprise, 0.12 + 0.88 * Math.min(1, note.surprise / SURPRISED), palette.surface);
  }
  if (sheet.voices.length) return palette[VOICES[note.voice]];
  return note.given ? palette.muted : palette.accent;
}

// The voices by name, or how colours are to be read.
function legend() {
  const box = root.querySelector('.legend');
  const item = (words, fill, ramp) => {
    const span = document.createElement('span');
    const mark = document.createElement('i');
    mark.style.background = fill;
    if (ramp) mark.className = 'ramp';
    span.append(mark, words);
    return span;
  };
  if (!sheet) box.replaceChildren();
  else if (colour.value === 'velocity') box.replaceChildren(item('soft to loud', `linear-gradient(to right, ${mixed(palette.accent, 0.2, palette.surface)}, ${palette.accent})`, true));
  else if (colour.value === 'surprise') box.replaceChildren(item(`expected to surprising (${SURPRISED} nats)`, `linear-gradient(to right, ${mixed(palette.surprise, 0.12, palette.surface)}, ${palette.surprise})`, true));
  else if (inScore()) box.replaceChildren();
  else if (sheet.voices.length) box.replaceChildren(...sheet.voices.map((name, n) => item(name, palette[VOICES[n]])));
  else if (sheet.notes.some((note) => note.given)) box.replaceChildren(item('given', palette.muted), item('by the network', palette.accent));
  else box.replaceChildren();
}

// Where the view is to be, so that the playhead is in sight.
function follow() {
  if (!root.querySelector('.follow').checked) return;
  const now = position();
  const inside = now >= view.aim && now <= view.aim + room() * 0.92;
  if (playing && !calm.matches) view.aim = Math.max(0, now - LEAD * room());
  else if (!inside) view.aim = Math.max(0, now - 0.06 * room());
  const near = calm.matches || Math.abs(view.aim - view.left) * view.scale < 1;
  view.left = near || !playing ? view.aim : view.left + GLIDE * (view.aim - view.left);
}

function paint() {
  view.width = host.clientWidth;
  view.height = host.clientHeight;
  if (!sheet || !view.width) return;
  if (inScore()) {
    paintScore();
    return;
  }
  fit();
  follow();
  const pen = sized(canvas, view.width, view.height);
  const row = rowHeight();
  pen.font = `11px ${palette.sans}`;
  pen.textBaseline = 'middle';
  for (let pitch = view.low; pitch <= view.high; pitch++) {
    if (!BLACK.has(pitch % 12)) continue;
    pen.fillStyle = palette.paper;
    pen.fillRect(KEYS, yOf(pitch), view.width, row);
  }
  ruler(pen);
  const now = position();
  sheet.notes.forEach((note, n) => drawNote(pen, note, n, row, now));
  if (chosen >= 0) ghosts(pen, row);
  keyboard(pen, row, now);
  pen.fillStyle = palette.accent;
  const x = xOf(now);
  if (x >= KEYS) pen.fillRect(Math.round(x) - 1, 0, 2, view.height);
}

// Bars, or seconds.
function ruler(pen) {
  const bar = sheet.bar || 1;
  const every = [1, 2, 4, 5, 10, 20, 30, 60].find((count) => count * bar * view.scale >= 44) || 120;
  pen.textAlign = 'left';
  for (let n = Math.max(0, Math.floor(view.left / bar)); xOf(n * bar) < view.width; n++) {
    const x = Math.round(xOf(n * bar));
    if (bar * view.scale < 8 && n % every) continue;
    pen.fillStyle = palette.rule;
    pen.fillRect(x, n % every ? RULER : 0, 1, view.height);
    if (n % every) continue;
    pen.fillStyle = palette.muted;
    pen.fillText(sheet.bar ? String(n + 1) : minutes(n), x + 4, RULER / 2);
  }
  pen.fillStyle = palette.rule;
  pen.fillRect(0, RULER, view.width, 1);
}

function drawNote(pen, note, n, row, now) {
  const end = endOf(note);
  const [x, wide] = [xOf(note.start), Math.max(2, (end - note.start) * view.scale - 1)];
  if (x + wide < KEYS || x > view.width) return;
  const lit = note.start <= now && now < end;
  const fill = colourOf(note);
  pen.globalAlpha = lit ? 1 : note.given && sheet.voices.length ? 0.5 : 0.85;
  pen.fillStyle = fill;
  if (lit) [pen.shadowColor, pen.shadowBlur] = [fill, 14];
  pen.beginPath();
  pen.roundRect(x, yOf(note.pitch) + 0.5, wide, Math.max(2, row - 1), Math.min(3, row / 3));
  pen.fill();
  pen.globalAlpha = 1;
  if (lit) {
    pen.shadowBlur = 0;
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 2;
    pen.stroke();
  }
  if (n === chosen) {
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 2;
    pen.strokeRect(x - 2, yOf(note.pitch) - 1.5, wide + 4, row + 3);
  }
}

// The notes that might have come in place of the one that is chosen.
function ghosts(pen, row) {
  const note = sheet.notes[chosen];
  const [x, wide] = [xOf(note.start), Math.max(8, (endOf(note) - note.start) * view.scale - 1)];
  pen.textAlign = 'left';
  for (const [pitch, p] of note.likely) {
    if (pitch === note.pitch || pitch < view.low || pitch > view.high || p < 0.01) continue;
    pen.strokeStyle = palette.surprise;
    pen.fillStyle = palette.surprise;
    pen.globalAlpha = 0.12 + 0.6 * p;
    pen.fillRect(x, yOf(pitch) + 0.5, wide, row - 1);
    pen.globalAlpha = 1;
    pen.lineWidth = 1;
    pen.setLineDash([3, 2]);
    pen.strokeRect(x + 0.5, yOf(pitch) + 1, wide, row - 2);
    pen.setLineDash([]);
    pen.fillStyle = palette.ink;
    pen.fillText(`${Math.round(100 * p)} %`, Math.min(x + wide + 4, view.width - 34), yOf(pitch) + row / 2);
  }
}

function keyboard(pen, row, now) {
  const sounding = new Set(playing ? sheet.notes.filter((n) => n.start <= now && now < endOf(n)).map((n) => n.pitch) : []);
  pen.fillStyle = palette.surface;
  pen.fillRect(0, RULER + 1, KEYS, view.height);
  for (let pitch = view.low; pitch <= view.high; pitch++) {
    const black = BLACK.has(pitch % 12);
    pen.fillStyle = sounding.has(pitch) ? palette.accent : black ? palette.muted : palette.surface;
    pen.fillRect(0, yOf(pitch), black ? KEYS * 0.6 : KEYS, row);
    pen.fillStyle = palette.rule;
    pen.fillRect(0, yOf(pitch) + row - 0.5, KEYS, 0.5);
    if (pitch % 12) continue;
    pen.fillStyle = sounding.has(pitch) ? palette.surface : palette.muted;
    pen.textAlign = 'right';
    pen.fillText(nameOf(pitch), KEYS - 2, yOf(pitch) + row / 2);
  }
  pen.fillStyle = palette.rule;
  pen.fillRect(KEYS - 1, RULER, 1, view.height);
}

const draw = onceAFrame(paint);
