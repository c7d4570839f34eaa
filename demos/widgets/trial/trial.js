// One sequence and the answers to it: see demos/widgets/trial/__init__.py.

const root = element.querySelector('.trial');
const strip = root.querySelector('.strip');
const svg = root.querySelector('svg');
const HEIGHT = 92, LOW = 18, TOP = 22, SIDE = 14;
let trial = null;
let here = 0;

const letters = () => trial.task === 'recall';
const named = (n) => (letters() ? trial.letters[trial.inputs[n]] : trial.inputs[n].toFixed(3));
const width = () => Math.max(260, strip.clientWidth);
const wide = () => (width() - 2 * SIDE) / trial.inputs.length;

function draw() {
  if (!trial) return;
  svg.setAttribute('width', width());
  svg.setAttribute('height', HEIGHT);
  svg.replaceChildren();
  const step = wide();
  const bar = Math.max(0.6, Math.min(22, step * 0.72));
  const floor = HEIGHT - LOW;
  const tall = (n) => 4 + (floor - TOP - 4) * (letters() ? (trial.inputs[n] % trial.symbols + 1) / trial.symbols : trial.inputs[n]);
  const box = (n, w) => `M ${SIDE + step * (n + 0.5) - w / 2} ${floor} v ${-tall(n)} h ${w} v ${tall(n)} Z`;
  const plain = trial.inputs.map((_, n) => n).filter((n) => !trial.marked.includes(n));
  put(svg, 'path', { class: 'plain', d: plain.map((n) => box(n, bar)).join(' ') });
  for (const n of trial.marked) {
    put(svg, 'path', { class: 'marked', d: box(n, Math.max(4, bar)) });
    const x = Math.min(width() - SIDE - 8, Math.max(SIDE + 8, SIDE + step * (n + 0.5)));
    put(svg, 'text', { x, y: floor - tall(n) - 6 }, named(n));
  }
  if (step > 16) trial.inputs.forEach((_, n) => {
    if (letters()) put(svg, 'text', { x: SIDE + step * (n + 0.5), y: HEIGHT - 4 }, named(n));
  });
  const x = SIDE + step * (here + 0.5);
  put(svg, 'line', { class: 'here', x1: x, x2: x, y1: TOP - 8, y2: floor + 4 });
  const mark = trial.marked.includes(here) ? (letters() ? ', the one to recall' : ', marked') : '';
  root.querySelector('.at').textContent = `step ${(here + 1).toLocaleString('en')} of ${trial.inputs.length.toLocaleString('en')}: ${named(here)}${mark}`;
  strip.setAttribute('aria-valuenow', here + 1);
  strip.setAttribute('aria-valuetext', root.querySelector('.at').textContent);
}

function receive() {
  if (!props.value || !props.value.inputs) return;
  trial = { ...props.value, inputs: JSON.parse(props.value.inputs) };
  here = trial.marked[0];
  const lag = trial.lag.toLocaleString('en');
  const marked = trial.marked.map((n) => `${named(n)} (step ${(n + 1).toLocaleString('en')})`).join(' + ');
  root.querySelector('.task').textContent = letters()
    ? `Recall: the first symbol is ${trial.right}. Then come ${(trial.lag - 1).toLocaleString('en')} that mean nothing, and a question mark. Which was the first?`
    : `Adding: ${lag} numbers, two of them marked. What is their sum? ${marked} = ${trial.right}`;
  root.querySelector('.how').textContent = letters() ? 'How sure' : 'Off by';
  strip.setAttribute('aria-valuemax', trial.inputs.length);
  root.querySelector('tbody').replaceChildren(...trial.answers.map((answer) => {
    const row = document.createElement('tr');
    const cell = (kind, content) => {
      const td = document.createElement('td');
      td.className = kind;
      td.append(content);
      row.append(td);
      return td;
    };
    cell('name', answer.name).style.borderLeftColor = `var(--${answer.colour})`;
    cell('said', answer.said);
    if (letters()) {
      const odds = document.createElement('div');
      odds.className = 'odds';
      answer.probabilities.forEach((p, k) => {
        const one = document.createElement('span');
        const level = document.createElement('i');
        level.style.width = `${Math.round(100 * p)}%`;
        one.append(`${trial.letters[k]} ${p < 0.01 ? '<1' : Math.round(100 * p)} %`, level);
        odds.append(one);
      });
      cell('how', odds);
    } else cell('how', answer.off.toFixed(3));
    cell(`verdict ${answer.right ? 'right' : 'wrong'}`, answer.right ? 'right' : 'wrong');
    return row;
  }));
  draw();
}

function look(n) {
  if (!trial) return;
  here = Math.max(0, Math.min(trial.inputs.length - 1, n));
  draw();
}

const point = (event) => trial && look(Math.floor((event.clientX - strip.getBoundingClientRect().left - SIDE) / wide()));
strip.addEventListener('pointermove', point);
strip.addEventListener('pointerdown', point);
strip.addEventListener('keydown', (event) => {
  if (!trial) return;
  const far = Math.max(1, Math.round(trial.inputs.length / 10));
  const moves = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: far, PageDown: -far };
  if (event.key in moves) look(here + moves[event.key]);
  else if (event.key === 'Home') look(0);
  else if (event.key === 'End') look(trial.inputs.length - 1);
  else return;
  event.preventDefault();
});
new ResizeObserver(() => draw()).observe(strip);
watch('value', receive);
receive();
