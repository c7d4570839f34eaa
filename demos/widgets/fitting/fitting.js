// The search for a hand: a curve, and words written on the way. See demos/widgets/fitting/__init__.py
// for what Python sends.

const root = element.querySelector('.fitting');
const body = root.querySelector('.body');
const empty = root.querySelector('.empty');
const curve = root.querySelector('.curve');
const words = root.querySelector('.words');
const said = root.querySelector('.said');

const TALL = 130; // pixels of the curve
const LEFT = 40, RIGHT = 8, TOP = 14, BOTTOM = 20;
const WORD = 62; // pixels of a word

let search = null;

function receive() {
  const sent = props.value && props.value.json ? JSON.parse(props.value.json) : null;
  search = sent;
  body.hidden = !sent;
  empty.hidden = Boolean(sent);
  said.hidden = !sent || !sent.note;
  if (!sent) {
    words.replaceChildren();
    return;
  }
  for (const word of sent.words) word.xy = unpacked(word.points, Float32Array);
  said.textContent = sent.note;
  const progress = root.querySelector('progress');
  progress.value = sent.nats.length / (sent.steps + 1);
  progress.hidden = sent.done;
  const falls = sent.nats.length ? `, from ${sent.nats[0].toFixed(2)} to ${sent.nats.at(-1).toFixed(2)}` : '';
  curve.setAttribute('aria-label', `Nats a point after ${Math.max(0, sent.nats.length - 1)} steps${falls}; ${sent.any_hand.toFixed(2)} in any hand.`);
  words.replaceChildren(...sent.words.map((word, n) => {
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    caption.textContent = word.step ? `after step ${word.step}` : 'nearest known hand';
    figure.classList.toggle('last', sent.done && n === sent.words.length - 1);
    if (figure.classList.contains('last')) caption.textContent = 'your hand';
    figure.append(document.createElement('canvas'), caption);
    return figure;
  }));
  paint();
}

function drawCurve() {
  const wide = curve.parentElement.clientWidth - 24;
  if (wide < 60) return;
  const pen = sized(curve, wide, TALL);
  const { nats, any_hand: base, steps } = search;
  const all = [...nats, base];
  const span = Math.max(...all) - Math.min(...all) || 0.1;
  const [low, high] = [Math.min(...all) - 0.1 * span, Math.max(...all) + 0.1 * span];
  const x = (n) => LEFT + (wide - LEFT - RIGHT) * n / steps;
  const y = (v) => TOP + (TALL - TOP - BOTTOM) * (high - v) / (high - low);
  pen.font = `11px ${palette.sans}`;
  pen.fillStyle = palette.muted;
  pen.strokeStyle = palette.rule;
  pen.textAlign = 'right';
  for (const value of [high, (high + low) / 2, low]) {
    pen.beginPath();
    pen.moveTo(LEFT, y(value));
    pen.lineTo(wide - RIGHT, y(value));
    pen.stroke();
    pen.fillText(value.toFixed(2).replace('-', '−'), LEFT - 5, y(value) + 4);
  }
  pen.fillText(`${steps} steps`, wide - RIGHT, TALL - 5);
  pen.textAlign = 'left';
  pen.strokeStyle = palette.muted;
  pen.setLineDash([4, 4]);
  pen.beginPath();
  pen.moveTo(LEFT, y(base));
  pen.lineTo(wide - RIGHT, y(base));
  pen.stroke();
  pen.setLineDash([]);
  pen.fillText('in any hand', LEFT + 4, y(base) - 4 < TOP ? y(base) + 13 : y(base) - 4);
  pen.strokeStyle = pen.fillStyle = palette.accent;
  pen.lineWidth = 2;
  pen.beginPath();
  nats.forEach((value, n) => pen.lineTo(x(n), y(value)));
  pen.stroke();
  if (!nats.length) return;
  pen.beginPath();
  pen.arc(x(nats.length - 1), y(nats.at(-1)), 3.5, 0, 2 * Math.PI);
  pen.fill();
}

function drawWord(canvas, { xy, ends }) {
  const wide = canvas.parentElement.clientWidth;
  if (!wide) return;
  const pen = sized(canvas, wide, WORD);
  const xs = xy.filter((_, k) => k % 2 === 0), ys = xy.filter((_, k) => k % 2 === 1);
  const [x0, x1, y0, y1] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = Math.min((wide - 8) / Math.max(x1 - x0, 1), (WORD - 12) / Math.max(y1 - y0, 1), 0.2);
  const up = new Set(ends);
  pen.lineWidth = 1.8;
  pen.lineCap = pen.lineJoin = 'round';
  pen.strokeStyle = palette.ink;
  pen.beginPath();
  let down = false;
  xs.forEach((_, n) => {
    const [x, y] = [4 + (xs[n] - x0) * scale, WORD / 2 + (ys[n] - (y0 + y1) / 2) * scale];
    if (down) pen.lineTo(x, y);
    else pen.moveTo(x, y);
    down = !up.has(n);
  });
  pen.stroke();
}

const paint = onceAFrame(() => {
  if (!search) return;
  drawCurve();
  root.querySelectorAll('figure canvas').forEach((canvas, n) => drawWord(canvas, search.words[n]));
});

empty.textContent = props.empty;
readPalette(root);
onWidth(root, paint);
onTheme(() => { readPalette(root); paint(); });
watch('value', receive);
receive();
