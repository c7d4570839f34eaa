// Gates in bulk: each cell a point, by how often its gate is as good as open and as good as shut.

const root = element.querySelector('.saturation');
const empty = root.querySelector('.empty');
const plots = root.querySelector('.plots');
const said = root.querySelector('.said');

const NAMES = { i: 'input gate', f: 'forget gate', o: 'output gate' };
const EDGE = 22; // room for the words at the axes
let drawn = []; // {canvas, layer, gate, left, right}
let chosen = null; // {layer, cell}

const bytes = (packed) => Float32Array.from(atob(packed), (c) => c.charCodeAt(0) / 255);
const percent = (share) => `${Math.round(100 * share)} %`;
const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();

// Where a point lies; the plot is the triangle left + right <= 1.
function place(plot, n) {
  const size = plot.size - EDGE - 4;
  return [EDGE + size * plot.right[n], 4 + size * (1 - plot.left[n])];
}

function draw(plot) {
  const ratio = window.devicePixelRatio || 1;
  plot.size = plot.canvas.clientWidth;
  plot.canvas.width = plot.canvas.height = Math.round(plot.size * ratio);
  plot.canvas.style.height = `${plot.size}px`;
  const pen = plot.canvas.getContext('2d');
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  const size = plot.size - EDGE - 4;
  pen.strokeStyle = colour('rule');
  pen.beginPath();
  pen.moveTo(EDGE, 4);
  pen.lineTo(EDGE, 4 + size);
  pen.lineTo(EDGE + size, 4 + size);
  pen.closePath();
  pen.stroke();
  pen.fillStyle = colour('muted');
  pen.font = `11px ${colour('font') || 'sans-serif'}`;
  pen.textAlign = 'right';
  pen.fillText('always open', EDGE + size, plot.size - 6);
  pen.save();
  pen.translate(14, 4);
  pen.rotate(-Math.PI / 2);
  pen.fillText('always shut', 0, 0);
  pen.restore();
  pen.fillStyle = colour(`gate-${plot.gate}`);
  pen.globalAlpha = 0.55;
  for (let n = 0; n < plot.left.length; n++) {
    const [x, y] = place(plot, n);
    pen.beginPath();
    pen.arc(x, y, plot.size < 160 ? 1.5 : 2.2, 0, 7);
    pen.fill();
  }
  pen.globalAlpha = 1;
  if (chosen && chosen.layer === plot.layer && chosen.cell <= plot.left.length) {
    const [x, y] = place(plot, chosen.cell - 1);
    pen.strokeStyle = colour('accent');
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(x, y, 5, 0, 7);
    pen.stroke();
    pen.lineWidth = 1;
  }
}

const drawAll = () => drawn.forEach(draw);

function receive() {
  const value = props.value;
  const there = Boolean(value && value.layers);
  empty.hidden = there;
  empty.textContent = props.empty;
  plots.replaceChildren();
  drawn = [];
  chosen = null;
  if (!there) return;
  said.textContent = 'Each point is a cell. Click one to shade the text by it.';
  value.layers.forEach((gates, n) => {
    for (const gate of Object.keys(NAMES)) {
      const figure = document.createElement('figure');
      const caption = document.createElement('figcaption');
      const canvas = document.createElement('canvas');
      caption.innerHTML = `<b>Layer ${n + 1}</b>, ${NAMES[gate]} <i>${gate}</i>`;
      const plot = { canvas, layer: n + 1, gate,
                     left: bytes(gates[gate].left), right: bytes(gates[gate].right) };
      const mean = (values) => percent(values.reduce((a, b) => a + b, 0) / values.length);
      canvas.setAttribute('role', 'img');
      canvas.setAttribute('aria-label', `Layer ${n + 1}, ${NAMES[gate]}: on average shut `
        + `${mean(plot.left)} of the time, open ${mean(plot.right)}`);
      canvas.addEventListener('click', (event) => pick(plot, event));
      figure.append(caption, canvas);
      plots.append(figure);
      drawn.push(plot);
    }
  });
  drawAll();
}

function pick(plot, event) {
  const box = plot.canvas.getBoundingClientRect();
  let [best, least] = [-1, 400]; // within 20 pixels
  for (let n = 0; n < plot.left.length; n++) {
    const [x, y] = place(plot, n);
    const far = (x - event.clientX + box.left) ** 2 + (y - event.clientY + box.top) ** 2;
    if (far < least) [best, least] = [n, far];
  }
  if (best < 0) return;
  chosen = { layer: plot.layer, cell: best + 1 };
  said.textContent = `Layer ${plot.layer}, cell ${best + 1}: its ${NAMES[plot.gate]} is shut `
    + `${percent(plot.left[best])} of the time, open ${percent(plot.right[best])}.`;
  drawAll();
  trigger('select', chosen);
}

new ResizeObserver(drawAll).observe(plots);
watch('value', receive);
receive();
