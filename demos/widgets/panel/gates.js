// What the gates of one cell did over time: the whole run as a strip, and lines around a step.

function gatesView(host, choose) {
  const strip = host.querySelector('.strip');
  const lines = host.querySelector('.lines');
  const buttons = [...host.querySelectorAll('[data-line]')];
  const COLOURS = { i: 'gate-i', f: 'gate-f', o: 'gate-o', g: 'gate-g', c: 'ink', h: 'muted' };
  const LANES = [
    { of: ['i', 'f', 'o'], low: 0, share: 0.4 }, { of: ['c'], low: -1, share: 0.32 },
    { of: ['g', 'h'], low: -1, share: 0.28 },
  ];
  const LEFT = 34, RIGHT = 18, LABELS = 24, STRIP = 22, BUTTONS = 66, GAP = 14;
  let labels = [], chips = false, named = null, series = null, here = 0;
  let places = [], span = null; // stretches that are marked, and the one that is selected
  let start = 0, zoom = 1, natural = 11; // natural: width of a step, wide enough for its label

  const width = () => host.clientWidth;
  const stepWidth = () => {
    return Math.max((width() - LEFT - RIGHT) / labels.length, Math.min(natural * zoom, 60));
  };
  const count = () => Math.min(labels.length, Math.max(1, Math.floor((width() - LEFT - RIGHT) / stepWidth())));
  const xOf = (n) => LEFT + (n - start + 0.5) * stepWidth();

  // The step stays in the middle three fifths, so that a step clicked on stays where it is.
  function follow() {
    const [seen, margin] = [count(), Math.floor(count() / 5)];
    if (here < start + margin) start = here - margin;
    if (here >= start + seen - margin) start = here - seen + margin + 1;
    start = Math.max(0, Math.min(start, labels.length - seen));
  }

  const stripRoom = () => width() - LEFT - BUTTONS - 6;
  const run = document.createElement('canvas'); // a pixel wide for each of the strip
  let painted = null;

  // The whole run, painted once for each cell: the largest of the steps behind a pixel.
  function paintRun() {
    run.width = Math.max(1, Math.round(stripRoom()));
    run.height = 1;
    const dots = new ImageData(run.width, 1);
    const colours = new Uint32Array(dots.data.buffer);
    for (let x = 0; x < run.width; x++) {
      const from = Math.floor((x / run.width) * labels.length);
      const upto = Math.max(from + 1, Math.floor(((x + 1) / run.width) * labels.length));
      let value = 0;
      for (let n = from; n < upto; n++) if (Math.abs(series.shade[n]) > Math.abs(value)) value = series.shade[n];
      colours[x] = pixels[Math.round(127 * value) + 127];
    }
    run.getContext('2d').putImageData(dots, 0, 0);
    painted = series;
  }

  function drawStrip() {
    const pen = sized(strip, width() - BUTTONS, STRIP);
    const room = stripRoom();
    if (painted !== series || run.width !== Math.round(room)) paintRun();
    pen.drawImage(run, LEFT, 4, room, STRIP - 8);
    const at = (n) => LEFT + (room * n) / labels.length;
    pen.strokeStyle = palette.rule;
    pen.strokeRect(LEFT + 0.5, 3.5, room, STRIP - 7);
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 1.5;
    pen.strokeRect(at(start), 1.5, Math.max(3, at(start + count()) - at(start)), STRIP - 3);
    pen.fillStyle = palette.ink;
    const bar = ([first, last], y) => pen.fillRect(at(first), y, Math.max(2, at(last + 1) - at(first)), 3);
    for (const place of places) bar(place, STRIP - 5);
    pen.fillStyle = palette.accent;
    if (span) bar(span, 2);
    pen.fillRect(at(here + 0.5) - 1, 0, 2, STRIP);
  }

  function drawLines() {
    const height = Math.max(220, Math.min(280, width() * 0.5));
    const pen = sized(lines, width(), height);
    const [w, seen] = [stepWidth(), count()];
    const stop = start + seen;
    drawLabels(pen, w, stop);
    pen.fillStyle = palette.accent;
    pen.globalAlpha = 0.14;
    pen.fillRect(xOf(here) - w / 2, LABELS, w, height - LABELS);
    pen.globalAlpha = 1;
    let top = LABELS + 8;
    for (const lane of LANES) {
      const tall = (height - LABELS - 8) * lane.share - GAP;
      drawLane(pen, lane, top, tall, stop);
      top += tall + GAP;
    }
    pen.fillStyle = palette.accent;
    pen.fillRect(xOf(here) - 0.75, LABELS, 1.5, height - LABELS);
  }

  const fontOf = () => `${chips ? 11 : 13}px ${palette.mono}`;

  function fit() {
    const pen = lines.getContext('2d');
    pen.font = fontOf();
    const widest = labels.reduce((a, b) => (b.length > a.length ? b : a), '');
    natural = chips ? Math.max(18, Math.min(60, pen.measureText(widest).width + 8)) : 11;
  }

  function drawLabels(pen, w, stop) {
    pen.textBaseline = 'middle';
    pen.textAlign = 'center';
    pen.font = fontOf();
    for (let n = start; n < stop; n++) {
      pen.fillStyle = shadingOf(series.shade[n]);
      pen.fillRect(xOf(n) - w / 2, 0, w + 0.5, LABELS - 4);
      if (w < 7 || labels[n] === ' ') continue;
      pen.fillStyle = palette.ink;
      pen.fillText(named(n), xOf(n), LABELS / 2 - 1.5, w);
    }
    pen.strokeStyle = palette.accent;
    pen.lineWidth = 2;
    pen.strokeRect(xOf(here) - w / 2, 1, w, LABELS - 6);
  }

  function drawLane(pen, lane, top, tall, stop) {
    const most = lane.of[0] === 'c' ? Math.max(1, series.most) : 1;
    const low = lane.low * most;
    const yOf = (value) => top + tall * (1 - (value - low) / (most - low));
    pen.font = `11px ${palette.sans}`;
    pen.fillStyle = palette.muted;
    pen.strokeStyle = palette.rule;
    pen.lineWidth = 1;
    pen.textAlign = 'right';
    pen.textBaseline = 'middle';
    for (const value of low < 0 ? [most, 0, low] : [most, low]) {
      pen.fillText(String(+value.toPrecision(2)).replace('-', '−'), LEFT - 6, yOf(value));
      pen.beginPath();
      pen.moveTo(LEFT, yOf(value));
      pen.lineTo(xOf(stop - 1) + stepWidth() / 2, yOf(value));
      pen.stroke();
    }
    const on = lane.of.filter((q) => lit(q));
    if (on.includes('c')) {
      for (let n = start; n < stop; n++) {
        pen.fillStyle = shadeOf(series.shade[n]);
        const y = yOf(series.c[n]);
        pen.fillRect(xOf(n) - stepWidth() / 2, Math.min(y, yOf(0)), stepWidth() + 0.5, Math.abs(y - yOf(0)));
      }
    }
    for (const q of on) {
      pen.strokeStyle = palette[COLOURS[q]];
      pen.lineWidth = 1.75;
      pen.lineJoin = 'round';
      pen.beginPath();
      for (let n = start; n < stop; n++) pen.lineTo(xOf(n), yOf(series[q][n]));
      pen.stroke();
    }
    nameLines(pen, on, yOf, top, tall, stop);
  }

  // A letter at the end of each line, pushed apart where they meet.
  function nameLines(pen, on, yOf, top, tall, stop) {
    const ends = on.map((q) => ({ q, y: yOf(series[q][stop - 1]) })).sort((a, b) => a.y - b.y);
    for (let n = 1; n < ends.length; n++) ends[n].y = Math.max(ends[n].y, ends[n - 1].y + 11);
    const over = ends.length ? Math.max(0, ends[ends.length - 1].y - top - tall) : 0;
    pen.textAlign = 'left';
    pen.font = `italic 600 12px ${palette.sans}`;
    for (const { q, y } of ends) {
      pen.fillStyle = palette[COLOURS[q]];
      pen.fillText(q, xOf(stop - 1) + stepWidth() / 2 + 4, y - over);
    }
  }

  const lit = (q) => buttons.find((b) => b.dataset.line === q).getAttribute('aria-pressed') === 'true';

  function paint() {
    if (!series || !width()) return;
    follow();
    drawStrip();
    drawLines();
    for (const button of buttons) {
      const q = button.dataset.line;
      button.querySelector('output').textContent = signed(series[q][here]);
      button.querySelector('i').style.background = palette[COLOURS[q]];
    }
  }

  const draw = onceAFrame(paint);

  for (const button of buttons) {
    button.addEventListener('click', () => {
      button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
      draw();
    });
  }
  for (const button of host.querySelectorAll('[data-zoom]')) {
    button.addEventListener('click', () => {
      const middle = start + count() / 2;
      zoom = Math.min(4, Math.max(1 / 64, zoom * Number(button.dataset.zoom)));
      start = Math.round(middle - count() / 2);
      draw();
    });
  }
  function drag(canvas, stepAt) {
    const go = (event) => {
      const n = Math.floor(stepAt(event.clientX - canvas.getBoundingClientRect().left));
      if (labels.length) choose(Math.max(0, Math.min(labels.length - 1, n)));
    };
    canvas.addEventListener('pointerdown', (event) => { canvas.setPointerCapture(event.pointerId); go(event); });
    canvas.addEventListener('pointermove', (event) => { if (event.buttons) go(event); });
  }
  drag(strip, (x) => ((x - LEFT) / stripRoom()) * labels.length);
  drag(lines, (x) => start + (x - LEFT) / stepWidth());

  return {
    load(run, naming) {
      ({ labels, chips } = run);
      named = naming;
      [series, places, span, here, start, zoom] = [null, [], null, 0, 0, 1];
      fit();
    },
    trace(cell) { series = cell; draw(); },
    mark(n) { here = n; draw(); },
    places(stretches) { places = stretches; draw(); },
    select(stretch) { span = stretch; draw(); },
    draw() { painted = null; draw(); },
  };
}
