// What a visitor points at: places in time, notes, the view; and what is taken away.

const NEAR = 6; // pixels around a note that mean it
const DRAG = 7; // pixels after which a click is a drag
const NARROWEST = 8, WIDEST = 400; // pixels a second
const REST = 200; // milliseconds after the last key until the note is told

// One object for good: an event that waits for the one before it is sent with the object of the first.
const told = {};
let telling = 0;
let drag = null; // {x, left, moved, pointer}
const pointers = new Map(); // of a pinch
let pinch = 0;

function choose(n, tell) {
  chosen = n;
  draw();
  if (n < 0) return;
  const note = sheet.notes[n];
  const others = note.likely.filter(([pitch, p]) => pitch !== note.pitch && p >= 0.01).slice(0, 3).map(([pitch, p]) => `${nameOf(pitch)} ${Math.round(100 * p)} %`);
  const voice = sheet.voices.length ? `, ${sheet.voices[note.voice].toLowerCase()}` : '';
  const surprise = note.surprise === null ? '' : ` ${note.given ? 'Given; ' : ''}${note.surprise.toFixed(2)} nats of surprise.`;
  say(`${nameOf(note.pitch)}${voice}, at ${note.start.toFixed(1)} s.${surprise}${others.length ? ` Also likely: ${others.join(', ')}.` : ''}`);
  if (!tell || !sheet.done) return;
  trigger('select', Object.assign(told, { run: sheet.run, note: n }));
}

function noteAt(x, y) {
  let best = -1, least = NEAR;
  sheet.notes.forEach((note, n) => {
    const [left, right, top] = [xOf(note.start), xOf(endOf(note)), yOf(note.pitch)];
    const far = Math.max(left - x, x - right, top - y, y - top - rowHeight(), 0);
    if (far < least) [best, least] = [n, far];
  });
  return best;
}

function zoom(factor, x = (view.width + KEYS) / 2) {
  if (inScore()) {
    rescale(factor);
    return;
  }
  const fixed = timeAt(x);
  view.scale = Math.max(NARROWEST, Math.min(WIDEST, view.scale * factor));
  view.left = view.aim = Math.max(0, fixed - (x - KEYS) / view.scale);
  draw();
}

function pan(left) {
  root.querySelector('.follow').checked = false;
  view.left = view.aim = Math.max(0, Math.min(left, Math.max(0, length() - 0.3 * room())));
  draw();
}

canvas.addEventListener('pointerdown', (event) => {
  if (!sheet || event.button !== 0) return;
  pointers.set(event.pointerId, event.clientX);
  if (pointers.size === 2) {
    drag = null;
    pinch = Math.abs([...pointers.values()].reduce((a, b) => a - b));
    return;
  }
  drag = { x: event.clientX, left: view.left, moved: false, pointer: event.pointerId };
});
canvas.addEventListener('pointermove', (event) => {
  if (pointers.has(event.pointerId)) pointers.set(event.pointerId, event.clientX);
  if (pointers.size === 2 && pinch) {
    const wide = Math.abs([...pointers.values()].reduce((a, b) => a - b));
    if (wide > 10) {
      zoom(wide / pinch);
      pinch = wide;
    }
    return;
  }
  if (!drag || event.pointerId !== drag.pointer) return;
  const by = event.clientX - drag.x;
  if (!drag.moved && Math.abs(by) < DRAG) return;
  if (!drag.moved) canvas.setPointerCapture(event.pointerId);
  drag.moved = true;
  pan(drag.left - by / view.scale);
});
for (const kind of ['pointerup', 'pointercancel']) {
  canvas.addEventListener(kind, (event) => {
    pointers.delete(event.pointerId);
    pinch = 0;
    const click = kind === 'pointerup' && drag && !drag.moved && event.pointerId === drag.pointer;
    drag = null;
    if (!click || !sheet.notes.length) return;
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const found = y < RULER ? -1 : noteAt(x, y);
    choose(found, true);
    seek(found < 0 ? timeAt(Math.max(KEYS, x)) : sheet.notes[found].start);
  });
}
canvas.addEventListener('wheel', (event) => {
  if (!sheet) return;
  if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 300), event.offsetX);
  else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) pan(view.left + event.deltaX / view.scale);
  else return;
  event.preventDefault();
}, { passive: false });

// The note after or before the chosen one: of those that begin later or earlier, or together.
function neighbour(key) {
  const notes = sheet.notes;
  if (chosen < 0) {
    const later = notes.findIndex((note) => note.start >= position() - 0.01);
    return later < 0 ? notes.length - 1 : later;
  }
  const here = notes[chosen];
  const order = notes.map((note, n) => n).sort((a, b) => notes[a].start - notes[b].start || notes[b].pitch - notes[a].pitch);
  const chord = order.filter((n) => notes[n].start === here.start);
  if (key === 'ArrowUp' || key === 'ArrowDown') return chord[chord.indexOf(chosen) + (key === 'ArrowUp' ? -1 : 1)] ?? chosen;
  if (key === 'ArrowRight') return order.find((n) => notes[n].start > here.start) ?? chosen;
  const before = order.filter((n) => notes[n].start < here.start);
  return before.length ? order.find((n) => notes[n].start === notes[before.at(-1)].start) : chosen;
}

host.addEventListener('keydown', (event) => {
  if (!sheet || !sheet.notes.length || event.ctrlKey || event.metaKey || event.altKey) return;
  const jumps = { PageDown: position() + 5, PageUp: position() - 5, Home: 0, End: length() };
  if (event.key === ' ') playing ? stop() : start();
  else if (event.key === '+' || event.key === '=') zoom(1.4);
  else if (event.key === '-') zoom(0.7);
  else if (event.key in jumps) seek(jumps[event.key]);
  else if (event.key.startsWith('Arrow')) {
    choose(neighbour(event.key), false);
    seek(sheet.notes[chosen].start);
    clearTimeout(telling);
    telling = setTimeout(() => choose(chosen, true), REST);
  } else return;
  event.preventDefault();
});

for (const button of root.querySelectorAll('[data-zoom]')) button.addEventListener('click', () => zoom(Number(button.dataset.zoom), xOf(position())));
colour.addEventListener('change', () => { legend(); tint(); draw(); });

// Files, at the tempo and on the instrument of the page.

// What Python is to make a file of; `pace` is how much faster than the piece.
function question(kind, pace) {
  const notes = sheet.notes.map((n) => [n.pitch, n.velocity, n.start / pace, endOf(n) / pace, n.voice, n.surprise]);
  return {
    kind, notes, title: sheet.title, voices: sheet.voices, instrument: instrument.value,
    tempo: sheet.tempo * pace, colour: colour.value, view: inScore() ? 'score' : 'roll',
  };
}

async function fetched(message) {
  try {
    return await server[props.asks](message);
  } catch {
    return { error: 'The server does not answer. Is it still running?' };
  }
}

async function file(button) {
  const kind = button.dataset.kind;
  button.disabled = true;
  if (kind === 'wav') say('The sound is rendered; it takes some seconds.');
  const answer = await fetched(question(kind, speed()));
  button.disabled = false;
  say(answer.error || hint());
  if (answer.error) return;
  download(new Blob([unpacked(answer.data, Uint8Array)], { type: answer.type }), `${fileName(sheet.title, 60, 'music')}.${kind}`);
}
for (const button of root.querySelectorAll('[data-kind]')) button.addEventListener('click', () => file(button));
