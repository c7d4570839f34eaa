// The stage is ready: it takes what there is, and minds its size and the theme.

empty.textContent = props.empty;
let seen = 0;
new ResizeObserver(() => {
  if (alignment.clientWidth === seen) return;
  seen = alignment.clientWidth;
  if (here() && !alignment.hidden) settle();
}).observe(alignment);
new MutationObserver(() => {
  if (find('.heat').open && finished()) heat();
}).observe(document.body, { attributes: true, attributeFilter: ['class'] });
watch('value', receive);
receive();
