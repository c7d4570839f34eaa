// Curves to be pointed at: the values of all of them at one place are read out below. What is drawn
// comes from Python, see demos/widgets/curves/__init__.py.

const root = element.querySelector('.curves');
const plot = root.querySelector('.plot');
const svg = root.querySelector('svg');
const scale = root.querySelector('.scale');
const list = root.querySelector('ul');
const LEFT = 52, RIGHT = 20, TOP = 14, BOTTOM = 36;
let data = null;
let logarithmic = false;
let toggled = false; // by the visitor, whose choice stays
let xs = []; // all places that have a value
let here = 0; // index of the one looked at
let hair = null;

const colour = (name) => `var(--${name})`;

const SUPER = { '-': '⁻', 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' };
const power = (k) => `10${Array.from(String(k), (c) => SUPER[c]).join('')}`;

function value(y) {
  if (y === null || y === undefined) return data.y.exponent ? '0' : '–';
  if (data.y.exponent) {
    if (y > -3 && y < 4) return Number((10 ** y).toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 6 });
    let exponent = Math.floor(y);
    let digits = (10 ** (y - exponent)).toFixed(1);
    if (digits === '10.0') { digits = '1.0'; exponent++; }
    return `${digits} × ${power(exponent)}`;
  }
  if (data.y.percent) {
    const p = 100 * y;
    if (p > 0 && p < 0.1) return '<0.1 %';
    return `${p >= 10 ? Math.round(p * 10) / 10 : Number(p.toPrecision(2))} %`;
  }
  return Number(y.toPrecision(3)).toLocaleString('en');
}

function size() {
  const width = Math.max(280, Math.round(plot.clientWidth));
  return { width, height: width < 520 ? 240 : 300 };
}

function axes() {
  const { width, height } = size();
  const low = logarithmic && data.x.min <= 0 ? xs.find((x) => x > 0) || 1 : data.x.min;
  const place = logarithmic
    ? (x) => Math.log(Math.max(x, low) / low) / Math.log(data.x.max / low)
    : (x) => (x - low) / (data.x.max - low);
  return {
    width, height, low,
    across: (x) => LEFT + (width - LEFT - RIGHT) * place(x),
    up: (y) => TOP + (height - TOP - BOTTOM) * (1 - (Math.min(data.y.max, Math.max(data.y.min, y)) - data.y.min) / (data.y.max - data.y.min)),
  };
}

function ticks(low, high, count) {
  const raw = (high - low) / count;
  const unit = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * unit).find((n) => n >= raw);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(Number((k * step).toPrecision(10)));
  return found;
}

function draw() {
  if (!data) return;
  const { width, height, low, across, up } = axes();
  svg.setAttribute('width', width);
  svg.setAttribute('height', height);
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.replaceChildren();
  const span = data.y.max - data.y.min;
  const ys = data.y.exponent ? ticks(data.y.min, data.y.max, 6).filter(Number.isInteger) : ticks(data.y.min, data.y.max, 5);
  for (const y of ys) {
    put(svg, 'line', { class: 'grid', x1: LEFT, x2: width - RIGHT, y1: up(y), y2: up(y) });
    const words = data.y.exponent ? power(y) : data.y.percent ? `${Math.round(y * 100)} %` : String(y);
    put(svg, 'text', { x: LEFT - 6, y: up(y) + 4, 'text-anchor': 'end' }, words);
  }
  const few = width < 520 ? 4 : 8;
  const along = data.x.ticks || (logarithmic
    ? [1, 10, 100, 1000, 10000, 100000].filter((x) => x >= low && x <= data.x.max)
    : ticks(low, data.x.max, few));
  for (const x of along) put(svg, 'text', { x: across(x), y: height - BOTTOM + 16, 'text-anchor': 'middle' }, x.toLocaleString('en'));
  put(svg, 'text', { x: width - RIGHT, y: height - 4, 'text-anchor': 'end' }, data.x.label);
  for (const line of data.lines) {
    if (line.y !== undefined && (line.y < data.y.min || line.y > data.y.max)) continue;
    if (line.x !== undefined && (line.x < low || line.x > data.x.max)) continue;
    const ends = line.y !== undefined
      ? { x1: LEFT, x2: width - RIGHT, y1: up(line.y), y2: up(line.y) }
      : { x1: across(line.x), x2: across(line.x), y1: TOP, y2: height - BOTTOM };
    put(svg, 'line', { class: 'line', ...ends });
    put(svg, 'text', line.y !== undefined
      ? { class: 'word', x: width - RIGHT - 2, y: ends.y1 + (ends.y1 < TOP + 20 ? 13 : -5), 'text-anchor': 'end' }
      : { class: 'word', x: ends.x1 + 5, y: TOP + 10 }, line.text);
  }
  for (const series of data.series) drawSeries(series, low, across, up);
  for (const mark of data.marks) {
    if (mark.x < low || mark.x > data.x.max) continue;
    const [x, y] = [across(mark.x), up(mark.y)];
    put(svg, 'circle', { class: 'mark', cx: x, cy: y, r: 5 });
    const room = x < width - 150;
    put(svg, 'text', { class: 'word', x: x + (room ? 10 : -10), y: y - 8, 'text-anchor': room ? 'start' : 'end' }, mark.text);
  }
  hair = put(svg, 'g', {});
  look(here);
}

function drawSeries(series, low, across, up) {
  const shown = series.points.map(([x], n) => n).filter((n) => series.points[n][0] >= low);
  const tint = colour(series.colour);
  if (series.range && !series.dots) {
    const top = shown.filter((n) => series.range[n][1] !== null).map((n) => `${across(series.points[n][0])},${up(series.range[n][1])}`);
    const bottom = shown.filter((n) => series.range[n][1] !== null).reverse()
      .map((n) => `${across(series.points[n][0])},${up(series.range[n][0] ?? data.y.min)}`);
    put(svg, 'polygon', { class: 'band', points: [...top, ...bottom].join(' '), style: `fill: ${tint}` });
  }
  let run = [];
  const flush = () => {
    if (run.length > 1 && !series.apart) {
      const kind = `curve${series.dash ? ' dash' : ''}${series.thin ? ' thin' : ''}`;
      put(svg, 'polyline', { class: kind, points: run.join(' '), style: `stroke: ${tint}`, 'data-name': series.name });
    }
    run = [];
  };
  for (const n of shown) {
    const [x, y] = series.points[n];
    if (y === null) flush();
    else run.push(`${across(x).toFixed(1)},${up(y).toFixed(1)}`);
  }
  flush();
  if (!series.dots) return;
  for (const n of shown) {
    const [x, y] = series.points[n];
    if (y === null) continue;
    if (series.range) {
      const [a, b] = series.range[n];
      put(svg, 'line', { x1: across(x), x2: across(x), y1: up(a), y2: up(b), style: `stroke: ${tint}; stroke-width: 1.5` });
    }
    put(svg, 'circle', { class: 'dot', cx: across(x), cy: up(y), r: 4.5, style: `fill: ${tint}` });
  }
}

function look(n) {
  if (!data || !xs.length) return;
  here = Math.max(0, Math.min(xs.length - 1, n));
  const { height, across, up } = axes();
  const x = xs[here];
  hair.replaceChildren();
  put(hair, 'line', { class: 'here', x1: across(x), x2: across(x), y1: TOP, y2: height - BOTTOM });
  root.querySelector('.at').textContent = `${data.x.name} = ${x.toLocaleString('en')}`;
  const words = data.series.map((series, k) => {
    const index = series.points.findIndex((point) => point[0] === x);
    const y = index < 0 ? undefined : series.points[index][1];
    const item = list.children[k];
    const said = y === undefined ? '–' : value(y);
    item.querySelector('output').textContent = said;
    if (y !== undefined && y !== null && !series.dots) {
      put(hair, 'circle', { class: 'dot', cx: across(x), cy: up(y), r: 4, style: `fill: ${colour(series.colour)}` });
    }
    return `${series.name} ${said}`;
  });
  plot.setAttribute('aria-valuenow', here);
  plot.setAttribute('aria-valuetext', `${data.x.name} ${x}: ${words.join(', ')}`);
}

function nearest(clientX) {
  const { across } = axes();
  const at = clientX - plot.getBoundingClientRect().left;
  let best = 0;
  xs.forEach((x, n) => { if (Math.abs(across(x) - at) < Math.abs(across(xs[best]) - at)) best = n; });
  return best;
}

function receive() {
  if (!props.value || !props.value.json) return;
  const received = JSON.parse(props.value.json);
  const place = data ? xs[here] : received.at;
  data = received;
  if (!toggled) logarithmic = Boolean(data.x.log);
  xs = [...new Set(data.series.flatMap((series) => series.points.map((point) => point[0])))].sort((a, b) => a - b);
  here = xs.reduce((best, x, n) => (Math.abs(x - place) < Math.abs(xs[best] - place) ? n : best), 0);
  root.querySelector('.title').textContent = data.title;
  plot.setAttribute('aria-label', `${data.title}: arrow keys read out the curves`);
  plot.setAttribute('aria-valuemax', Math.max(0, xs.length - 1));
  scale.hidden = !data.x.toggle;
  scale.setAttribute('aria-pressed', String(logarithmic));
  list.replaceChildren(...data.series.map((series) => {
    const item = document.createElement('li');
    const line = document.createElement('i');
    line.style.borderTopColor = colour(series.colour);
    line.classList.toggle('dash', Boolean(series.dash));
    item.append(line, `${series.name} `, document.createElement('output'));
    return item;
  }));
  draw();
}

function save(kind) {
  let content = '';
  if (kind === 'csv') {
    const names = data.series.map((series) => `"${series.name}"`);
    content = [[data.x.name, ...names].join(',')].concat(xs.map((x) => [x, ...data.series.map((series) => {
      const point = series.points.find((p) => p[0] === x);
      if (!point) return '';
      return point[1] === null ? (data.y.exponent ? '-inf' : '') : point[1];
    })].join(','))).join('\n') + '\n';
  } else {
    const copy = svg.cloneNode(true);
    const nodes = svg.querySelectorAll('*');
    copy.querySelectorAll('*').forEach((node, n) => {
      const style = getComputedStyle(nodes[n]);
      for (const key of ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray', 'font-size', 'font-family']) {
        node.style.setProperty(key, style.getPropertyValue(key));
      }
    });
    copy.setAttribute('xmlns', NS);
    copy.style.background = getComputedStyle(root).backgroundColor;
    content = copy.outerHTML;
  }
  download(new Blob([content], { type: kind === 'csv' ? 'text/csv' : 'image/svg+xml' }), `${data.file}.${kind}`);
}

plot.addEventListener('pointermove', (event) => { if (data) look(nearest(event.clientX)); });
plot.addEventListener('pointerdown', (event) => { if (data) look(nearest(event.clientX)); });
plot.addEventListener('keydown', (event) => {
  const far = Math.max(1, Math.round(xs.length / 10));
  const moves = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: far, PageDown: -far };
  if (event.key in moves) look(here + moves[event.key]);
  else if (event.key === 'Home') look(0);
  else if (event.key === 'End') look(xs.length - 1);
  else return;
  event.preventDefault();
});
scale.addEventListener('click', () => {
  logarithmic = !logarithmic;
  toggled = true;
  scale.setAttribute('aria-pressed', String(logarithmic));
  draw();
});
for (const button of root.querySelectorAll('[data-kind]')) {
  button.addEventListener('click', () => { if (data) save(button.dataset.kind); });
}
new ResizeObserver(() => draw()).observe(plot);
watch('value', receive);
receive();
