// The stage is ready: it takes what there is, and minds its size and the theme.

empty.textContent = props.empty;
onWidth(alignment, () => {
  if (here() && !alignment.hidden) settle();
});
onTheme(() => {
  if (find('.heat').open && finished()) heat();
});
watch('value', receive);
receive();
