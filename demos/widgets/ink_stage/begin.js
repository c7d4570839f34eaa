// The stage is ready: it takes what there is, and minds its size and the theme.

empty.textContent = props.empty;
onWidth(host, redraw);
onTheme(theme);
watch('value', receive);
watch('chosen', follow);
receive();
theme();
