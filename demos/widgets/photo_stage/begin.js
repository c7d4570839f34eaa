// The stage is ready: it takes what there is, and minds its size and the theme.

empty.textContent = props.empty;
let width = 0;
new ResizeObserver(() => {
  if (view.clientWidth === width) return;
  width = view.clientWidth;
  redraw();
}).observe(view);
new MutationObserver(() => {
  redraw();
  if (find('.strip').open && run && run.done) picture();
}).observe(document.body, { attributes: true, attributeFilter: ['class'] });
watch('value', receive);
offerSamples();
receive();
