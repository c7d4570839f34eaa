"""What all tests share: one thread, so that sums come out alike, and known random numbers; and for
the tests of the page, two small text models and a server that shows them."""

import shutil
import socket
import time
from contextlib import contextmanager
from dataclasses import asdict

import pytest
import torch
from captioning.tiny import save_captioner
from music_models import compose_first, save_chorales, save_piano
from small_models import TABS_OF_OTHERS, forget, save_readers, save_writer, shipped
from translation.tiny import save_translators

SHAKESPEARE = "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PRINTABLE = ["\n", *map(chr, range(32, 127)), "\N{REPLACEMENT CHARACTER}"]
FINDING = {
    "feature": "heading", "kind": "on/off", "layer": 2, "cell": 7, "sign": 1, "training": 0.99,
    "held_out": 0.98, "control": 0.61, "character": 0.7, "threshold": 0.1, "accuracy": 0.95,
    "n_on": 900,
}  # fmt: skip
RISE = {"layer": 2, "cell": 7, "rise": 0.01, "rise_where": 0.2, "rise_elsewhere": 0.001}
KNOWN = {
    "findings": {
        "n_training": 200_000, "n_held_out": 100_000, "min_auc": 0.9, "min_correlation": 0.5,
        "offsets": 20, "tested": ["heading", "vowel"], "confirmed": [FINDING],
    },
    "worth": {
        "n": 20_000, "nats": 1.5, "worst": [{**RISE, "rise_where": None, "rise_elsewhere": None}],
        "features": [{"feature": "heading", "n": 900, "nats": 0.4, "own": RISE, "worst": [RISE]}],
    },
    "context": {
        "lengths": [0, 1, 2, 4], "nats": [3.3, 2.5, 2.1, 1.9],
        "standard_errors": [0.1, 0.1, 0.1, 0.1], "n": 2_000,
    },
}  # fmt: skip
"""What the record of a text model says of its cells; none of it is true of random weights."""

MILESTONES = {0: 4.2, 100: 2.5, 300: 1.9, 1_000: 1.6}


torch.set_num_threads(1)  # from here on, for the fixtures of modules and sessions too


@pytest.fixture(autouse=True)
def _repeatable():
    torch.manual_seed(0)
    yield
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def small_networks(tmp_path_factory):
    """A folder for the networks of the page; those of How it works are small as they are."""
    from lstm_core import checkpoint

    folder = tmp_path_factory.mktemp("checkpoints")
    for name in {"numbers", "counter", "lags"}.intersection(checkpoint.names()):
        shutil.copy(checkpoint.find(name), folder)
    return folder


@pytest.fixture(scope="session")
def text_models(small_networks):
    """Two untrained text models, with all that a shipped one has, as the only ones of the page; and
    small networks for the tabs of the other tasks."""
    from demos import gallery, text, text_events, text_runs
    from demos.handwriting import samples as handwriting
    from demos.memory import similar
    from demos.recognition import readings
    from lstm_core.translation import sampler as translation

    folder = small_networks
    save_text_model(folder, "shakespeare", "Shakespeare", SHAKESPEARE, layers=2)
    save_text_model(folder, "c_source", "C source code", PRINTABLE, layers=3)
    save_readers(folder)
    save_writer(folder)
    save_chorales(folder)
    save_piano(folder)
    save_translators(folder, "en_fr", "en_fr_vector")
    save_captioner(folder)
    forget()
    short = pytest.MonkeyPatch()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSTM_GALLERY_CHECKPOINTS", str(folder))
        names = list(text_runs.models())
        for name in names:
            text_events.on_model(name, None)  # fills the caches of samplers and first texts
        short.setattr(similar, "SEARCHED", 4_000)
        short.setattr(similar, "LENGTH", 500)
        short.setattr(translation, "LONGEST", 9)
        compose_first(folder, short)
        short.setattr(handwriting, "FOLDER", folder / "handwriting")
        handwriting.make()
        for tab in gallery.TABS:
            if tab is not text:
                tab.prepare()
        for name in (readings.BOTH_WAYS, readings.FORWARDS, readings.LANGUAGE):
            if readings.shipped(name):
                readings.sampler(name)
    yield names
    short.undo()
    forget()


def save_text_model(folder, name, title, characters, layers):
    """A checkpoint with random weights, large enough that what is read makes a difference."""
    from lstm_core import checkpoint
    from lstm_core.text.model import TextConfig, TextModel

    config = TextConfig(len(characters), embedding_size=8, hidden_size=32, num_layers=layers)
    model = TextModel(config)
    generator = torch.Generator().manual_seed(len(name))
    weights = {k: 0.5 * torch.randn(w.shape, generator=generator)
               for k, w in model.state_dict().items()}  # fmt: skip
    curve = [
        {"step": step, "validation": loss} | ({"train": loss - 0.1} if step else {})
        for step, loss in MILESTONES.items()
    ]
    card = checkpoint.Card(
        name=name,
        task="text",
        title=title,
        description=f"Nothing yet: random weights in place of {title}.",
        config=asdict(config),
        vocabulary=list(characters),
        data={
            "name": f"{title}, the data",
            "source": "https://example.org/data",
            "licence": "CC0-1.0",
            "citation": "A. Nobody (2013). <Nothing> & more.",
            "split": "train 90 %, val 10 %",
        },
        training={
            "parameters": sum(w.numel() for w in weights.values()),
            "steps": 1000,
            "seconds": 600,
            "hardware": "a pencil",
            "dropout": {"inputs": 0.1, "weights": 0.3},
            "seed": 1,
        },
        results=[
            {
                "command": f"lstm-gallery evaluate {name}",
                "split": "val",
                "n": 111_539,
                "metrics": {"nats_per_char": 1.6},
            }
        ],
        date="2026-01-31",
    )
    samples = [row | {"sample": f"{title} after {row['step']} steps"} for row in curve]
    history = {"curve": curve, "milestones": samples} | (KNOWN if name == "shakespeare" else {})
    checkpoint.save(folder / f"{name}.safetensors", card, weights, history)


@pytest.fixture(scope="session")
def served():
    """Serves a page of Gradio's while it is needed, and gives its address."""

    @contextmanager
    def served(page):
        from demos.gallery import launch

        with socket.create_server(("127.0.0.1", 0)) as free:  # Gradio's own search leaves one open
            port = free.getsockname()[1]
        address = launch(page, server_port=port, prevent_thread_lock=True, quiet=True)[1]
        yield address.rstrip("/")
        deadline = time.monotonic() + 20
        while any(page._queue.active_jobs):  # a thread that outlives the interpreter aborts it
            assert time.monotonic() < deadline
            time.sleep(0.02)
        page.close(verbose=False)

    return served


@pytest.fixture(scope="session")
def gallery(text_models, small_networks, served):
    """The address of a server of the gallery."""
    from demos.gallery import TABS, build

    with shipped(small_networks, *TABS_OF_OTHERS):
        page = build(TABS)
    with served(page) as address:
        yield address


class Brake:
    """Makes the samplers take their time, and sees how far they get and whether they are closed."""

    STEADY, PAUSE = 100, 0.005

    def __init__(self):
        self.steps = self.begun = self.closed = 0

    def stream_many(self, slowed):
        def stream(requests, after=None):
            self.begun += 1
            try:
                for n, steps in enumerate(slowed(requests, after)):
                    self.steps += 1
                    yield steps
                    if n >= self.STEADY:
                        time.sleep(self.PAUSE)
            finally:
                self.closed += 1

        return stream

    def wait(self):
        """Until no sampler runs any more, be it done or closed."""
        deadline = time.monotonic() + 20
        while not 0 < self.begun == self.closed:
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.fixture
def brake(text_models, monkeypatch):
    """Every text now takes long after its first hundred characters: 25 s for 5,000."""
    from demos import text_runs

    brake = Brake()
    for name in text_models:
        sampler = text_runs.sampler(name)
        monkeypatch.setattr(sampler, "stream_many", brake.stream_many(sampler.stream_many))
    return brake
