// A photo and the caption that is written of it. Python sends the words, see
// demos/widgets/photo_stage/__init__.py; photos go past the queue, by server functions. Other scripts
// beside this one draw the parts.

const root = element.querySelector('.photo-stage');
const find = (selector) => root.querySelector(selector);
const [view, canvas, empty, reading, caption, told, detail, said] = [
  '.view', 'canvas', '.empty', '.reading', '.caption', '.told', '.detail', '.said',
].map(find);
const tool = (name) => find(`[data-tool=${name}]`);

const KEPT = 6; // photos that this page remembers

let run = null; // {id, photo, region, words, decided, done, ...} as Python sends it, words unpacked
let image = null; // of run.photo, once it is there
const photos = new Map(); // name -> {width, height, picture}
const past = new Set(); // runs that others took the place of

const nats = (value) => value.toFixed(2).replace('-', '−');

// Says something above the photo; what is on the page already is only for those who listen to it.
function say(words, kind = '') {
  said.textContent = words;
  said.className = `said ${kind}`;
}

// One object for good: an event that waits for the one before it is sent with the object of the first.
const message = {};
function tell(wish) {
  for (const name of Object.keys(message)) delete message[name];
  trigger('input', Object.assign(message, wish));
}

// What is asked of the server past the queue; what goes wrong is said.
async function ask(what, question) {
  let answer;
  try {
    answer = await server[props.asks[what]](question);
  } catch {
    answer = { error: what === 'take' ? 'The server did not take the photo. It may be too large, or the server is no longer running.' : 'The server does not answer. Is it still running?' };
  }
  if (answer.error) say(answer.error, 'wrong');
  return answer.error ? null : answer;
}

// A photo as the server has it; the oldest make place.
async function keep({ photo, data, width, height }) {
  const picture = new Image();
  picture.src = `data:image/jpeg;base64,${data}`;
  await picture.decode();
  photos.delete(photo);
  photos.set(photo, { picture, width, height });
  while (photos.size > KEPT) photos.delete(photos.keys().next().value);
}

let awaited = ''; // the photo that was asked for
async function fetchPhoto(name) {
  if (awaited === name) return;
  awaited = name;
  const answer = await ask('show', { photo: name });
  if (answer) await keep(answer);
  awaited = '';
  if (!run || run.photo !== name) return; // another has come meanwhile
  image = photos.get(name) || null;
  redraw();
}

function receive() {
  const value = props.value && props.value.json ? JSON.parse(props.value.json) : null;
  if (!value || past.has(value.run)) return; // a message that came late
  if (value.stopped) {
    if (run && run.id === value.run && !run.done) say('Stopped.');
    return;
  }
  if (!run || run.id !== value.run) {
    if (run) past.add(run.id);
    if (!run || run.photo !== value.photo) image = photos.get(value.photo) || null;
    forget();
    say('');
  }
  const { run: id, ...rest } = value;
  run = { ...rest, id, words: value.words.map(word) };
  if (!image) fetchPhoto(run.photo);
  empty.hidden = true;
  reading.hidden = told.hidden = false;
  mark();
  chosenSample();
  write();
  for (const part of ['.detail', '.listed', '.kinds', '.strip']) find(part).hidden = !run.done;
  if (run.done) finish();
  show();
}

function word([text, packed, peak, sentinel]) {
  return { text, attention: unpacked(packed, Uint8Array), peak, sentinel };
}

// The caption is there: what else belongs to it.
function finish() {
  explain();
  list();
  kinds();
  if (find('.strip').open) picture();
  say(`Caption: ${spoken()}.`, 'heard');
  if (!still.matches) play();
}

const spoken = () => run.words.map(({ text }) => text).join(' ').trim().replace(/ ('|n't)/g, '$1');
