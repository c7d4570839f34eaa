// The score of a chorale: Python engraves it (lstm_core/music/score), here it is followed and
// pointed at. It shows the notes of the roll, on the same clock.

const SPACE = 6.4, SPACE_ON_A_PHONE = 5.2; // pixels of a staff space
const SMALLEST = 3.5, LARGEST = 14;
const PHONE = 480; // pixels of width
const FEWEST_SPACES = 40, MOST_SPACES = 400; // of a width that Python takes
const PAUSE = 1000; // milliseconds until a chorale that is being composed is engraved again
const FAR = 24; // pixels from a head within which it is meant
const ABOVE = 8; // pixels above the system that sounds
const BAR = 16; // sixteenths

const views = root.querySelector('.views');
const score = root.querySelector('.score');

let asScore = false; // as the visitor wishes, of pieces that have a score
let spacing = 0; // pixels of a staff space that a visitor chose
let engraved = ''; // what the score was made of
let engraving = false;
let heads = []; // by note: elements
let systems = []; // {start, group}, start in seconds
let lit = new Set(); // notes that are seen to sound
let ringed = -1; // the note that is seen to be chosen
let turned = null; // the system that was brought into sight

const inScore = () => Boolean(asScore && sheet && sheet.bar);
const space = () => spacing || (score.clientWidth < PHONE ? SPACE_ON_A_PHONE : SPACE);
const spaces = () => Math.max(FEWEST_SPACES, Math.min(MOST_SPACES, Math.floor(score.clientWidth / space())));

// What is in sight: the roll, or the score of what has one.
function arrange() {
  views.hidden = !(sheet && sheet.bar);
  for (const button of views.children) button.setAttribute('aria-pressed', String((button.dataset.view === 'score') === asScore));
  host.classList.toggle('as-score', inScore());
  canvas.hidden = !sheet || inScore();
  score.hidden = !inScore();
}

function erase() {
  score.replaceChildren();
  engraved = '';
  heads = [];
  systems = [];
  lit = new Set();
  ringed = -1;
  turned = null;
}

// Has the score made anew, if there is anything new; never twice at a time.
async function engrave() {
  if (!inScore() || engraving || !sheet.notes.length || !score.clientWidth) return;
  const wanted = [sheet.run, sheet.notes.length, length(), spaces()].join(' ');
  if (wanted === engraved) return;
  engraving = true;
  const { run } = sheet;
  const answer = await fetched({ ...question('svg', 1), title: '', colour: 'voice', width: spaces() });
  engraving = false;
  if (sheet && sheet.run === run) {
    engraved = wanted;
    if (answer.error) say(answer.error);
    else put(new TextDecoder().decode(unpacked(answer.data, Uint8Array)));
  }
  setTimeout(engrave, sheet && !sheet.done ? PAUSE : 0);
}

function put(text) {
  const was = engraved;
  erase();
  engraved = was;
  score.innerHTML = text;
  for (const group of score.querySelectorAll('[data-note]')) (heads[group.dataset.note] ||= []).push(group);
  systems = Array.from(score.querySelectorAll('[data-from]'), (group) => ({ start: group.dataset.from * sheet.bar / BAR, group }));
  tint();
  paintScore();
}

// Behind each head the colour that its note has on the roll; voices are told by their stems.
function tint() {
  heads.forEach((groups, n) => {
    const fill = colour.value === 'voice' ? '' : colourOf(sheet.notes[n]);
    for (const group of groups) group.style.setProperty('--halo', fill);
  });
}

function mark(n, name, on) {
  for (const group of heads[n] || []) group.classList.toggle(name, on);
}

function paintScore() {
  const now = position();
  const sounds = new Set();
  sheet.notes.forEach((note, n) => { if (note.start <= now && now < endOf(note)) sounds.add(n); });
  for (const n of lit) if (!sounds.has(n)) mark(n, 'lit', false);
  for (const n of sounds) if (!lit.has(n)) mark(n, 'lit', true);
  lit = sounds;
  if (ringed !== chosen) {
    mark(ringed, 'chosen', false);
    mark(chosen, 'chosen', true);
    ringed = chosen;
  }
  if (root.querySelector('.follow').checked) turn(now);
}

function turn(now) {
  const here = systems.findLast(({ start }) => start <= now + 0.01);
  if (!here || here.group === turned) return;
  turned = here.group;
  const [own, frame] = [here.group.getBoundingClientRect(), score.getBoundingClientRect()];
  if (own.top >= frame.top && own.bottom <= frame.bottom) return;
  score.scrollTo({ top: score.scrollTop + own.top - frame.top - ABOVE, behavior: calm.matches ? 'auto' : 'smooth' });
}

function rescale(factor) {
  spacing = Math.max(SMALLEST, Math.min(LARGEST, space() * factor));
  engrave();
}

for (const button of views.children) {
  button.addEventListener('click', () => {
    asScore = button.dataset.view === 'score';
    arrange();
    legend();
    draw();
    engrave();
  });
}

score.addEventListener('click', (event) => {
  let best = -1, least = FAR;
  heads.forEach((groups, n) => groups.forEach((group) => {
    const box = group.querySelector('.halo')?.getBoundingClientRect();
    if (!box) return;
    const far = Math.hypot(event.clientX - box.x - box.width / 2, event.clientY - box.y - box.height / 2);
    if (far < least) [best, least] = [n, far];
  }));
  choose(best, true);
  if (best >= 0) seek(sheet.notes[best].start);
});
