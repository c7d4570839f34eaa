// One drawing, on a canvas or as SVG: the few things that the rows are made of.

function canvasBrush(pen, font) {
  return {
    rect(x, y, w, h, colour) {
      pen.fillStyle = colour;
      pen.fillRect(x, y, w, h);
    },
    line(points, colour, wide, opacity = 1) {
      if (!points.length) return;
      pen.globalAlpha = opacity;
      pen.strokeStyle = colour;
      pen.lineWidth = wide;
      pen.lineCap = pen.lineJoin = 'round';
      pen.beginPath();
      points.forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      if (points.length === 1) pen.lineTo(points[0][0] + 0.01, points[0][1]);
      pen.stroke();
      pen.globalAlpha = 1;
    },
    dot(x, y, radius, colour) {
      pen.fillStyle = colour;
      pen.beginPath();
      pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.fill();
    },
    text(x, y, words, colour, size, { mono = false, anchor = 'start', bold = false } = {}) {
      pen.font = `${bold ? '600 ' : ''}${size}px ${mono ? font.mono : font.sans}`;
      pen.textAlign = { start: 'left', middle: 'center', end: 'right' }[anchor];
      pen.fillStyle = colour;
      pen.fillText(words, x, y);
    },
  };
}

function svgBrush(width, height, font, ground) {
  const parts = [];
  const n = (value) => Math.round(10 * value) / 10;
  const escaped = (words) => words.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
  return {
    rect(x, y, w, h, colour) {
      parts.push(`<rect x="${n(x)}" y="${n(y)}" width="${n(w)}" height="${n(h)}" fill="${colour}"/>`);
    },
    line(points, colour, wide, opacity = 1) {
      if (!points.length) return;
      const there = points.length > 1 ? points : [points[0], points[0]];
      parts.push(`<polyline points="${there.map(([x, y]) => `${n(x)},${n(y)}`).join(' ')}" fill="none" stroke="${colour}" `
        + `stroke-width="${wide}" stroke-opacity="${opacity.toFixed(2)}" stroke-linecap="round" stroke-linejoin="round"/>`);
    },
    dot(x, y, radius, colour) {
      parts.push(`<circle cx="${n(x)}" cy="${n(y)}" r="${radius}" fill="${colour}"/>`);
    },
    text(x, y, words, colour, size, { mono = false, anchor = 'start', bold = false } = {}) {
      parts.push(`<text x="${n(x)}" y="${n(y)}" fill="${colour}" font-size="${size}" text-anchor="${anchor}"`
        + ` font-family="${escaped(mono ? font.mono : font.sans)}"${bold ? ' font-weight="600"' : ''} xml:space="preserve">${escaped(words)}</text>`);
    },
    svg() {
      return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`
        + `<rect width="100%" height="100%" fill="${ground}"/>${parts.join('')}</svg>`;
    },
  };
}
