// The roll is ready: it takes what there is, and minds its size and the theme.

function theme() {
  readPalette(root);
  legend();
  tint();
  draw();
}

empty.textContent = props.empty;
new ResizeObserver(() => { draw(); engrave(); }).observe(host);
onTheme(theme);
root.querySelector('.loudness').value = band.loudness;
watch('value', () => { receive(); tempoSaid(); });
readPalette(root);
receive();
tempoSaid();
