// The cells of the counter over a string: each as a small line, the chosen one large, beside the
// count. What is drawn is c itself: tanh(c) no longer changes once a count is past a handful.

const root = element.querySelector('.counting');
const string = root.querySelector('.string');
const large = root.querySelector('.large canvas');
const host = root.querySelector('.cells');
const HEIGHT = 190, SMALL = 44;

let run = null; // {text, read, cells: one Float32Array a cell, count, correlations, changes}
let chosen = -1;
let counter = 0; // the cell that goes most closely with the count
let pointed = -1; // a letter
const buttons = [];

const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
const signed = (value, digits = 2) => value.toFixed(digits).replace('-', '−').replace(/^−(0\.0*)$/, '$1');

function unpack(packed, length) {
  const raw = Uint8Array.from(atob(packed), (c) => c.charCodeAt(0));
  const all = new Float32Array(raw.buffer);
  return Array.from({ length: all.length / length }, (_, n) => all.subarray(n * length, (n + 1) * length));
}

// A canvas as sharp as the screen; drawn on in CSS pixels.
function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext('2d');
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return pen;
}

function line(pen, values, x, y) {
  pen.beginPath();
  values.forEach((value, n) => pen.lineTo(x(n), y(value)));
  if (values.length === 1) pen.lineTo(x(0) + 2, y(values[0]));
  pen.stroke();
}

function range(values) {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  return high - low < 0.1 ? [low - 0.05, high + 0.05] : [low, high];
}

function drawLarge() {
  const width = large.parentElement.clientWidth - 2 * parseFloat(getComputedStyle(large.parentElement).paddingLeft);
  if (!run || width <= 0) return;
  const pen = sized(large, width, HEIGHT);
  const values = run.cells[chosen];
  const [left, right, top, bottom] = [38, 34, 12, 24];
  const sign = run.correlations[chosen] < 0 ? -1 : 1;
  const counts = run.count.map((n) => sign * n);
  const [low, high] = range(values);
  const most = Math.max(1, ...counts.map(Math.abs));
  const scale = Math.max(...values.map(Math.abs), 0.1) / most; // of the count, onto c
  const [bottomValue, topValue] = [Math.min(low, Math.min(...counts) * scale), Math.max(high, Math.max(...counts) * scale)];
  const x = (n) => left + (width - left - right) * (n + 0.5) / values.length;
  const y = (v) => top + (HEIGHT - top - bottom) * (topValue - v) / (topValue - bottomValue);
  pen.font = `11px ${colour('font') || 'sans-serif'}`;
  const split = run.read < values.length ? x(run.read - 0.5) : width - right;
  pen.fillStyle = colour('rule');
  pen.globalAlpha = 0.45;
  pen.fillRect(split, top, width - right - split, HEIGHT - top - bottom);
  pen.globalAlpha = 1;
  pen.strokeStyle = colour('rule');
  pen.strokeRect(left, top, width - left - right, HEIGHT - top - bottom);
  pen.beginPath();
  pen.moveTo(left, y(0));
  pen.lineTo(width - right, y(0));
  pen.stroke();
  pen.fillStyle = colour('muted');
  pen.textAlign = 'right';
  const extreme = Math.abs(low) > high ? low : high;
  pen.fillText('0', left - 5, y(0) + 4);
  pen.fillText(signed(extreme, 1), left - 5, y(extreme) + 4);
  pen.textAlign = 'left';
  pen.fillText(`${most}`, width - right + 5, y(sign * most * scale) + 4);
  pen.fillText('0', width - right + 5, y(0) + 4);
  pen.strokeStyle = colour('muted');
  pen.setLineDash([3, 3]);
  line(pen, counts.map((n) => n * scale), x, y);
  pen.setLineDash([]);
  pen.strokeStyle = colour('accent');
  pen.lineWidth = 2;
  line(pen, values, x, y);
  pen.lineWidth = 1;
  if (pointed >= 0) {
    pen.fillStyle = colour('accent');
    pen.beginPath();
    pen.arc(x(pointed), y(values[pointed]), 4, 0, 7);
    pen.fill();
  }
  pen.textAlign = 'center';
  pen.font = `11px ${colour('font-mono') || 'monospace'}`;
  const every = Math.ceil(11 * values.length / (width - left - right));
  for (let n = 0; n < values.length; n++) {
    if (n % every && run.text[n] !== 'x') continue;
    pen.fillStyle = colour(n < run.read ? 'muted' : 'accent');
    pen.fillText(run.text[n] === '\n' ? '↵' : run.text[n], x(n), HEIGHT - 8);
  }
  large.setAttribute('aria-label', `State c of cell ${chosen + 1} over the string, from ${signed(low)} to ${signed(high)}; dashed, the count`);
}

function drawSmall() {
  if (!run) return;
  buttons.forEach((button, n) => {
    const canvas = button.querySelector('canvas');
    const width = button.clientWidth - 16;
    if (width <= 0) return;
    const pen = sized(canvas, width, SMALL);
    const values = run.cells[n];
    const [low, high] = range(values);
    const y = (v) => 3 + (SMALL - 6) * (high - v) / (high - low);
    pen.strokeStyle = colour('rule');
    pen.beginPath();
    pen.moveTo(0, y(0));
    pen.lineTo(width, y(0));
    pen.stroke();
    pen.strokeStyle = colour(n === chosen ? 'accent' : 'ink');
    pen.lineWidth = 1.5;
    line(pen, values, (k) => width * (k + 0.5) / values.length, y);
  });
}

function say() {
  const values = run.cells[chosen];
  const title = root.querySelector('.title');
  const aside = document.createElement('span');
  const r = run.correlations[chosen];
  aside.textContent = ` correlation with the count ${signed(r, 3)}${chosen === counter ? ', the closest of the ten' : ''}; dashed: the count`;
  title.replaceChildren(`Cell ${chosen + 1}: its state c.`, aside);
  const change = root.querySelector('.change');
  if (pointed >= 0) {
    const letter = run.text[pointed] === '\n' ? 'the line break' : run.text[pointed];
    const c = values[pointed];
    change.textContent = `After ${letter}, letter ${pointed + 1}: count ${String(run.count[pointed]).replace('-', '−')}, `
      + `c = ${signed(c)}, tanh(c) = ${signed(Math.tanh(c), 4)}.`;
    return;
  }
  const parts = Object.entries(run.changes).map(([letter, mean]) => `${signed(mean[chosen], 3)} with each ${letter}`);
  change.textContent = parts.length ? `On average c changes by ${parts.join(', by ')}. Point at the line for a letter.` : '';
}

function choose(n) {
  chosen = n;
  buttons.forEach((button, k) => button.setAttribute('aria-pressed', String(k === n)));
  say();
  drawLarge();
  drawSmall();
}

function receive() {
  const value = props.value;
  if (!value || !value.text) return;
  run = { ...value, cells: unpack(value.cells, value.text.length) };
  const sizes = run.correlations.map(Math.abs);
  counter = sizes.indexOf(Math.max(...sizes));
  pointed = -1;
  const written = document.createElement('b');
  written.textContent = run.text.slice(run.read).replace('\n', '↵');
  string.replaceChildren(run.text.slice(0, run.read), written);
  root.querySelector('.note').textContent = run.note;
  if (buttons.length !== run.cells.length) {
    buttons.splice(0);
    host.replaceChildren(...run.cells.map((_, n) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.innerHTML = '<span class="name"></span><canvas aria-hidden="true"></canvas>';
      button.addEventListener('click', () => choose(n));
      buttons.push(button);
      return button;
    }));
  }
  buttons.forEach((button, n) => {
    const name = button.querySelector('.name');
    name.textContent = `cell ${n + 1}: ${signed(run.correlations[n], 3)}`;
    name.classList.toggle('counts', n === counter);
    button.title = `Cell ${n + 1}: correlation with the count ${signed(run.correlations[n], 3)}`;
  });
  root.querySelector('.announce').textContent = run.note;
  choose(chosen < 0 ? counter : chosen);
}

large.addEventListener('pointermove', point);
large.addEventListener('pointerdown', point);
large.addEventListener('pointerleave', () => { pointed = -1; if (run) { say(); drawLarge(); } });
function point(event) {
  if (!run) return;
  const frame = large.getBoundingClientRect();
  const n = Math.floor(run.text.length * (event.clientX - frame.left - 38) / (frame.width - 72));
  pointed = Math.max(0, Math.min(run.text.length - 1, n));
  say();
  drawLarge();
}

onWidth(root, () => { drawLarge(); drawSmall(); });
onTheme(() => { drawLarge(); drawSmall(); });
watch('value', receive);
receive();
