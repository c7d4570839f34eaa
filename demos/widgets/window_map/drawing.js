// The ink of a line above, and below it the window: time to the right, the text upwards. A thread
// leads from the chosen point of time to the pen.

const LEFT = 30, RIGHT = 12, TOP = 12, GAP = 16, FOOT = 22;
const ROOM = 13; // pixels that a character of the text needs at least

// Where everything stands, for a width of the page.
function layout(line, wide) {
  const width = Math.max(wide, LEFT + RIGHT + ROOM * line.text.length);
  const plot = width - LEFT - RIGHT;
  const [x0, x1, y0, y1] = line.box;
  const scale = Math.min(plot / Math.max(x1 - x0, 1), 170 / Math.max(y1 - y0, 1), 0.5);
  const ink = Math.max(56, scale * (y1 - y0));
  const row = Math.max(10, Math.min(16, 300 / line.text.length));
  const top = TOP + ink + GAP;
  const tall = row * line.text.length;
  const shift = LEFT + Math.max(0, (plot - scale * (x1 - x0)) / 2);
  return {
    width, plot, row, top, tall, ink, height: top + tall + FOOT,
    across: (n) => LEFT + plot * (n + 0.5) / line.count,
    back: (x) => Math.max(0, Math.min(line.count - 1, Math.floor((x - LEFT) / plot * line.count))),
    up: (u) => top + tall - (u + 1) * row,
    place: (n) => [shift + (line.x[n] - x0) * scale, TOP + (ink - scale * (y1 - y0)) / 2 + (line.y[n] - y0) * scale],
  };
}

// The window over the whole line, a dot for each character and point.
function mapOf(line) {
  const image = document.createElement('canvas');
  image.width = line.count;
  image.height = line.text.length;
  const dots = new ImageData(image.width, image.height);
  const [r, g, b] = channels(palette.surprise);
  line.attention.forEach((value, k) => {
    const [n, u] = [Math.floor(k / line.text.length), k % line.text.length];
    const at = 4 * ((line.text.length - 1 - u) * line.count + n);
    dots.data.set([r, g, b, value], at);
  });
  image.getContext('2d').putImageData(dots, 0, 0);
  return image;
}

const shadeAt = ({ colour, values }, n) => {
  const value = values[n];
  if (colour) return mixed(palette[colour], 0.15 + 0.85 * Math.max(0, value), palette.surface);
  return mixed(palette[value < 0 ? 'minus' : 'plus'], Math.abs(value), palette.between);
};

// Point n was drawn from place n to place n + 1, unless the pen was in the air.
function drawInk(pen, line, here, place) {
  pen.lineCap = pen.lineJoin = 'round';
  const piece = (n) => {
    const to = place.place(n + 1);
    pen.moveTo(...(line.up[n] ? to : place.place(n)));
    pen.lineTo(to[0] + 0.01, to[1]);
  };
  const [first, last] = line.passage(here); // of the letter, lit in one piece
  pen.strokeStyle = palette.accent;
  pen.lineWidth = 11;
  pen.globalAlpha = 0.22;
  pen.beginPath();
  for (let n = first; n <= last; n++) piece(n);
  pen.stroke();
  pen.globalAlpha = 1;
  pen.lineWidth = 2.6;
  for (let n = 0; n < line.count; n++) {
    pen.strokeStyle = shadeAt(line.shade, n);
    pen.beginPath();
    piece(n);
    pen.stroke();
  }
}

function drawMap(pen, line, here, image, place) {
  const { top, tall, row, plot, across, up } = place;
  pen.fillStyle = palette.paper;
  pen.fillRect(LEFT, top, plot, tall);
  pen.imageSmoothingEnabled = line.count > plot;
  pen.drawImage(image, LEFT, top, plot, tall);
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  line.text.forEach((character, u) => {
    const lit = u === line.letters[here];
    pen.font = `${lit ? '700 ' : ''}${Math.min(13, row + 1)}px ${palette.mono}`;
    pen.fillStyle = lit ? palette.accent : palette.muted;
    const lift = character === ' ' ? 0.3 * row : 0; // the sign of a space hangs low
    pen.fillText(character === ' ' ? '␣' : character, LEFT / 2, up(u) + row / 2 - lift);
  });
  // Where the pen is on the board.
  pen.fillStyle = palette.muted;
  const wide = plot / line.count;
  for (let n = 0; n < line.count; n++) if (!line.up[n]) pen.fillRect(LEFT + n * wide, top + tall + 3, wide + 0.4, 2);
  pen.textBaseline = 'alphabetic';
  pen.font = `11px ${palette.sans}`;
  pen.textAlign = 'left';
  pen.fillText('pen on the board', LEFT, top + tall + 17);
  pen.textAlign = 'right';
  pen.fillText('points', LEFT + plot, top + tall + 17);
  const x = across(here);
  const [px, py] = place.place(here + 1);
  pen.strokeStyle = palette.accent;
  pen.lineWidth = 1.2;
  pen.beginPath();
  pen.moveTo(x, top + tall + 5);
  pen.lineTo(x, top);
  pen.stroke();
  pen.globalAlpha = 0.5;
  pen.beginPath();
  pen.moveTo(x, top);
  pen.lineTo(px, py);
  pen.stroke();
  pen.globalAlpha = 1;
  pen.fillStyle = palette.accent;
  pen.beginPath();
  pen.arc(px, py, 4, 0, 2 * Math.PI);
  pen.fill();
}
