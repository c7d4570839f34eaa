// The record of a training: a curve of the loss, and what the network wrote at each milestone.

const root = element.querySelector('.learning');
const svg = root.querySelector('svg');
const slider = root.querySelector('input');
const sample = root.querySelector('.sample');
const WIDTH = 420, HEIGHT = 250, LEFT = 34, RIGHT = 14, TOP = 30, BOTTOM = 38;
let history = null;

// Steps on a logarithmic axis: most of what is learned is learned early.
const along = (step, last) => LEFT + (WIDTH - LEFT - RIGHT) * Math.log1p(step / 10) / Math.log1p(last / 10);

function draw() {
  svg.replaceChildren();
  const { curve, milestones } = history;
  const last = curve[curve.length - 1].step;
  const losses = curve.map((row) => row.validation);
  const low = Math.floor(Math.min(...losses) * 2) / 2;
  const high = Math.ceil(Math.max(...losses) * 2) / 2;
  const up = (loss) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - (loss - low) / (high - low));
  const ticks = (high - low) > 3 ? 1 : 0.5;
  for (let y = low; y <= high + 1e-9; y += ticks) {
    put(svg, 'line', { class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: up(y), y2: up(y) });
    put(svg, 'text', { x: LEFT - 6, y: up(y) + 4, 'text-anchor': 'end' }, y.toFixed(1));
  }
  for (const step of [0, 100, 1000, 10000].filter((s) => s <= last)) {
    put(svg, 'text', { x: along(step, last), y: HEIGHT - 20, 'text-anchor': 'middle' }, step.toLocaleString('en'));
  }
  put(svg, 'text', { x: WIDTH - RIGHT, y: HEIGHT - 4, 'text-anchor': 'end' }, 'training steps');
  put(svg, 'text', { x: LEFT, y: 12 }, `loss, ${history.unit}`);
  put(svg, 'line', { class: 'curve', x1: 220, x2: 240, y1: 8, y2: 8 });
  put(svg, 'text', { x: 245, y: 12 }, 'unseen text');
  put(svg, 'line', { class: 'train', x1: 322, x2: 342, y1: 8, y2: 8 });
  put(svg, 'text', { x: 347, y: 12 }, 'training');
  const path = (rows, key) => rows.map((row) => `${along(row.step, last)},${up(Math.min(high, row[key]))}`).join(' ');
  put(svg, 'polyline', { class: 'train', points: path(curve.filter((row) => row.train !== undefined), 'train') });
  put(svg, 'polyline', { class: 'curve', points: path(curve, 'validation') });
  milestones.forEach((row, n) => {
    const dot = put(svg, 'circle', { cx: along(row.step, last), cy: up(row.validation), r: 5, 'data-n': n });
    dot.addEventListener('click', () => { slider.value = n; choose(); });
  });
}

function choose() {
  const n = Number(slider.value);
  const row = history.milestones[n];
  root.querySelector('.at').textContent = row.step === 0
    ? 'Before training' : `After ${row.step.toLocaleString('en')} steps`;
  slider.setAttribute('aria-valuetext', root.querySelector('.at').textContent);
  const choices = Math.exp(row.validation);
  root.querySelector('.facts').textContent =
    `Loss on unseen text: ${row.validation.toFixed(2)} ${history.unit}, as if it had to guess `
    + `among ${choices.toFixed(1)} equally likely characters each time.`;
  sample.textContent = row.sample.replace(/^\n+/, '');
  for (const dot of svg.querySelectorAll('circle')) dot.classList.toggle('now', Number(dot.dataset.n) === n);
}

function receive() {
  if (!props.value || !props.value.json) return;
  const received = JSON.parse(props.value.json);
  if (!received.milestones || !received.milestones.length) return;
  history = received;
  slider.max = history.milestones.length - 1;
  slider.value = slider.max;
  draw();
  choose();
}

slider.addEventListener('input', choose);
watch('value', receive);
receive();
