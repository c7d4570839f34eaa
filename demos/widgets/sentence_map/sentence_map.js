// Sentences as numbered points of a map; pointing at a point or at a line of the list lights both.
// Python sends them, see demos/widgets/sentence_map/__init__.py.

const root = element.querySelector('.sentence-map');
const [empty, whole, axes, plot, list] = ['.empty', '.whole', '.axes', 'svg', 'ol'].map((name) => root.querySelector(name));
const SVG = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT, MARGIN] = [480, 400, 26];
const RADIUS = 10;

let points = []; // {group, item, text}
let file = '';

function shape(name, attributes, content = '') {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = content;
  return made;
}

// Places in pixels, those that would hide each other moved apart a little.
function apart(places) {
  const at = places.map(([, x, y]) => [
    WIDTH / 2 + x * (WIDTH / 2 - MARGIN), HEIGHT / 2 - y * (HEIGHT / 2 - MARGIN),
  ]);
  for (let round = 0; round < 60; round++) {
    for (let a = 0; a < at.length; a++) {
      for (let b = 0; b < a; b++) {
        const [dx, dy] = [at[a][0] - at[b][0], at[a][1] - at[b][1]];
        const far = Math.hypot(dx, dy);
        const lack = (2 * RADIUS + 1 - far) / 2;
        if (lack <= 0) continue;
        const [ux, uy] = far > 1e-6 ? [dx / far, dy / far] : [Math.cos(a), Math.sin(a)];
        at[a] = [at[a][0] + ux * lack, at[a][1] + uy * lack];
        at[b] = [at[b][0] - ux * lack, at[b][1] - uy * lack];
      }
    }
  }
  return at.map(([x, y]) => [
    Math.min(WIDTH - RADIUS, Math.max(RADIUS, x)), Math.min(HEIGHT - RADIUS, Math.max(RADIUS, y)),
  ]);
}

function receive() {
  const value = props.value && props.value.json ? JSON.parse(props.value.json) : null;
  empty.textContent = props.empty;
  empty.hidden = Boolean(value);
  whole.hidden = !value;
  if (!value) return;
  file = value.file;
  const [first, second] = value.shares.map((share) => `${Math.round(100 * share)} %`);
  axes.textContent = `First component → ${first} of the variance, second ↑ ${second}`;
  plot.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  plot.replaceChildren(
    shape('line', { x1: 0, x2: WIDTH, y1: HEIGHT / 2, y2: HEIGHT / 2 }),
    shape('line', { x1: WIDTH / 2, x2: WIDTH / 2, y1: 0, y2: HEIGHT }),
  );
  list.replaceChildren();
  const at = apart(value.places);
  points = value.places.map(([text, , , own], n) => {
    const [cx, cy] = at[n];
    const group = shape('g', { class: own ? 'own' : '' });
    group.append(shape('circle', { cx, cy, r: RADIUS }), shape('text', { x: cx, y: cy }, String(n + 1)));
    group.dataset.n = n;
    plot.append(group);
    const item = document.createElement('li');
    item.className = own ? 'own' : '';
    item.dataset.n = n;
    item.tabIndex = 0;
    item.lang = 'en';
    const number = document.createElement('b');
    number.textContent = n + 1;
    const words = document.createElement('span');
    words.textContent = text;
    item.append(number, words);
    list.append(item);
    return { group, item };
  });
}

function light(n) {
  points.forEach(({ group, item }, k) => {
    group.classList.toggle('faint', n >= 0 && k !== n);
    item.classList.toggle('here', k === n);
  });
}

const numberOf = (event) => {
  const found = event.target.closest?.('[data-n]');
  return found ? Number(found.dataset.n) : -1;
};
for (const part of [plot, list]) {
  part.addEventListener('pointerover', (event) => light(numberOf(event)));
  part.addEventListener('pointerleave', (event) => { if (event.pointerType !== 'touch') light(-1); });
  part.addEventListener('click', (event) => light(numberOf(event)));
  part.addEventListener('focusin', (event) => light(numberOf(event)));
  part.addEventListener('focusout', () => light(-1));
}

// The map with the colours that it has on the page, and the sentences below it.
root.querySelector('button').addEventListener('click', () => {
  const copy = plot.cloneNode(true);
  const style = getComputedStyle(root);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  copy.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT + 18 * points.length + 12}`);
  for (const each of copy.querySelectorAll('line')) each.setAttribute('stroke', colour('rule'));
  for (const each of copy.querySelectorAll('g')) {
    each.removeAttribute('data-n');
    const own = each.getAttribute('class').includes('own');
    each.querySelector('circle').setAttribute('fill', colour(own ? 'minus' : 'accent'));
    const number = each.querySelector('text');
    for (const [key, value] of Object.entries({ fill: colour('accent-ink'), 'text-anchor': 'middle', 'dominant-baseline': 'central', 'font-size': 12, 'font-family': 'sans-serif' })) number.setAttribute(key, value);
  }
  points.forEach(({ item }, n) => copy.append(shape('text', { x: 12, y: HEIGHT + 18 * (n + 1), fill: colour('ink'), 'font-size': 12, 'font-family': 'sans-serif' }, `${n + 1}  ${item.querySelector('span').textContent}`)));
  download(new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' }), `${file}.svg`);
});

watch('value', receive);
receive();
