// Instruments played by Web Audio, as lstm_core/music/sound/sampled.py describes them. One set of
// sounds and one way to the speakers for all components of the page.

const RATE = 44100; // of the sounds as they are played
const RING = 7; // time constants after which nothing is heard

function newBand() {
  const band = { context: null, volume: null, loudness: 0.8, kits: {}, rooms: {} };
  // Browsers let a page sound only after a visitor has touched it.
  const unlock = () => speakers();
  for (const kind of ['pointerup', 'keydown']) document.addEventListener(kind, unlock, true);
  return band;
}
const band = window.lstmGalleryBand ||= newBand();

function speakers() {
  if (!band.context) {
    band.context = new AudioContext({ sampleRate: RATE });
    const limiter = new DynamicsCompressorNode(band.context, { threshold: -4, knee: 3, ratio: 20, attack: 0.002, release: 0.12 });
    band.volume = new GainNode(band.context, { gain: band.loudness ** 2 });
    band.volume.connect(limiter).connect(band.context.destination);
  }
  if (band.context.state === 'suspended') band.context.resume();
  return band.context;
}

function setLoudness(value) {
  band.loudness = value;
  if (band.volume) band.volume.gain.setTargetAtTime(value ** 2, band.context.currentTime, 0.02);
}

// The sounds of an instrument, asked for once.
function kitOf(name) {
  band.kits[name] ||= fetchKit(name).then((kit) => { band.kits[name].ready = kit; return kit; }, (error) => {
    delete band.kits[name];
    throw error;
  });
  return band.kits[name];
}

async function fetchKit(name) {
  const kit = await server.music_samples(name);
  if (!kit || kit.error) throw new Error(kit ? kit.error : 'no sounds');
  const studio = new OfflineAudioContext(1, 1, RATE);
  const opened = (text) => {
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let n = 0; n < raw.length; n++) bytes[n] = raw.charCodeAt(n);
    return studio.decodeAudioData(bytes.buffer);
  };
  const samples = await Promise.all(kit.samples.map(async (one) => ({ ...one, buffer: await opened(one.wav), wav: null })));
  const room = { gain: kit.room.gain, buffer: await opened(kit.room.wav) };
  return { ...kit, name, samples, room };
}

// Where the notes of an instrument go: to the speakers, and into its room.
function roomOf(kit) {
  if (!band.rooms[kit.name]) {
    const dry = new GainNode(band.context);
    const echo = new ConvolverNode(band.context, { buffer: kit.room.buffer });
    const wet = new GainNode(band.context, { gain: kit.room.gain });
    dry.connect(band.volume);
    dry.connect(echo).connect(wet).connect(band.volume);
    band.rooms[kit.name] = dry;
  }
  return band.rooms[kit.name];
}

// Lets a key sound from a time of the context on, until `end` is called with another.
function strike(kit, pitch, velocity, when) {
  const context = band.context;
  const sample = kit.samples.reduce((a, b) => (Math.abs(b.pitch - pitch) < Math.abs(a.pitch - pitch) ? b : a));
  const rate = 2 ** ((pitch - sample.pitch) / 12);
  const source = new AudioBufferSourceNode(context, {
    buffer: sample.buffer, playbackRate: rate, loop: true, loopStart: sample.loop[0], loopEnd: sample.loop[1],
  });
  const level = kit.gain[velocity];
  const swell = new GainNode(context, { gain: kit.attack ? 0 : level });
  if (kit.attack) {
    swell.gain.setValueAtTime(0, when);
    swell.gain.linearRampToValueAtTime(level, when + kit.attack);
  }
  if (sample.decay) swell.gain.setTargetAtTime(0, when + sample.loop[0] / rate, sample.decay);
  const key = new GainNode(context);
  const side = new StereoPannerNode(context, { pan: kit.pan[pitch] });
  let from = source;
  if (kit.cutoff) {
    const frequency = Math.min(RATE / 2, kit.cutoff[velocity] * kit.hardness[pitch]);
    from = source.connect(new BiquadFilterNode(context, { type: 'lowpass', frequency, Q: -6.0206 }));
  }
  from.connect(swell).connect(key).connect(side).connect(roomOf(kit));
  source.onended = () => side.disconnect();
  source.start(when);
  const release = kit.release[pitch];
  return {
    end(time) {
      const at = Math.max(time, context.currentTime);
      if (release) {
        key.gain.setTargetAtTime(0, at, release);
        source.stop(at + RING * release);
      } else source.stop(when + sample.loop[0] / rate + RING * sample.decay);
    },
    silence() {
      const now = context.currentTime;
      key.gain.cancelScheduledValues(now);
      key.gain.setTargetAtTime(0, now, 0.025);
      source.stop(now + 0.2);
    },
  };
}
