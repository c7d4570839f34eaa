// The characters before a chosen one, shaded by their influence on it, for several networks.

const root = element.querySelector('.influence');
const empty = root.querySelector('.empty');
const texts = root.querySelector('.texts');

const DEEPEST = 0.75; // of the colour: words can still be read
const shown = (char) => (char === '\n' ? '⏎\n' : char);

function bytes(packed) {
  return Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
}

function textOf(network, value) {
  const section = document.createElement('section');
  const title = document.createElement('h4');
  title.textContent = network.title;
  const note = document.createElement('p');
  note.textContent = network.note;
  const text = document.createElement('pre');
  text.tabIndex = 0;
  text.setAttribute('aria-label', `${network.title}: ${network.note}`);
  const shades = bytes(network.shades);
  Array.from(value.before).forEach((char, n) => {
    const span = document.createElement('s');
    span.textContent = shown(char);
    span.dataset.step = value.start + n;
    const share = (100 * DEEPEST * shades[n]) / 255;
    span.style.background = `color-mix(in srgb, var(--surprise) ${share}%, transparent)`;
    text.append(span);
  });
  const here = document.createElement('b');
  here.textContent = shown(value.character);
  const after = document.createElement('span');
  after.className = 'after';
  after.textContent = value.after;
  text.append(here, after);
  section.append(title, note, text);
  return [section, text, here];
}

function receive() {
  const value = props.value;
  const there = Boolean(value && value.networks);
  empty.hidden = there;
  empty.textContent = props.empty;
  texts.replaceChildren();
  if (!there) return;
  const made = value.networks.map((network) => textOf(network, value));
  texts.append(...made.map(([section]) => section));
  for (const [, text, here] of made) {  // now that each has its width
    text.scrollTop = here.offsetTop - text.offsetTop - text.clientHeight + 60;
  }
}

texts.addEventListener('click', (event) => {
  const step = event.target.dataset?.step;
  if (step !== undefined) trigger('select', { run: props.value.run, step: Number(step) });
});

watch('value', receive);
receive();
