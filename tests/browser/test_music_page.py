"""A visitor on the Music tab. What sounds is seen where the browser is asked to sound it."""

import io
import re

import mido
import pytest
from music_models import compose_first, save_chorales, save_piano
from small_models import shipped

from demos import music
from demos.music import pieces, samples
from demos.music.pieces import CHORALES
from demos.widgets.player import music_samples
from lstm_core.music import midi
from lstm_core.music.midi import Note, Track
from lstm_core.music.piano.request import PianoRequest

from .conftest import PHONE, SECONDS

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
from playwright.sync_api import expect

pytestmark = pytest.mark.thorough
expect.set_options(timeout=SECONDS * 1000)

EARS = """() => {
  window.heard = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (when) {
    window.heard.push({ in: when - this.context.currentTime, rate: this.playbackRate.value });
    return start.call(this, when);
  };
}"""


@pytest.fixture(scope="module")
def tab_address(tmp_path_factory, served):
    """The tab alone, with small networks, and a chorale that was composed beforehand."""
    from demos.gallery import build

    folder = tmp_path_factory.mktemp("music")
    save_chorales(folder)
    save_piano(folder)
    with shipped(folder, "demos.music") as patch:
        compose_first(folder, patch)
        for instrument in ("piano", "organ"):
            music_samples(instrument)
        with served(build([music])) as address:
            yield address


@pytest.fixture
def tab(visit, tab_address):
    def tab(**settings):
        page = visit(tab_address, **settings)
        expect(page.locator("#music-roll .play")).to_be_enabled()
        page.evaluate(EARS)
        return page

    return tab


def heard(page):
    return page.evaluate("window.heard")


def wait_for_sound(page):
    page.wait_for_function("window.heard.length > 0")


def save(page, kind):
    with page.expect_download() as download:
        page.locator(f"#music-roll [data-kind={kind}]").click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def notes_on(page):
    """What the roll has, as its MIDI file has it."""
    return midi.read(save(page, "mid")[1])


def test_a_piece_is_there_and_is_played(tab):
    page = tab()
    piece = samples.opening(CHORALES)
    expect(page.locator("#music-panel .of")).to_have_text("of 128")
    page.locator("#music-roll .play").click()
    wait_for_sound(page)
    assert all(note["in"] < 0.5 for note in heard(page)[:4])  # late on a busy machine, never early
    expect(page.locator("#music-roll .play")).to_have_text("Pause")
    page.wait_for_function("document.querySelector('#music-roll .roll').ariaValueNow >= 1")
    roll = page.locator("#music-roll .roll")
    roll.focus()
    roll.press(" ")
    expect(page.locator("#music-roll .play")).to_have_text("Play")
    count = len(heard(page))
    roll.press("Home")
    roll.press("ArrowRight")
    roll.press("ArrowRight")
    said = page.locator("#music-roll .said").text_content()
    second = sorted({note.start for note in piece.notes})[1]
    assert f"at {second:.1f} s" in said
    assert "nats of surprise" in said
    page.locator("#music-roll .colour").select_option("surprise")
    expect(page.locator("#music-roll .legend")).to_contain_text("surprising")
    assert len(heard(page)) == count  # nothing sounds while it is paused
    name, file = save(page, "mid")
    assert name == "Chorale-1.mid"
    tracks = mido.MidiFile(file=io.BytesIO(file)).tracks
    assert [track.name for track in tracks[1:]] == list(pieces.VOICES)
    struck = [m for track in tracks for m in track if m.type == "note_on" and m.velocity]
    assert len(struck) == len(piece.notes)
    assert save(page, "svg")[1].startswith(b"<?xml")


def test_the_score_of_a_chorale(tab):
    """The same notes on the same clock; a piano piece has none."""
    page = tab()
    piece = samples.opening(CHORALES)
    score, roll = page.locator("#music-roll .score"), page.locator("#music-roll .roll")
    views = page.locator("#music-roll .views")
    views.get_by_role("button", name="Score").click()
    expect(score.locator("svg")).to_be_visible()
    expect(page.locator("#music-roll canvas")).to_be_hidden()
    numbers = "nodes => [...new Set(nodes.map((node) => Number(node.dataset.note)))]"
    found = score.locator("[data-note]").evaluate_all(numbers)
    assert sorted(found) == list(range(len(piece.notes)))
    wanted = len(piece.notes) * 2 // 3
    score.locator(f"[data-note='{wanted}'] .halo").first.click(force=True)
    note = piece.notes[wanted]
    expect(page.locator("#music-roll .said")).to_contain_text(f"at {note.start:.1f} s")
    expect(score.locator(f"[data-note='{wanted}'].chosen").first).to_be_attached()
    roll.press("ArrowRight")
    later = min(other.start for other in piece.notes if other.start > note.start)
    expect(page.locator("#music-roll .said")).to_contain_text(f"at {later:.1f} s")
    sounding = [n for n, one in enumerate(piece.notes) if one.start <= later + 1e-3 < one.end]
    expect(score.locator(f"[data-note='{sounding[-1]}'].lit").first).to_be_attached()
    assert sorted(score.locator(".lit").evaluate_all(numbers)) == sounding
    wide = "Number(document.querySelector('#music-roll svg').getAttribute('viewBox').split(' ')[2])"
    before = page.evaluate(wide)
    roll.press("+")
    page.wait_for_function(f"{wide} < {before}")
    page.locator("#music-roll .colour").select_option("surprise")
    halo = score.locator(".halo").first
    assert "rgb(" in halo.evaluate("node => node.parentNode.style.getPropertyValue('--halo')")
    assert b"data-note" in save(page, "svg")[1]
    page.locator("#music-roll .play").click()
    wait_for_sound(page)
    page.wait_for_function(
        f"!document.querySelector('#music-roll [data-note=\"{sounding[0]}\"].lit')"
    )
    page.get_by_role("radio", name="Piano", exact=True).check()
    page.locator("#music-compose").click()
    expect(views).to_be_hidden()
    expect(page.locator("#music-roll canvas")).to_be_visible()
    page.locator("#music-stop").click()


def test_music_is_composed_and_heard(tab):
    page = tab()
    page.get_by_role("radio", name="Piano", exact=True).check()
    page.locator("#music-more > button").click()
    temperature = page.locator("#music-temperature input[type=number]")
    expect(temperature).to_have_value(str(PianoRequest.temperature))
    page.locator("#music-seconds input[type=number]").fill("10")
    page.locator("#music-compose").click()
    wait_for_sound(page)
    expect(page.locator("#music-roll .colour")).to_have_value("velocity")
    expect(page.locator("#music-roll .colour option").first).to_have_text("who plays")
    status = page.locator("#music-status")
    expect(status).to_contain_text("Piano ")
    seed = int(re.search(r"\d+", status.text_content()).group())
    expect(page.locator("#music-seed input")).to_have_value(str(seed))
    expect(page.locator("#music-roll [data-kind=mid]")).to_be_enabled()
    page.locator("#music-stop").click()
    expect(page.locator("#music-roll .play")).to_have_text("Play")
    request = PianoRequest(seconds=10, seed=seed)
    expected = pieces.piano_sampler().play(request)
    assert [n[:2] for n in notes_on(page)] == [n[:2] for n in expected]


def test_the_network_goes_on_from_what_is_played(tab):
    page = tab()
    keys = page.locator("#music-keyboard .keys")
    keys.scroll_into_view_if_needed()
    keys.locator("[data-pitch='60']").click(position={"x": 5, "y": 100})
    for letter in "dg":  # E and G
        keys.press(letter)
    expect(page.locator("#music-keyboard .said")).to_contain_text("3 notes")
    wait_for_sound(page)
    page.wait_for_timeout(400)  # the keyboard tells what was played once it is quiet
    page.locator("#music-go-on").click()
    expect(page.locator("#music-roll .legend")).to_contain_text("by the network")
    expect(page.locator("#music-roll [data-kind=mid]")).to_be_enabled()
    page.locator("#music-stop").click()
    played = sorted(notes_on(page), key=lambda note: note.start)
    assert [note.pitch for note in played[:3]] == [60, 64, 67]
    assert len(played) > 3
    file = midi.write([Track("Piano", [Note(50, 90, 0, 1), Note(57, 90, 1, 2)])])
    with page.expect_file_chooser() as chooser:
        page.locator("#music-keyboard [data-tool=open]").click()
    chooser.value.set_files({"name": "a.mid", "mimeType": "audio/midi", "buffer": file})
    expect(page.locator("#music-keyboard .said")).to_have_text("2 notes, 2.0 seconds.")
    with page.expect_file_chooser() as chooser:
        page.locator("#music-keyboard [data-tool=open]").click()
    chooser.value.set_files({"name": "b.mid", "mimeType": "audio/midi", "buffer": b"hello"})
    expect(page.locator("#music-keyboard .said")).to_contain_text("not a MIDI file")


def test_a_melody_is_harmonised_and_written_anew(tab):
    page = tab()
    page.locator("#music-melody [data-tool=clear]").click()
    grid = page.locator("#music-melody .grid")
    grid.focus()
    grid.press("Enter")  # G4, a quarter
    grid.press("ArrowUp")
    grid.press("ArrowUp")
    grid.press("Enter")  # A4
    expect(page.locator("#music-melody .said")).to_contain_text("A4 at bar 1, beat 2")
    page.locator("#music-harmonise").click()
    expect(page.locator("#music-status")).to_contain_text("Your melody, harmonised")
    expect(page.locator("#music-bars input")).to_have_count(1)
    page.locator("#music-stop").click()

    def voices():
        file = mido.MidiFile(file=io.BytesIO(save(page, "mid")[1]))
        return [
            [m.note for m in track if m.type == "note_on" and m.velocity]
            for track in file.tracks[1:]
        ]

    first = voices()
    assert first[0] == [67, 69]
    page.get_by_role("checkbox", name="Bass").check()
    page.locator("#music-anew").click()
    expect(page.locator("#music-status")).to_contain_text("anew")
    expect(page.locator("#music-roll [data-kind=mid]")).to_be_enabled()
    page.locator("#music-stop").click()
    second = voices()
    assert (second[0], second[3]) == (first[0], first[3])
    assert second[1:3] != first[1:3]
    page.locator("#music-check").click()
    expect(page.locator("#music-rules td").nth(2)).to_have_text(re.compile(r"\d"))


def test_on_a_phone_in_the_dark(tab):
    page = tab(**PHONE, color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#music-roll [data-view=score]").tap()
    svg = page.locator("#music-roll .score svg")
    expect(svg).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    ink = svg.locator("use").first.evaluate("node => getComputedStyle(node).fill")
    assert re.findall(r"\d+", ink) == ["236", "235", "231"]
    page.locator("#music-roll [data-view=roll]").tap()
    page.locator("#music-roll .play").tap()
    wait_for_sound(page)
    canvas = page.locator("#music-roll canvas")
    box = canvas.bounding_box()
    canvas.tap(position={"x": box["width"] * 0.8, "y": 8})  # the ruler
    page.wait_for_function("Number(document.querySelector('#music-roll .roll').ariaValueNow) >= 2")
    page.locator("#music-roll .play").tap()
    ground = page.locator("#music-roll .piano-roll").evaluate(
        "node => getComputedStyle(node).backgroundColor"
    )
    assert re.findall(r"\d+", ground) == ["28", "31", "37"]
