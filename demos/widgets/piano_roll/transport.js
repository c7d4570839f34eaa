// Playing: notes are scheduled a moment ahead on the clock of Web Audio.

const AHEAD = 0.35; // seconds that are scheduled before they are heard
const HIDDEN = 1.8; // the same while the page is hidden, as its timers are slow then
const TICK = 60; // milliseconds
const HEAD_START = 0.25; // seconds of music that must be known before it begins, or goes on
const SOON = 15; // seconds of music left when more of an endless piece is asked for
const PATIENCE = 8; // seconds after the last note in which more may come, if it was asked for
const LATE = 0.08; // seconds from the click to the first note, so that none is cut

let playing = false;
let waiting = false; // for the network
let at = 0; // seconds of the music at `since`
let since = 0; // seconds of the context
let next = 0; // the note that is scheduled next
let sounding = []; // {note, voice, when, ended}
let timer = 0, frame = 0;
let asked = false; // for more

const tempo = root.querySelector('.tempo');
const speed = () => 2 ** Number(tempo.value);
const heard = (now) => at + Math.max(0, now - since) * speed();
const position = () => (playing && !waiting ? Math.min(heard(band.context.currentTime), length() + 0.5) : at);
const timeOf = (seconds) => since + (seconds - at) / speed();

// Loads the sounds before they are needed.
function prepare() {
  kitOf(instrument.value).catch(() => say('The sounds of the instrument did not come.'));
}

async function start() {
  if (!sheet || playing) return;
  if (sheet.done && at >= length() - 0.05) seek(0, false);
  const context = speakers();
  const run = sheet.run;
  playing = waiting = true;
  show();
  try {
    await kitOf(instrument.value);
  } catch {
    playing = waiting = false;
    say('The sounds of the instrument did not come. Is the server still running?');
    show();
    return;
  }
  if (!playing || !sheet || sheet.run !== run) return;
  since = context.currentTime;
  rewindTo(at);
  clearInterval(timer);
  timer = setInterval(tick, TICK);
  tick();
  frame ||= requestAnimationFrame(animate);
}

// From here on notes are scheduled anew; those that have begun are taken up where they are.
function rewindTo(seconds) {
  at = seconds;
  since = band.context ? band.context.currentTime + LATE : 0;
  next = 0;
}

function tick() {
  const context = band.context;
  const now = context.currentTime;
  let here = heard(now);
  if (waiting || (!sheet.done && here > sheet.known - 0.02)) {
    const go = sheet.notes.length > 0 && (sheet.done || sheet.known > at + HEAD_START);
    if (!go) {
      if (!waiting) at = here;
      waiting = true;
      return;
    }
    if (!waiting) return;
    waiting = false;
    // Nobody has to wait for a rest before an upbeat.
    if (next === 0 && at === sheet.begin) at = Math.max(at, sheet.notes[0].start - 0.02);
    since = now + LATE;
    here = at;
  }
  const until = here + (document.hidden ? HIDDEN : AHEAD) * speed();
  const kit = band.kits[instrument.value].ready;
  for (; next < sheet.notes.length && sheet.notes[next].start < until; next++) {
    const note = sheet.notes[next];
    if (!note.open && note.end <= here + 0.03) continue;
    const when = Math.max(now, timeOf(note.start));
    sounding.push({ note, voice: strike(kit, note.pitch, note.velocity, when), when, ended: false });
  }
  for (const one of sounding) {
    if (one.ended || one.note.open || one.note.end > until) continue;
    one.voice.end(Math.max(one.when + 0.02, timeOf(one.note.end)));
    one.ended = true;
  }
  sounding = sounding.filter((one) => !one.ended || timeOf(one.note.end) > now);
  if (sheet.endless && sheet.done && !asked && sheet.known - here < SOON * speed()) {
    asked = true;
    trigger('input', { run: sheet.run });
  }
  if (sheet.done && here > length() + (asked ? PATIENCE : 0.3)) {
    stop();
    seek(0, false);
  }
}

function animate() {
  frame = 0;
  if (!playing) return;
  show();
  paint();
  frame = requestAnimationFrame(animate);
}

function hush() {
  for (const { voice } of sounding) voice.silence();
  sounding = [];
}

function stop() {
  if (!playing) return;
  at = position();
  playing = waiting = false;
  clearInterval(timer);
  hush();
  show();
  draw();
}

function seek(seconds, jump = true) {
  hush();
  rewindTo(Math.max(0, Math.min(seconds, length())));
  if (jump && !playing) view.aim = view.left;
  show();
  draw();
}

play.addEventListener('click', () => (playing ? stop() : start()));
rewind.addEventListener('click', () => seek(0));

function tempoSaid() {
  const factor = speed();
  const words = sheet && sheet.bar ? `♩ = ${Math.round(sheet.tempo * factor)}` : `${Math.round(100 * factor)} %`;
  root.querySelector('.tempo-said').textContent = words;
}

let pace = 1; // at which the music has been playing
tempo.addEventListener('input', () => {
  const now = playing && !waiting ? at + Math.max(0, band.context.currentTime - since) * pace : at;
  pace = speed();
  at = now;
  if (playing) seek(now, false);
  tempoSaid();
});
root.querySelector('.loudness').addEventListener('input', (event) => setLoudness(Number(event.target.value)));
instrument.addEventListener('change', async () => {
  prepare();
  if (!playing) return;
  const here = position();
  stop();
  seek(here, false);
  start();
});
