"""The page's programming interface over the wire: what is offered, hostile input, lost clients."""

import json
import re
import secrets
from itertools import pairwise

import gradio_client
import httpx
import pytest
from gradio_client.exceptions import AppError
from small_models import TABS_OF_OTHERS, shipped

from demos.text_runs import sampler
from lstm_core.text.sampler import TextRequest

INTERNALS = re.compile(r"Traceback|File \"|\.py\b|site-packages|<[a-z/]", re.IGNORECASE)
OFFERED = {
    "write", "explain_sequence", "count", "memory_cell", "memory_left", "hold_on", "read_cells",
    "find_cells", "influence", "operate", "read_handwriting", "write_by_hand", "fit_hand",
    "compose", "continue_music", "harmonise", "translate", "caption",
}  # fmt: skip
DEADLINE = 20  # seconds, for what should come at once


@pytest.fixture(autouse=True, scope="module")
def _networks(gallery, small_networks):
    """Whatever was tested before, the page has its small networks."""
    with shipped(small_networks, *TABS_OF_OTHERS):
        yield


@pytest.fixture(scope="module")
def client(gallery):
    client = gradio_client.Client(gallery, verbose=False, analytics_enabled=False)
    yield client
    client.close()


@pytest.fixture(scope="module")
def http(gallery):
    with httpx.Client(base_url=f"{gallery}/gradio_api", timeout=DEADLINE) as http:
        yield http


@pytest.fixture(scope="module")
def config(gallery):
    return httpx.get(f"{gallery}/config").json()


def written(model="shakespeare", **request):
    return sampler(model).write(TextRequest(**request))


def post(http, path, body):
    """Send what Python's own encoder would not: lone surrogates, NaN, infinity."""
    content = body if isinstance(body, str) else json.dumps(body)
    headers = {"content-type": "application/json"}
    return http.post(path, content=content.encode(), headers=headers)


def answer(http, data):
    """The last event of a call of /write, as (name, data)."""
    sent = post(http, "/call/write", {"data": data})
    if sent.status_code != 200:
        return str(sent.status_code), sent.text
    events = events_of(http.get(f"/call/write/{sent.json()['event_id']}").text)
    return events[-1]


def events_of(stream):
    return [(name, json.loads(data)) for name, data in
            re.findall(r"event: (\w+)\ndata: (.*)\n", stream)]  # fmt: skip


def ask(http, event, data, session=None):
    """The last message of an event of the page's own, or the refusal of it."""
    session = session or secrets.token_hex(5)
    body = {"fn_index": event["id"], "session_hash": session, "trigger_id": 1, "event_data": None}
    sent = post(http, "/queue/join", body | data)
    if sent.status_code != 200:
        return {"status": sent.status_code, "text": sent.text}
    with http.stream("GET", "/queue/data", params={"session_hash": session}) as stream:
        for line in stream.iter_lines():
            message = json.loads(line.removeprefix("data:")) if line else {}
            ended = message.get("msg") in ("process_completed", "unexpected_error")
            if ended and message.get("event_id") in (sent.json()["event_id"], None):
                return message
    raise AssertionError("the stream ended without an answer")


def assert_serving(client):
    """An ordinary visitor is served as if nothing had been."""
    assert client.predict(length=12, seed=2, api_name="/write") == written(length=12, seed=2)


def assert_sentence(words):
    assert re.fullmatch(r"[A-Z][^\n]{9,200}\.", words), words
    assert not INTERNALS.search(words), words


def test_what_is_offered(client, config):
    offered = client.view_api(return_format="dict", print_info=False)
    public = [e["api_name"] for e in config["dependencies"] if e["api_visibility"] == "public"]
    assert {name.strip("/") for name in offered["named_endpoints"]} == OFFERED == set(public)
    assert offered["unnamed_endpoints"] == {}
    for endpoint in offered["named_endpoints"].values():
        assert re.match(r"[A-Z].{20,}\.", endpoint["description"], re.DOTALL)


def test_how_write_is_described(client):
    write = client.view_api(return_format="dict", print_info=False)["named_endpoints"]["/write"]
    assert write["description"].startswith("Write text with a character-level LSTM")
    parameters = {p["parameter_name"]: p for p in write["parameters"]}
    defaults = TextRequest()
    assert set(parameters) == {
        "model", "prime", "length", "temperature", "top_k", "top_p", "seed",
    }  # fmt: skip
    for name, kind in (("prime", "str"), ("length", "int"), ("temperature", "float"),
                       ("top_k", "int"), ("top_p", "float"), ("seed", "int")):  # fmt: skip
        assert parameters[name]["python_type"]["type"] == kind
        assert parameters[name]["parameter_default"] == getattr(defaults, name)


def test_the_cells_over_the_wire(client):
    text = "ROMEO:\nHow now?"
    asked = {"model": "shakespeare", "text": text}
    read = client.predict(**asked, layer=2, cell=7, api_name="/read_cells")
    assert (read["text"], len(read["c"]), read["surprise"][0]) == (text, len(text), None)
    assert client.predict("shakespeare", api_name="/find_cells")["findings"]["confirmed"]
    assert len(client.predict(**asked, at=9, api_name="/influence")["LSTM"]["values"]) == 9
    job = client.submit(**asked, at=6, operation="erase", length=30, api_name="/operate")
    *_, last = job
    assert {side: len(written) for side, written in last.items()} == {
        "untouched": 30, "operated": 30,
    }  # fmt: skip


def test_text_arrives_as_it_grows(client, brake):
    job = client.submit(prime="ROMEO:\n", length=200, temperature=0.7, seed=4, api_name="/write")
    whole = job.result(timeout=DEADLINE)
    parts = job.outputs()
    assert len(parts) > 4
    assert len(parts[0]) == 1
    for shorter, longer in pairwise(parts):
        assert longer.startswith(shorter)
    assert whole == parts[-1]
    assert whole == written(prime="ROMEO:\n", length=200, temperature=0.7, seed=4)


def test_all_settings_count(client):
    settings = {"prime": "if (", "length": 80, "temperature": 1.4, "top_k": 30, "top_p": 0.95}
    texts = [
        client.predict(model="c_source", **settings, seed=seed, api_name="/write")
        for seed in (11, 11, 12)
    ]
    assert texts[0] == texts[1] == written("c_source", **settings, seed=11)
    assert texts[2] == written("c_source", **settings, seed=12) != texts[0]


def test_two_visitors_get_their_own_texts(gallery, client, brake):
    other = gradio_client.Client(gallery, verbose=False, analytics_enabled=False)
    wishes = [{"prime": "A", "length": 150, "seed": 1}, {"prime": "B", "length": 150, "seed": 2}]
    jobs = [c.submit(**wish, api_name="/write") for c, wish in zip((client, other), wishes,
                                                                    strict=True)]  # fmt: skip
    texts = [job.result(timeout=DEADLINE) for job in jobs]
    assert texts == [written(**wish) for wish in wishes]
    other.close()


# Place of each argument of /write.
MODEL, PRIME, LENGTH, TEMPERATURE, TOP_K, TOP_P, SEED = range(7)
USUAL = ["shakespeare", "", 20, 0.8, 0, 1.0, 0]

SANE = [
    (PRIME, ""),
    (PRIME, "\0\x01\x7f"),
    (PRIME, "\N{GRINNING FACE}\N{SNOWMAN}"),
    (PRIME, "\u202e\u0627\u0644\u0639"),
    (PRIME, "\ud800\udfff\ud800"),
    (PRIME, "a\u0301" * 9_000),
    (PRIME, "<script>alert(1)</script>"),
    (LENGTH, 1),
    (LENGTH, 20.0),
    (TEMPERATURE, 0),
    (TEMPERATURE, 5e-324),
    (TOP_K, 1_000),
    (TOP_P, 5e-324),
    (SEED, 2**32 - 1),
]
REFUSED = [
    (PRIME, "wxyz" * 250_000),
    (PRIME, None),
    (PRIME, 3),
    (PRIME, ["wxyz"]),
    *((place, value)
      for place in (LENGTH, TEMPERATURE, TOP_K, TOP_P, SEED)
      for value in (-1, 10**9 if place != SEED else 10**30, 1e308, "wxyz", "20", None, True, [20],
                    {"wxyz": 1}, float("nan"), float("inf"), float("-inf"))),
    (LENGTH, 0),
    (LENGTH, 19.5),
    (TOP_P, 0),
    *((MODEL, value)
      for value in ("wxyz", "", "../../etc/passwd", "/etc/passwd", "shakespeare.safetensors",
                    "Shakespeare", "s\0", "\ud800", None, 3, True, ["shakespeare"], {"wxyz": []},
                    "<b>wxyz</b>", "wxyz" * 10_000)),
]  # fmt: skip


def described(case):
    place, value = case
    name = ("model", "prime", "length", "temperature", "top_k", "top_p", "seed")[place]
    return f"{name}={ascii(value)[:24]}"


def with_argument(case):
    data = list(USUAL)
    data[case[0]] = case[1]
    return data


@pytest.mark.parametrize("case", SANE, ids=described)
def test_odd_input_is_taken(http, client, case):
    data = with_argument(case)
    name, (text,) = answer(http, data)
    assert name == "complete"
    keys = ("prime", "length", "temperature", "top_k", "top_p", "seed")
    assert text == written(**dict(zip(keys, data[1:], strict=True)))
    assert_serving(client)


@pytest.mark.parametrize("case", REFUSED, ids=described)
def test_wrong_input_is_refused_in_a_sentence(http, client, case):
    name, message = answer(http, with_argument(case))
    assert name == "error"
    assert_sentence(message["error"])
    assert "wxyz" not in message["error"]
    assert "passwd" not in message["error"]
    assert_serving(client)


def test_a_file_of_the_server_is_no_text(http, client):
    file = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    name, message = answer(http, with_argument((PRIME, file)))
    assert name == "error"
    assert message["error"] is None  # Gradio refuses it, and says nothing
    assert_serving(client)


def test_the_client_shows_the_sentence(client):
    with pytest.raises(AppError, match=r"^The length must be a whole number from 1 to 5,000\.$"):
        client.predict(length=0, api_name="/write")


@pytest.mark.parametrize(
    "body",
    ["", "null", "[]", "{}", "{", '{"data": null}', '{"data": "x"}', '{"data": {}}',
     '{"data": []}', '{"data": ["shakespeare"]}', '{"data": [[]]}',
     '{"data": ["shakespeare", "", 20, 0.8, 0, 1.0, 0, 1, 2, 3]}',
     '{"data": ' + "[" * 100_000 + "]" * 100_000 + "}", "\x00", '{"data": [1e99999]}'],
    ids=lambda body: ascii(body)[:40],
)  # fmt: skip
def test_malformed_calls(http, client, body):
    sent = post(http, "/call/write", body)
    assert not re.search('Traceback|File "', sent.text)
    if sent.status_code == 200:  # what the queue makes of it
        stream = http.get(f"/call/write/{sent.json()['event_id']}").text
        assert not re.search("Traceback|File |site-packages", stream)
    else:
        assert sent.status_code < 500
    assert_serving(client)


@pytest.mark.parametrize("path", ["/call/nothing", "/call/lambda", "/run/nothing"])
def test_there_is_nothing_else_to_call(http, client, path):
    sent = post(http, path, {"data": []})
    assert not sent.is_success
    assert not INTERNALS.search(sent.text)
    assert_serving(client)


WRONG = [
    lambda n: [],
    lambda n: [None] * n,
    lambda n: ["wxyz\ud800"] * n,
    lambda n: [-(10**30)] * n,
    lambda n: [float("nan")] * n,
    lambda n: [True] * n,
    lambda n: [[{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}]] * n,
    lambda n: [1] * (n + 3),
]
WRONG_IDS = ["none", "null", "text", "huge", "nan", "true", "nested", "too many"]


@pytest.mark.parametrize("wrong", WRONG, ids=WRONG_IDS)
def test_wrong_input_to_the_events_of_the_page(http, client, config, wrong):
    session = secrets.token_hex(5)  # one for all: to begin one takes Gradio a tenth of a second
    for event in config["dependencies"]:
        if not event["backend_fn"] or event["api_name"] == "on_open":  # that one takes no input
            continue
        message = ask(http, event, {"data": wrong(len(event["inputs"]))}, session)
        shown = json.dumps(message)
        assert not re.search(r"Traceback|File \\\"|site-packages", shown), event["api_name"]
        assert "passwd" not in shown, event["api_name"]
        error = (message.get("output") or {}).get("error")
        if error and "is not in the list of choices" not in error:  # Gradio's words, not ours
            assert_sentence(error)
            assert "wxyz" not in error, event["api_name"]
    assert_serving(client)


@pytest.mark.parametrize(
    "body",
    [{"fn_index": 999, "data": []}, {"fn_index": "x", "data": []}, {"fn_index": -1, "data": []},
     {"fn_index": 0}, {"fn_index": None, "data": []}, {"session_hash": None, "data": []},
     {"data": [], "trigger_id": "x"}, {"data": [], "event_data": "x"}],
    ids=str,
)  # fmt: skip
def test_malformed_events_of_the_page(http, client, config, body):
    message = ask(http, config["dependencies"][0], body)
    assert not re.search(r"Traceback|File \\\"|site-packages", json.dumps(message))
    assert_serving(client)


def test_the_sampler_rests_when_its_reader_is_gone(http, client, brake):
    sent = post(http, "/call/write", {"data": ["shakespeare", "", 5_000, 0.8, 0, 1.0, 0]})
    with http.stream("GET", f"/call/write/{sent.json()['event_id']}") as stream:
        lines = stream.iter_lines()
        while not next(lines).startswith("data: "):
            pass
    brake.wait()
    assert brake.steps < 5_000
    assert_serving(client)


def test_the_sampler_rests_when_the_text_is_no_longer_wanted(client, brake):
    job = client.submit(length=5_000, api_name="/write")
    next(iter(job))
    job.cancel()
    brake.wait()
    assert brake.steps < 5_000
    assert_serving(client)
