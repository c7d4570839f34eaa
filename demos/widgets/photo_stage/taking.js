// Photos come in: by a file, dropped, from the clipboard, by the camera, or one of the samples.

const shownHere = () => root.getClientRects().length > 0;

async function take(file) {
  if (file.size > props.limits.bytes) {
    say(`The file has ${(file.size / 1e6).toFixed(1)} MB; photos of up to ${props.limits.bytes / 1e6} MB are read.`, 'wrong');
    return;
  }
  say('The photo is on its way …');
  const answer = await ask('take', { binary: true, data: { photo: file } });
  if (!answer) return;
  await keep(answer);
  describePhoto(answer.photo);
}

function describePhoto(photo) {
  say('');
  tell({ do: 'photo', photo });
}

for (const [name, chooser] of [['choose', find('.file')], ['shot', find('.shot')]]) {
  if (name === 'choose') tool(name).addEventListener('click', () => chooser.click());
  chooser.addEventListener('change', () => {
    if (chooser.files.length) take(chooser.files[0]);
    chooser.value = ''; // so that the same file can be chosen again
  });
}

// Dropped anywhere on the stage.
const carries = (event) => Array.from(event.dataTransfer?.types || []).includes('Files');
root.addEventListener('dragover', (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  view.classList.add('over');
});
root.addEventListener('dragleave', (event) => {
  if (!root.contains(event.relatedTarget)) view.classList.remove('over');
});
root.addEventListener('drop', (event) => {
  view.classList.remove('over');
  if (!carries(event)) return;
  event.preventDefault();
  if (event.dataTransfer.files.length) take(event.dataTransfer.files[0]);
});

// From the clipboard: by its keys wherever nothing is typed, or by the button.
document.addEventListener('paste', (event) => {
  if (!shownHere() || event.target.closest?.('input, textarea')) return;
  const file = Array.from(event.clipboardData?.files || []).find(({ type }) => type.startsWith('image/'));
  if (file) take(file);
});
tool('paste').addEventListener('click', async () => {
  try {
    for (const item of await navigator.clipboard.read()) {
      const type = item.types.find((each) => each.startsWith('image/'));
      if (type) {
        take(await item.getType(type));
        return;
      }
    }
    say('There is no picture in the clipboard: copy one first.', 'wrong');
  } catch {
    say('The browser does not let this page read the clipboard; Ctrl+V does it.', 'wrong');
  }
});

// The camera: a phone's own where there is one, else what the browser shows of a camera.
let film = null;
const finder = find('.viewfinder');
const video = find('video');

function closeCamera() {
  if (film) for (const track of film.getTracks()) track.stop();
  film = null;
  video.srcObject = null;
  finder.hidden = true;
}

tool('camera').addEventListener('click', async () => {
  if (!navigator.mediaDevices?.getUserMedia || window.matchMedia('(pointer: coarse)').matches) {
    find('.shot').click();
    return;
  }
  try {
    film = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } }, audio: false });
  } catch {
    say('There is no camera that this page may use.', 'wrong');
    return;
  }
  video.srcObject = film;
  finder.hidden = false;
  await video.play();
  tool('shoot').focus({ preventScroll: true });
});
tool('shoot').addEventListener('click', () => {
  if (!video.videoWidth) return; // nothing to be seen yet
  const shot = document.createElement('canvas');
  [shot.width, shot.height] = [video.videoWidth, video.videoHeight];
  shot.getContext('2d').drawImage(video, 0, 0);
  closeCamera();
  shot.toBlob((blob) => { if (blob) take(blob); }, 'image/jpeg', 0.92);
});
tool('leave').addEventListener('click', closeCamera);
finder.addEventListener('keydown', (event) => { if (event.key === 'Escape') closeCamera(); });

// The photos to begin with.
function chosenSample() {
  for (const button of find('.samples').children) button.setAttribute('aria-pressed', String(Boolean(run) && button.dataset.photo === run.photo));
}

async function offerSamples() {
  const answer = await ask('samples', {});
  if (!answer) return;
  find('.samples').replaceChildren(...answer.samples.map(({ photo, title, data }) => {
    const picture = node('img');
    picture.src = `data:image/jpeg;base64,${data}`;
    picture.alt = title;
    const button = node('button', picture);
    button.type = 'button';
    button.title = title;
    button.dataset.photo = photo;
    button.addEventListener('click', () => describePhoto(photo));
    return button;
  }));
  chosenSample();
}
