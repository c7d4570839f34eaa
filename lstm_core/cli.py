"""The command line: lstm-gallery serve | list | sample | train | evaluate | bench | download."""

from __future__ import annotations

import argparse
import inspect
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from lstm_core import checkpoint, data
from lstm_core.checkpoint import CheckpointError
from lstm_core.data import DataError
from lstm_core.recipe import Recipe, recipes


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status: 0 for success, 2 for a request that cannot be met."""
    parser = build_parser()
    chosen = parser.parse_args(arguments)
    try:
        chosen.run(chosen)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at the end
        return 141
    except (ValueError, CheckpointError, DataError, FloatingPointError, OSError) as error:
        print(f"lstm-gallery: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The parser; the models it offers are those that have a recipe."""
    parser = argparse.ArgumentParser(
        prog="lstm-gallery", description="LSTM networks: watch, use, train and judge them."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    known = recipes()

    def command(name: str, run: Any, help: str, **more: Any) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help, **more)
        sub.set_defaults(run=run)
        return sub

    serve = command("serve", run_serve, "open the gallery in the browser")
    add_serve_arguments(serve)

    listing = command("list", run_list, "print the cards of the shipped models")
    listing.add_argument("--json", action="store_true", help="one JSON object as the last line")

    sample = command("sample", None, "use a model in the terminal")
    names = sample.add_subparsers(required=True, metavar="NAME")
    for name, recipe in known.items():
        sub = names.add_parser(
            name,
            help=f"{recipe.task} model",
            description=inspect.getdoc(recipe.request),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        sub.set_defaults(run=run_sample, recipe=recipe)
        add_request_arguments(sub, recipe.request)
        sub.add_argument(
            "--checkpoint", default=name, help="name or file, instead of the shipped one"
        )

    train = command("train", run_train, "train a model, taking up an unfinished run")
    train.add_argument("name", choices=known)
    train.add_argument(
        "--run", dest="folder", type=Path, help="folder of the run; runs/NAME if left out"
    )
    train.add_argument("--device", default="auto", help="auto, cpu, cuda ...")
    add_data_argument(train)

    evaluate = command("evaluate", run_evaluate, "judge a model on a part of its data set")
    evaluate.add_argument("name", choices=known)
    evaluate.add_argument("--split", help="part of the data set; the model's usual one if left out")
    evaluate.add_argument("--checkpoint", help="name or file, instead of the shipped one")
    evaluate.add_argument("--record", action="store_true", help="write the result into the card")
    evaluate.add_argument("--json", action="store_true", help="one JSON object as the last line")
    add_data_argument(evaluate)
    for switch, help_ in {k: v for r in known.values() for k, v in r.switches.items()}.items():
        evaluate.add_argument(f"--{switch}", action="store_true", help=help_)

    bench = command("bench", run_bench, "time the samplers beside their controls, on this machine")
    bench.add_argument(
        "names", nargs="*", metavar="NAME", help="models; one of each task if left out"
    )
    bench.add_argument("--page", action="store_true", help="time the page in Chromium instead")
    bench.add_argument("--json", action="store_true", help="one JSON object as the last line")

    download = command("download", run_download, "fetch a data set from its public source")
    download.add_argument("name", choices=data.data_sets())
    add_data_argument(download)
    return parser


def add_serve_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be said about how the gallery is served."""
    parser.add_argument(
        "--host", default=None, help="address to listen on; this machine only if left out"
    )
    parser.add_argument(
        "--port", type=int, default=None, help="the first free one from 7860 if left out"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser window")


def add_data_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, metavar="FOLDER",
        help=f"folder of the data sets; ${data.ENVIRONMENT} or the user's cache if left out",
    )  # fmt: skip


def add_request_arguments(parser: argparse.ArgumentParser, request: type) -> None:
    """One option for each field of a request that a terminal can give: numbers and text, and what
    reads itself from text."""
    types = get_type_hints(request)
    for field in fields(request):
        kind = option_type(types[field.name])
        if kind is None:
            continue
        required = field.default is MISSING
        parser.add_argument(
            "--" + field.name.replace("_", "-"),
            type=kind,
            required=required,
            default=None if required else field.default,
            help=None if required else f"default: {field.default!r}",
        )


def option_type(hint: Any) -> type | None:
    """What makes the value of an option from text; None for what has to be left as it is."""
    union = get_origin(hint) in (Union, UnionType)
    kinds = [k for k in (get_args(hint) if union else (hint,)) if k is not type(None)]
    if len(kinds) > 1 or get_origin(kinds[0]) or not isinstance(kinds[0], type):
        return None
    fits = issubclass(kinds[0], int | float | str | tuple) and kinds[0] is not bool
    return kinds[0] if fits else None


def run_serve(chosen: argparse.Namespace) -> None:
    from demos.gallery import serve  # the page and all it needs, only when it is asked for

    serve(host=chosen.host, port=chosen.port, browser=not chosen.no_browser)


def run_list(chosen: argparse.Namespace) -> None:
    cards = [checkpoint.read_card(name)[0] for name in checkpoint.names()]
    for card in cards:
        print(f"{card.name}: {card.title} ({card.task}; {card.parameters:,} weights)")
        print(f"    {card.description}")
        print(f"    data: {card.data.get('name')} Licence: {card.data.get('licence')}")
        for result in card.results:
            figures = ", ".join(f"{k} {v:.4g}" for k, v in result["metrics"].items())
            print(f"    {result['split']}, n {result['n']:,}: {figures}")
            print(f"        measured by: {result['command']}")
    if not cards:
        print(f"There are no checkpoints in {checkpoint.folder()}.")
    if chosen.json:
        print(json.dumps({"models": [asdict(card) for card in cards]}))


def run_sample(chosen: argparse.Namespace) -> None:
    recipe: Recipe = chosen.recipe
    names = [field.name for field in fields(recipe.request)]
    values = {name: getattr(chosen, name) for name in names if hasattr(chosen, name)}
    for piece in recipe.sample(chosen.checkpoint, recipe.request(**values)):
        print(piece, end="", flush=True)
    print()


def run_train(chosen: argparse.Namespace) -> None:
    from lstm_core.hardware import best_device

    run = chosen.folder or Path("runs") / chosen.name
    path = recipes()[chosen.name].train(run, chosen.data, best_device(chosen.device))
    print(f"The best weights are in {path}. Judge them with:")
    print(f"    lstm-gallery evaluate {chosen.name} --checkpoint {path}")


def run_evaluate(chosen: argparse.Namespace) -> None:
    known = recipes()
    recipe = known[chosen.name]
    split = chosen.split or recipe.splits[0]
    if split not in recipe.splits:
        raise ValueError(f"{chosen.name} has the splits {', '.join(recipe.splits)}, not {split!r}.")
    offered = {switch for r in known.values() for switch in r.switches}
    switches = {switch for switch in offered if getattr(chosen, switch)}
    if too_many := sorted(switches - recipe.switches.keys()):
        have = ", ".join(f"--{switch}" for switch in recipe.switches) or "none"
        raise ValueError(f"{chosen.name} has no --{too_many[0]}; of such switches it has {have}.")
    source = chosen.checkpoint or chosen.name
    result = recipe.evaluate(split, chosen.data, source, switches)
    print(f"{result.name}, {split}, n {result.n:,}, {result.seconds:.1f} s")
    for metric, value in result.metrics.items():
        print(f"    {metric:28} {value:.4f}")
    for name, note in result.notes.items():
        print(f"    {name:28} {note}")
    if chosen.record:
        metrics = {name: round(value, 4) for name, value in result.metrics.items()}
        words = ["lstm-gallery", "evaluate", chosen.name, "--split", split]
        words += [f"--{switch}" for switch in sorted(switches)]
        facts = {"split": split, "n": result.n, "metrics": metrics, **result.notes}
        checkpoint.record(source, {"command": " ".join(words), **facts})
        for key, value in result.found.items():
            checkpoint.annotate(source, key, value)
    if chosen.json:
        figures = asdict(result)
        notes, found = figures.pop("notes"), figures.pop("found")
        print(json.dumps({**figures, **notes, **found}))


def run_bench(chosen: argparse.Namespace) -> None:
    results = {}
    if chosen.page:
        from demos.bench import measure

        results["page"] = measure()
    else:
        known = recipes()
        shipped = [name for name in known if name in checkpoint.names()]
        first_of_task = {known[name].task: name for name in reversed(shipped)}.values()
        for name in chosen.names or first_of_task:
            if name not in known:
                raise ValueError(f"There is no model {name!r}; there are {', '.join(known)}.")
            results[name] = known[name].bench(name)
    for name, figures in results.items():
        print(name)
        for what, value in figures.items():
            print(f"    {what:36} {value:,.2f}")
    if chosen.json:
        print(json.dumps(results))


def run_download(chosen: argparse.Namespace) -> None:
    for path in data.download(chosen.name, chosen.data):
        print(path)
