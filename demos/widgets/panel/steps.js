// The labels of all steps, shaded: laid out once, and drawn as far as they are in sight.

function stepsView(host, choose) {
  const canvas = host.querySelector('canvas');
  const SIGNS = { '\n': '↵', '\t': '⇥' };
  let labels = [], breaks = new Set(), chips = false;
  let xs = [], widths = [], lineOf = [], firsts = []; // firsts: the first step of each line
  let values = null, here = 0, pointed = -1;
  let given = null; // bytes of values that take the place of the cell's
  let places = [], span = null; // stretches that are marked, and the one that is selected
  let size = 15, lineHeight = 24, pad = 12;

  const shown = (n) => SIGNS[labels[n]] || labels[n];

  function layOut() {
    const width = host.clientWidth;
    if (!width || !labels.length) return;
    size = width < 480 ? 13.5 : 15;
    lineHeight = Math.round(size * (chips ? 1.95 : 1.6));
    pad = width < 480 ? 10 : 14;
    const pen = canvas.getContext('2d');
    pen.font = `${size}px ${palette.mono}`;
    const known = new Map();
    const widthOf = (n) => {
      const text = shown(n);
      if (!known.has(text)) known.set(text, Math.max(pen.measureText(text).width + (chips ? 14 : 0), 6));
      return known.get(text);
    };
    xs = new Float64Array(labels.length);
    widths = new Float64Array(labels.length);
    lineOf = new Int32Array(labels.length);
    firsts = [0];
    let x = 0, blank = 0; // blank: the step after the last blank of the line
    const room = width - 2 * pad;
    const place = (n) => {
      xs[n] = x;
      lineOf[n] = firsts.length - 1;
      x += widths[n];
    };
    const breakAt = (n) => { firsts.push(n); x = 0; };
    for (let n = 0; n < labels.length; n++) {
      widths[n] = Math.min(widthOf(n), room);
      const begun = firsts[firsts.length - 1];
      if (n > begun && breaks.has(n)) breakAt(n);
      else if (x + widths[n] > room + 0.5 && n > begun && !'\n '.includes(labels[n])) {
        const word = !chips && blank > begun && n - blank < 24 ? blank : n;
        breakAt(word);
        for (let k = word; k < n; k++) place(k);
      }
      place(n);
      if (labels[n] === ' ' || labels[n] === '-') blank = n + 1;
      if (labels[n] === '\n' && n + 1 < labels.length) breakAt(n + 1);
    }
    host.querySelector('.room').style.height = `${firsts.length * lineHeight + 2 * pad}px`;
  }

  function paint() {
    const [width, height] = [host.clientWidth, host.clientHeight];
    if (!width || !height || !labels.length) return;
    const pen = sized(canvas, width, height);
    canvas.style.marginBottom = `${-height}px`; // lies over the room that all lines take
    const top = host.scrollTop - pad;
    const from = Math.max(0, Math.floor(top / lineHeight));
    const upto = Math.min(firsts.length, Math.ceil((top + height) / lineHeight) + 1);
    const last = upto < firsts.length ? firsts[upto] : labels.length;
    pen.textBaseline = 'middle';
    pen.font = `${size}px ${palette.mono}`;
    const inset = chips ? 2 : 0;
    const box = chips ? lineHeight - 5 : lineHeight - 3;
    const yOf = (n) => lineOf[n] * lineHeight - top;
    for (let n = firsts[from]; n < last; n++) {
      if (!values) break;
      pen.fillStyle = given ? tints[given[n]] : shadingOf(values[n]);
      pen.fillRect(pad + xs[n] + inset, yOf(n), widths[n] - 2 * inset + (chips ? 0 : 0.5), box);
    }
    if (chips) {
      pen.strokeStyle = palette.rule;
      for (let n = firsts[from]; n < last; n++) {
        pen.strokeRect(pad + xs[n] + 1.5, yOf(n) + 0.5, widths[n] - 3, box - 1);
      }
    }
    for (let line = from; line < upto; line++) write(pen, line, yOf(firsts[line]) + box / 2 + 0.5);
    pen.fillStyle = palette.ink;
    for (const place of places) {
      if (place[1] < firsts[from] || place[0] >= last) continue;
      for (const [left, right, y] of segments(place, from, upto, top)) {
        pen.fillRect(left + 1, y + box, right - left - 2, 2.5);
      }
    }
    if (span) outline(pen, segments(span, from, upto, top), box);
    for (const [n, colour, line] of [[pointed, palette.muted, 1], [here, palette.accent, 2]]) {
      if (n < firsts[from] || n >= last) continue;
      pen.strokeStyle = colour;
      pen.lineWidth = line;
      pen.strokeRect(pad + xs[n] + inset - 0.5, yOf(n) - 0.5, widths[n] - 2 * inset + 1, box + 1);
      pen.lineWidth = 1;
    }
  }

  // The parts of a stretch on the lines in sight: left, right and upper edge, and whether the
  // stretch begins and ends there.
  function segments([first, last], from, upto, top) {
    const parts = [];
    for (let line = Math.max(from, lineOf[first]); line <= Math.min(upto - 1, lineOf[last]); line++) {
      const stop = line + 1 < firsts.length ? firsts[line + 1] : labels.length;
      const [a, b] = [Math.max(first, firsts[line]), Math.min(last, stop - 1)];
      parts.push([pad + xs[a], pad + xs[b] + widths[b], line * lineHeight - top, a === first, b === last]);
    }
    return parts;
  }

  // A frame around a stretch, open where it goes on in another line.
  function outline(pen, parts, box) {
    pen.strokeStyle = palette.accent;
    pen.lineWidth = 2;
    for (const [left, right, y, begins, ends] of parts) {
      pen.beginPath();
      for (const edge of [y - 0.5, y + box + 0.5]) {
        pen.moveTo(left, edge);
        pen.lineTo(right, edge);
      }
      for (const [x, there] of [[left, begins], [right, ends]]) {
        if (!there) continue;
        pen.moveTo(x, y - 1.5);
        pen.lineTo(x, y + box + 1.5);
      }
      pen.stroke();
    }
    pen.lineWidth = 1;
  }

  // The labels of a line: running text in as few pieces as it can be.
  function write(pen, line, y) {
    const stop = line + 1 < firsts.length ? firsts[line + 1] : labels.length;
    let piece = '', begun = 0;
    for (let n = firsts[line]; n <= stop; n++) {
      const letter = n < stop && !chips && labels[n].length === 1 && labels[n] >= ' ' && labels[n] <= '~';
      if (letter && !piece) begun = n;
      if (letter) { piece += labels[n]; continue; }
      pen.fillStyle = palette.ink;
      if (piece) pen.fillText(piece, pad + xs[begun], y);
      piece = '';
      if (n === stop) break;
      if (labels[n] in SIGNS) pen.fillStyle = palette.muted;
      pen.fillText(shown(n), pad + xs[n] + (chips ? 7 : 0), y, chips ? widths[n] - 12 : undefined);
    }
  }
  const draw = onceAFrame(paint);

  // Place and line of a pointer in the room that all lines take.
  function within(event) {
    const frame = host.getBoundingClientRect();
    const x = event.clientX - frame.left - host.clientLeft - pad;
    const y = event.clientY - frame.top - host.clientTop - pad + host.scrollTop;
    return [x, Math.floor(y / lineHeight)];
  }

  // The step under a pointer, or -1.
  function at(event) {
    const [x, line] = within(event);
    return line < 0 || line >= firsts.length ? -1 : onLine(line, x);
  }

  // The step that is nearest to a pointer.
  function near(event) {
    const [x, line] = within(event);
    if (line < 0) return 0;
    return line < firsts.length ? onLine(line, x) : labels.length - 1;
  }

  // The step of a line that is nearest to x.
  function onLine(line, x) {
    const stop = line + 1 < firsts.length ? firsts[line + 1] : labels.length;
    let n = firsts[line];
    while (n + 1 < stop && xs[n + 1] <= x) n++;
    return n;
  }

  // Scrolls to a step, if it is out of sight.
  function show(n) {
    const y = lineOf[n] * lineHeight + pad;
    if (y < host.scrollTop + 4) host.scrollTop = y - lineHeight;
    else if (y + 2 * lineHeight > host.scrollTop + host.clientHeight) {
      host.scrollTop = y + 2 * lineHeight - host.clientHeight;
    }
  }

  host.addEventListener('scroll', draw, { passive: true });
  host.addEventListener('click', (event) => choose(at(event), event));
  host.addEventListener('pointermove', (event) => {
    const n = event.pointerType === 'touch' ? -1 : at(event);
    if (n !== pointed) { pointed = n; draw(); }
  });
  host.addEventListener('pointerleave', () => { pointed = -1; draw(); });

  return {
    load(run) {
      ({ labels, breaks, chips } = run);
      [values, given, places, span, here] = [null, null, [], null, 0];
      host.scrollTop = 0;
      layOut();
    },
    shade(series) { values = series; draw(); },
    tint(bytes) { given = bytes; draw(); },
    places(stretches) { places = stretches; draw(); },
    select(stretch) { span = stretch; draw(); },
    mark(n) { here = n; if (labels.length) show(n); draw(); },
    show,
    near,
    layOut() { layOut(); draw(); },
    draw,
    named: (n) => (labels[n] === ' ' ? 'space' : shown(n)),
    // Where a key leads from a step.
    line(n, lines) {
      const to = Math.min(firsts.length - 1, Math.max(0, lineOf[n] + lines));
      return to === lineOf[n] ? (lines < 0 ? 0 : labels.length - 1) : onLine(to, xs[n] + widths[n] / 2);
    },
    page: () => Math.max(1, Math.floor(host.clientHeight / lineHeight) - 1),
  };
}
