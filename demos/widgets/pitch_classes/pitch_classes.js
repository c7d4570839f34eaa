// Twelve sliders, see demos/widgets/pitch_classes/__init__.py.

const root = element.querySelector('.pitch-classes');
const sliders = props.names.map((name) => {
  const label = document.createElement('label');
  const slider = document.createElement('input');
  Object.assign(slider, { type: 'range', min: 0, max: 1, step: 0.05 });
  slider.setAttribute('aria-label', `Weight of ${name}`);
  slider.addEventListener('change', () => {
    props.value = sliders.map((one) => Number(one.value));
    trigger('input');
  });
  label.append(slider, name);
  root.append(label);
  return slider;
});

function receive() {
  if (Array.isArray(props.value)) sliders.forEach((slider, n) => { slider.value = props.value[n]; });
}
watch('value', receive);
receive();
