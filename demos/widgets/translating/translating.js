// A translation as it is written, and all that is to be seen of how it came about. Python sends it,
// see demos/widgets/translating/__init__.py; other scripts beside this one draw the parts.

const root = element.querySelector('.translating');
const find = (selector) => root.querySelector(selector);
const [empty, text, alignment, detail, said, which] = [
  '.empty', '.text', '.alignment', '.detail', '.said', '.which',
].map(find);
const LANGUAGES = { en: 'English', fr: 'French' };

let run = null; // {id, languages, between, texts, sentences, done}
let at = 0; // the sentence looked at
let draft = null; // {at, text, decided, words, sources, weights} of a sentence in the making
const past = new Set(); // runs that others took the place of

const nats = (value, digits) => value.toFixed(digits).replace('-', '−');
const visible = (piece) => piece.replace(/ /g, '␣') || 'end';

function receive() {
  const value = props.value && props.value.json ? JSON.parse(props.value.json) : null;
  if (!value) return;
  if (past.has(value.run)) return; // a message that came late
  if (!run || run.id !== value.run) {
    if (run) past.add(run.id);
    run = { id: value.run, sentences: {} };
    chosen = null;
    said.textContent = '';
  }
  const { languages, between, texts, done } = value;
  Object.assign(run, { languages, between, texts, done });
  Object.assign(run.sentences, value.sentences);
  const left = value.stopped && draft && draft.at >= texts.length; // stays as it is
  if (!left) draft = value.draft && { ...value.draft, at: value.at, weights: matrix(value.draft) };
  for (const sentence of Object.values(value.sentences)) sentence.weights = matrix(sentence);
  look(left ? draft.at : value.at);
  if (value.stopped) say('Stopped.');
  else if (done) say('Point at a word to see what it looked at, or who looked at it; click it to change it.');
}

// Rows of weights from 0 to 1, a row for each word of the translation.
function matrix({ weights, words, sources }) {
  const bytes = Uint8Array.from(atob(weights), (c) => c.charCodeAt(0));
  return words.map((_, n) => Array.from(bytes.subarray(n * sources.length, (n + 1) * sources.length), (b) => b / 255));
}

// Shows a sentence, and all texts around it.
function look(n) {
  if (n !== at) chosen = null;
  at = n;
  empty.hidden = Boolean(run);
  if (!run) return;
  write();
  const sentence = here();
  which.textContent = run.languages.map((name) => LANGUAGES[name]).join(' to ');
  alignment.hidden = !sentence;
  for (const part of ['.best', '.search', '.heat']) find(part).hidden = !finished();
  for (const tool of root.querySelectorAll('[data-tool]')) tool.disabled = !written();
  if (sentence) align(sentence);
  detail.hidden = !finished();
  if (!finished()) return;
  explain();
  candidates();
  if (find('.search').open) tree();
  if (find('.heat').open) heat();
}

// What is known of the sentence looked at: its draft, or the whole of it.
const here = () => (draft && draft.at === at ? draft : run && run.sentences[at]);
const finished = () => Boolean(run && !(draft && draft.at === at) && run.sentences[at]);

// The texts of all sentences so far, with what stands between them.
function written() {
  if (!run) return '';
  const texts = run.texts.map((each, n) => (draft && draft.at === n ? draft.text : each));
  if (draft && draft.at === texts.length) texts.push(draft.text);
  const whole = texts.length === run.between.length - 1;
  return texts.map((each, n) => run.between[n] + each).join('') + (whole ? run.between.at(-1) : '');
}

function write() {
  const count = Math.max(run.texts.length, draft ? draft.at + 1 : 0);
  text.lang = run.languages[1];
  text.classList.toggle('several', run.between.length > 2);
  const parts = [];
  for (let n = 0; n < count; n++) {
    parts.push(run.between[n]);
    const sentence = node('s', [], `sentence${n === at ? ' here' : ''}`);
    sentence.dataset.at = n;
    if (run.between.length > 2) {
      sentence.tabIndex = 0;
      sentence.setAttribute('role', 'button');
      sentence.setAttribute('aria-pressed', String(n === at));
    }
    if (draft && draft.at === n) {
      const characters = Array.from(draft.text);
      sentence.append(
        characters.slice(0, draft.decided).join(''),
        node('s', characters.slice(draft.decided).join(''), 'guess'),
      );
    } else sentence.append(run.texts[n]);
    parts.push(sentence);
  }
  const focused = text.contains(document.activeElement) ? document.activeElement.dataset.at : null;
  text.replaceChildren(...parts);
  if (draft && !run.done) text.scrollTop = text.scrollHeight;
  if (focused !== null) text.querySelector(`[data-at="${focused}"]`)?.focus({ preventScroll: true });
}

function say(words) {
  said.textContent = words;
}

// One object for good each: an event that waits for the one before it is sent with the object of
// the first.
const told = { select: {}, input: {} };
function tell(event, message) {
  const object = told[event];
  for (const name of Object.keys(object)) delete object[name];
  trigger(event, Object.assign(object, { run: run.id, sentence: at, ...message }));
}

function choose(target) {
  const sentence = target.closest('.sentence');
  if (!sentence || run.between.length <= 2) return;
  const n = Number(sentence.dataset.at);
  if (n === at || !run.sentences[n] || (draft && !run.done)) return;
  look(n);
  tell('select', {});
}
text.addEventListener('click', (event) => choose(event.target));
text.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' && event.key !== ' ') return;
  choose(event.target);
  event.preventDefault();
});
