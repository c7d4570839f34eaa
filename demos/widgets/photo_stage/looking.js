// The photo, and over it what was not looked at for the word that is pointed at.

const VEIL = 0.82; // how far that is covered, at most
const OUTSIDE = 0.7; // how far the rest of the photo is, if only a part is described
const TALLEST = 470; // pixels
const PLACES = [['at the top left', 'at the top', 'at the top right'], ['on the left', 'in the middle', 'on the right'], ['at the bottom left', 'at the bottom', 'at the bottom right']];

let lit = null; // the word under the pointer or in focus
let chosen = null; // the word that was clicked
let playing = null; // the word that is played
let frame = null; // where the photo lies on the canvas: [x, y, width, height]

const pointed = () => (run ? run.words[lit ?? playing ?? chosen ?? (run.done ? -1 : run.words.length - 1)] : undefined);

function forget() {
  stopPlaying();
  lit = chosen = null;
  leavePart();
}

// A box in shares of the photo, as a rectangle on the canvas.
function placed([left, top, right, bottom]) {
  const [x, y, w, h] = frame;
  return [x + left * w, y + top * h, (right - left) * w, (bottom - top) * h];
}

const redraw = onceAFrame(() => {
  const wide = view.clientWidth;
  if (!wide || !image) return;
  readPalette(root);
  const tall = Math.min(Math.max(wide * image.height / image.width, 120), Math.min(TALLEST, 0.75 * window.innerHeight));
  const scale = Math.min(wide / image.width, tall / image.height);
  frame = [0, 0, image.width * scale, image.height * scale];
  const pen = sized(canvas, frame[2], frame[3]);
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(image.picture, ...frame);
  const region = box || run.region;
  const word = box ? undefined : pointed();
  if (word) {
    pen.imageSmoothingEnabled = true;
    pen.drawImage(veil(word), ...placed(region));
  }
  if (region.join() !== '0,0,1,1') surround(pen, placed(region));
  canvas.setAttribute('aria-label', word && word.text ? describe(word) : `The photo${run.done ? `: ${spoken()}` : ''}`);
});

// A small picture of the grid: the less a cell was looked at, the more it covers.
function veil({ attention }) {
  const side = Math.round(Math.sqrt(attention.length));
  const small = document.createElement('canvas');
  small.width = small.height = side;
  const dots = new ImageData(side, side);
  const colour = channels(palette.surface);
  attention.forEach((share, k) => dots.data.set([...colour, Math.round(VEIL * (255 - share))], 4 * k));
  small.getContext('2d').putImageData(dots, 0, 0);
  return small;
}

// Covers what lies around the part, and draws its edge.
function surround(pen, [x, y, w, h]) {
  pen.save();
  pen.beginPath();
  pen.rect(...frame);
  pen.rect(x, y, w, h);
  pen.fillStyle = palette.surface;
  pen.globalAlpha = OUTSIDE;
  pen.fill('evenodd');
  pen.globalAlpha = 1;
  pen.lineWidth = 2;
  pen.strokeStyle = palette.accent;
  if (box) pen.setLineDash([6, 4]);
  pen.strokeRect(x, y, w, h);
  pen.restore();
}

// Where a word was looked for, in words.
function where({ attention }) {
  const side = Math.round(Math.sqrt(attention.length));
  const thirds = new Float64Array(9);
  attention.forEach((share, k) => {
    const [row, column] = [Math.floor(k / side), k % side].map((n) => Math.floor((3 * (n + 0.5)) / side));
    thirds[3 * row + column] += share;
  });
  const best = thirds.indexOf(Math.max(...thirds));
  return PLACES[Math.floor(best / 3)][best % 3];
}

function describe(word) {
  const looked = 1 - word.sentinel;
  const name = word.text ? `“${word.text}”` : 'The end';
  if (looked < 0.1) return `${name}: said from memory (${percent(word.sentinel)}), hardly looking.`;
  return `${name}: ${percent(looked)} read off the photo, most ${where(word)}; ${percent(word.sentinel)} from memory.`;
}

// Everything that depends on the word that is pointed at.
function show() {
  if (!run) return;
  const at = lit ?? playing ?? chosen;
  Array.from(caption.children).forEach((button, n) => {
    button.classList.toggle('here', at === n);
    button.classList.toggle('chosen', chosen === n);
    button.classList.toggle('ahead', playing !== null && n > playing);
    button.tabIndex = n === (at ?? 0) ? 0 : -1;
  });
  const word = pointed();
  told.textContent = word ? describe(word) : 'Point at a word to see where it looked for it. The bar is how much of it was read off the photo; the rest came from memory.';
  redraw();
}
