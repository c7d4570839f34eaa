"""Palette and type: the page, the canvases and matplotlib all read them from here."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

LIGHT = {
    "paper": "#FBFAF7",
    "surface": "#FFFFFF",
    "ink": "#1B1D22",
    "muted": "#5F646C",
    "rule": "#E4E1DA",
    "track": "#D5D1C8",
    "accent": "#2F4BD8",
    "accent-ink": "#FFFFFF",
    "minus": "#C8452B",  # cell value -1
    "zero": "#FBFAF7",
    "plus": "#1F6FB2",  # cell value +1
    "surprise": "#4B2E83",
    "gate-i": "#2A9D8F",
    "gate-f": "#D1495B",
    "gate-o": "#3A6EA5",
    "gate-g": "#E9A23B",
}
DARK = {
    "paper": "#14161A",
    "surface": "#1C1F25",
    "ink": "#ECEBE7",
    "muted": "#9AA0AA",
    "rule": "#2C3038",
    "track": "#3A3F49",
    "accent": "#8FA2FF",
    "accent-ink": "#14161A",
    "minus": "#E5674C",
    "zero": "#1C1F25",
    "plus": "#4A9BE0",
    "surprise": "#9B7BE0",
    "gate-i": "#4FC3B5",
    "gate-f": "#EC7584",
    "gate-o": "#74A6DC",
    "gate-g": "#F0B55E",
}

SANS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "sans-serif"]
MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace"]


def css() -> str:
    """The style sheet of the page: the palette as variables, then `theme.css`."""
    light, dark = (
        " ".join(f"--{name}: {value};" for name, value in palette.items())
        for palette in (LIGHT, DARK)
    )
    rules = Path(__file__).with_name("theme.css").read_text(encoding="utf-8")
    return f":root {{ {light} }}\n.dark {{ {dark} }}\n{rules}"


def theme() -> gr.themes.Base:
    """Gradio's own components in the palette and with system fonts: nothing is downloaded."""
    colours = {
        "body_background_fill": "paper",
        "body_text_color": "ink",
        "body_text_color_subdued": "muted",
        "background_fill_primary": "surface",
        "background_fill_secondary": "paper",
        "block_background_fill": "surface",
        "block_border_color": "rule",
        "block_label_text_color": "muted",
        "block_title_text_color": "ink",
        "block_info_text_color": "muted",
        "border_color_primary": "rule",
        "border_color_accent": "accent",
        "color_accent_soft": "paper",
        "input_background_fill": "paper",
        "input_border_color": "rule",
        "input_border_color_focus": "accent",
        "input_placeholder_color": "muted",
        "slider_color": "accent",
        "link_text_color": "accent",
        "button_primary_background_fill": "accent",
        "button_primary_background_fill_hover": "accent",
        "button_primary_text_color": "accent-ink",
        "button_primary_border_color": "accent",
        "button_secondary_background_fill": "surface",
        "button_secondary_background_fill_hover": "paper",
        "button_secondary_text_color": "ink",
        "button_secondary_border_color": "rule",
        "checkbox_background_color": "paper",
        "checkbox_background_color_selected": "accent",
        "checkbox_border_color": "rule",
        "panel_background_fill": "paper",
    }
    both = {
        f"{name}{mode}": f"var(--{colour})"
        for name, colour in colours.items()
        for mode in ("", "_dark")
    }
    return gr.themes.Base(
        font=SANS, font_mono=MONO, radius_size="sm", spacing_size="md", text_size="md"
    ).set(
        **both,
        color_accent="var(--accent)",
        block_shadow="none",
        block_shadow_dark="none",
        button_primary_shadow="none",
        button_secondary_shadow="none",
        button_large_text_weight="600",
        button_border_width="1px",
        button_border_width_dark="1px",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_title_text_weight="600",
        prose_header_text_weight="650",
    )
