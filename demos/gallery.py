"""The gallery: the order of its tabs, its header and how it is served."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import gradio as gr

from demos import (
    captioning,
    handwriting,
    home,
    memory,
    music,
    recognition,
    text,
    theme,
    translation,
)
from lstm_core import checkpoint
from lstm_core.hardware import one_thread

TABS = [home, text, handwriting, recognition, music, translation, captioning, memory]
"""Modules with a NAME for addresses, a TITLE for the tab, NETWORKS, of which it needs one at least
(or none, if it names none), `build`, which fills the tab, and `prepare`, which works out what
visitors may ask for next and keeps it. What `build` asks to be done by `page.load` is done when a
visitor first looks at the tab."""

TAB = "tab"
"""What an address calls the tab that it opens: `?tab=text`."""

HEADER = """
# LSTM Gallery
Long short-term memory networks at work. Watch them, play with them, and look inside. Every model
here was trained by this project and runs live.
"""

KEPT_SECONDS = 3_600
"""How long a file that a visitor has sent stays on the disk, and how often is looked for such."""

SCRIPT = Path(__file__).with_name("page.js")
"""What the page does besides its widgets."""

VISITORS_AT_ONCE = 2
"""Samplers running at the same time: one a core, as each step keeps one core busy."""


def alive(tabs: Sequence[ModuleType]) -> list[ModuleType]:
    """Those of some tabs that have the networks they need."""
    there = set(checkpoint.names())
    return [tab for tab in tabs if not tab.NETWORKS or there.intersection(tab.NETWORKS)]


def build(tabs: Sequence[ModuleType]) -> gr.Blocks:
    """The page with these tabs."""
    with gr.Blocks(
        title="LSTM Gallery", analytics_enabled=False, delete_cache=(KEPT_SECONDS, KEPT_SECONDS)
    ) as page:
        gr.Markdown(HEADER, elem_id="masthead")
        known = [tab.NAME for tab in tabs]
        with gr.Tabs(overflow_behavior="wrap") as bar:
            for tab in tabs:
                with gr.Tab(tab.TITLE, id=tab.NAME) as shown:
                    opened = gr.State(False)
                    first_look(shown, tab.NAME, known, opened)
                    tab.build(SimpleNamespace(load=opened.change))

        def on_open(asked: gr.Request) -> Any:
            """Open the tab that the address names."""
            name = named(asked)
            return gr.Tabs(selected=name) if name in known else gr.skip()

        page.load(on_open, None, bar, api_visibility="private", show_progress="hidden", queue=False)

        # At every message of a stream the browser would copy all components that may show its
        # progress, value by value; those that show none need not be copied.
        for event in page.fns.values():
            if event.show_progress == "hidden":
                event.show_progress_on = []
    return page


def named(asked: gr.Request) -> str | None:
    """The tab that the address of the page names."""
    return dict(asked.query_params).get(TAB)


def first_look(shown: gr.Tab, name: str, known: Sequence[str], opened: gr.State) -> None:
    """Set `opened` when a visitor first looks at a tab: what stands on it is worked out then.

    Were it worked out for all tabs as the page opens, the one that is looked at would wait for
    them. The first tab is shown for a moment, too, where the address names another: that is none.
    """
    passed_over = gr.State(False)

    def on_select(is_open: bool, passed: bool, asked: gr.Request) -> tuple[bool, bool]:
        meant = named(asked) if named(asked) in known else known[0]
        if name == known[0] != meant and not passed and not is_open:
            return False, True
        return True, passed

    both = [opened, passed_over]
    shown.select(  # in the queue, as only what is done there has the change of a state noticed
        on_select, both, both,
        api_visibility="private", show_progress="hidden", concurrency_limit=None,
    )  # fmt: skip


def serve(
    host: str | None = None,
    port: int | None = None,
    browser: bool = True,
    tabs: Sequence[ModuleType] | None = None,
) -> None:
    """Serve the gallery until it is interrupted.

    Args:
        host: address to listen on; None for this machine only.
        port: None for the first free one from 7860.
        browser: open a browser window.
        tabs: to be shown; None for all that are alive.
    """
    tabs = alive(TABS) if tabs is None else tabs
    with one_thread():
        page = build(tabs)
        launch(
            page, server_name=host, server_port=port, inbrowser=browser, prevent_thread_lock=True
        )
        threading.Thread(target=prepare, args=[tabs], daemon=True).start()
        page.block_thread()


def prepare(tabs: Sequence[ModuleType]) -> None:
    """Let each tab prepare, while the first page is already served, and after whatever is asked."""
    if sys.platform == "linux":  # where a thread has a priority of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
    import matplotlib  # noqa: F401 - Gradio asks it for its backend at the first click

    for tab in tabs:
        tab.prepare()


def launch(page: gr.Blocks, **settings) -> tuple:
    """Serve a page with the gallery's looks, queue and limits; `settings` as `gr.Blocks.launch`."""
    # With a backend named, Gradio need not import all of pyplot at the first click to learn of one.
    os.environ.setdefault("MPLBACKEND", "agg")
    page.queue(default_concurrency_limit=VISITORS_AT_ONCE, max_size=32)
    return page.launch(
        theme=theme.theme(),
        css=theme.css(),
        js=SCRIPT.read_text(encoding="utf-8"),
        footer_links=["api", "settings"],
        ssr_mode=False,
        max_file_size="50mb",
        show_error=False,
        **settings,
    )
