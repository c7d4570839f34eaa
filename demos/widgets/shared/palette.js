// Colours as the page has them, and numbers as Python packs them.

function unpacked(packed, Kind) {
  const raw = atob(packed);
  const bytes = new Uint8Array(raw.length);
  for (let n = 0; n < raw.length; n++) bytes[n] = raw.charCodeAt(n);
  return new Kind(bytes.buffer);
}

const NAMES = ['ink', 'muted', 'rule', 'surface', 'paper', 'accent', 'minus', 'plus', 'zero',
               'surprise', 'gate-i', 'gate-f', 'gate-o', 'gate-g'];
const palette = {};
let shading = []; // 255 colours behind words, from -1 to 1
let tints = []; // 256 colours behind words, from 0 to 1
let shades = []; // 255 colours of cells
let pixels = new Uint32Array(255); // the same, as an image has them

const channels = (colour) => [1, 3, 5].map((n) => parseInt(colour.slice(n, n + 2), 16));

function mixed(colour, share, ground) {
  const [a, b] = [channels(colour), channels(ground)];
  return `rgb(${a.map((v, n) => Math.round(share * v + (1 - share) * b[n])).join(',')})`;
}

function readPalette(root) {
  const style = getComputedStyle(root);
  for (const name of NAMES) palette[name] = style.getPropertyValue(`--${name}`).trim();
  const scale = (full, ground) => Array.from({ length: 255 }, (_, n) => {
    const value = (n - 127) / 127;
    return mixed(palette[value < 0 ? 'minus' : 'plus'], full * Math.abs(value), ground);
  });
  shading = scale(0.8, palette.surface); // 0.8 * the colour: words can still be read
  tints = Array.from({ length: 256 }, (_, n) => mixed(palette.surprise, 0.62 * n / 255, palette.surface));
  shades = scale(1, palette.zero);
  pixels = Uint32Array.from(shades, (colour) => {
    const [r, g, b] = colour.match(/\d+/g).map(Number);
    return ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
  palette.mono = style.getPropertyValue('--font-mono') || 'monospace';
  palette.sans = style.getPropertyValue('--font') || 'sans-serif';
}

const shadeOf = (value) => shades[Math.round(127 * value) + 127];
const shadingOf = (value) => shading[Math.round(127 * value) + 127];
const signed = (value) => value.toFixed(2).replace('-', '−').replace(/^−(0\.00)$/, '$1');

// A canvas as sharp as the screen; drawn on in CSS pixels.
function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const pen = canvas.getContext('2d');
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

// However often it is called, draws once a frame.
function onceAFrame(draw) {
  let asked = 0;
  return () => { asked ||= requestAnimationFrame(() => { asked = 0; draw(); }); };
}
