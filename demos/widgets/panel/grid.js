// All cells at one step: a canvas for each layer, a square for each cell.

function gridView(host, choose, say) {
  const tip = host.querySelector('.tip');
  const LARGEST = 26;
  let parts = []; // of each layer
  let values = null, chosen = { layer: 1, cell: 1 };

  function load(run) {
    host.querySelectorAll('figure').forEach((old) => old.remove());
    values = null;
    let first = 0;
    parts = run.sizes.map((size, n) => {
      const order = run.order ? run.order[n] : Uint16Array.from({ length: size }, (_, k) => k);
      const rank = new Uint16Array(size);
      order.forEach((cell, k) => { rank[cell] = k; });
      const figure = document.createElement('figure');
      const caption = document.createElement('figcaption');
      caption.textContent = run.sizes.length > 1 ? `Layer ${n + 1}, ${size} cells` : `${size} cells`;
      const canvas = document.createElement('canvas');
      canvas.tabIndex = 0;
      canvas.setAttribute('role', 'application');
      canvas.setAttribute('aria-roledescription', 'grid of memory cells');
      canvas.setAttribute('aria-label', `Layer ${n + 1}: tanh(c) of ${size} cells at the step. `
        + 'Arrow keys move, Enter chooses a cell.');
      figure.append(caption, canvas);
      host.append(figure);
      const part = { canvas, size, across: run.columns[n], order, rank, first, side: 8, focus: -1,
                     image: document.createElement('canvas') }; // a dot for each cell
      part.image.width = part.across;
      part.image.height = Math.ceil(size / part.across);
      first += size;
      listen(part, n + 1);
      return part;
    });
    const widest = Math.max(...parts.map((part) => part.across));
    host.style.maxWidth = `${Math.max(150, widest * LARGEST * (widest < 16 ? 1 : parts.length) + 26)}px`;
    layOut();
  }

  function layOut() {
    const style = getComputedStyle(host);
    const room = host.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    if (room <= 0) return;
    for (const part of parts) {
      const beside = room > 720 && parts.length > 1 ? (room - 24) / 2 : room;
      part.side = Math.max(4, Math.min(LARGEST, Math.floor(beside / part.across)));
    }
    const least = Math.min(...parts.map((part) => part.side));
    for (const part of parts) part.side = Math.min(part.side, least + 4);
    draw();
  }

  const square = (part, k) => [(k % part.across) * part.side, Math.floor(k / part.across) * part.side];

  function outline(pen, part, k, colour, width) {
    const [x, y] = square(part, k);
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.strokeRect(x + width / 2, y + width / 2, part.side - width, part.side - width);
  }

  function paint() {
    parts.forEach((part, n) => {
      const { side, across, size, image } = part;
      const pen = sized(part.canvas, across * side, image.height * side);
      if (values) {
        const dots = new ImageData(across, image.height);
        const colours = new Uint32Array(dots.data.buffer);
        for (let k = 0; k < size; k++) colours[k] = pixels[values[part.first + part.order[k]] + 127];
        image.getContext('2d').putImageData(dots, 0, 0);
        pen.imageSmoothingEnabled = false;
        pen.drawImage(image, 0, 0, across * side, image.height * side);
      }
      pen.fillStyle = palette.surface; // between the squares
      const gap = side > 7 ? 1 : 0.5;
      for (let x = 1; x <= across; x++) pen.fillRect(x * side - gap, 0, gap, image.height * side);
      for (let y = 1; y <= image.height; y++) pen.fillRect(0, y * side - gap, across * side, gap);
      if (chosen.layer === n + 1) {
        outline(pen, part, part.rank[chosen.cell - 1], palette.surface, 4);
        outline(pen, part, part.rank[chosen.cell - 1], palette.ink, 2);
      }
      if (part.focus >= 0) outline(pen, part, part.focus, palette.accent, 2);
    });
  }
  const draw = onceAFrame(paint);

  function words(part, layer, k) {
    const cell = part.order[k];
    const value = values ? `: ${signed(values[part.first + cell] / 127)}` : '';
    return `${parts.length > 1 ? `layer ${layer}, ` : ''}cell ${cell + 1}${value}`;
  }

  function point(part, layer, k) {
    part.focus = k;
    draw();
    tip.hidden = k < 0;
    if (k < 0) return;
    const [x, y] = square(part, k);
    tip.textContent = words(part, layer, k);
    const left = part.canvas.offsetLeft + x + part.side / 2 - tip.offsetWidth / 2;
    tip.style.left = `${Math.max(0, Math.min(left, host.clientWidth - tip.offsetWidth))}px`;
    tip.style.top = `${part.canvas.offsetTop + y - tip.offsetHeight - 5}px`;
  }

  function listen(part, layer) {
    const { canvas } = part;
    const at = (event) => {
      const frame = canvas.getBoundingClientRect();
      const column = Math.floor((event.clientX - frame.left) / part.side);
      const row = Math.floor((event.clientY - frame.top) / part.side);
      const k = row * part.across + column;
      return column >= 0 && column < part.across && row >= 0 && k < part.size ? k : -1;
    };
    canvas.addEventListener('pointermove', (event) => {
      if (event.pointerType !== 'touch') point(part, layer, at(event));
    });
    canvas.addEventListener('pointerleave', () => point(part, layer, -1));
    canvas.addEventListener('click', (event) => {
      const k = at(event);
      if (k < 0) return;
      point(part, layer, k);
      choose(layer, part.order[k] + 1);
    });
    canvas.addEventListener('blur', () => point(part, layer, -1));
    canvas.addEventListener('keydown', (event) => {
      const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: part.across, ArrowUp: -part.across,
                      Home: -part.size, End: part.size };
      const from = part.focus >= 0 ? part.focus
        : chosen.layer === layer ? part.rank[chosen.cell - 1] : 0;
      if (event.key in moves) {
        let to = from + moves[event.key];
        if (Math.abs(moves[event.key]) === part.size) to = Math.min(part.size - 1, Math.max(0, to));
        if (to >= 0 && to < part.size) point(part, layer, to);
        say(words(part, layer, part.focus));
      } else if (event.key === 'Enter' || event.key === ' ') choose(layer, part.order[from] + 1);
      else return;
      event.preventDefault();
    });
  }

  return {
    load,
    layOut,
    draw,
    fill(cells) {
      values = cells;
      draw();
      const n = parts.findIndex((part) => part.focus >= 0);
      if (n >= 0) tip.textContent = words(parts[n], n + 1, parts[n].focus);
    },
    mark(layer, cell) { chosen = { layer, cell }; draw(); },
  };
}
