// The stage is ready: it takes what there is, and minds its size and the theme.

empty.textContent = props.empty;
onWidth(view, redraw);
onTheme(() => {
  redraw();
  if (find('.strip').open && run && run.done) picture();
});
watch('value', receive);
offerSamples();
receive();
