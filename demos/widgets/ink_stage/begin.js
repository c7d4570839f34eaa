// The stage is ready: it takes what there is, and minds its size and the theme.

empty.textContent = props.empty;
let seen = 0;
new ResizeObserver(() => {
  if (host.clientWidth === seen) return;
  seen = host.clientWidth;
  redraw();
}).observe(host);
new MutationObserver(theme).observe(document.body, { attributes: true, attributeFilter: ['class'] });
watch('value', receive);
watch('chosen', follow);
receive();
theme();
