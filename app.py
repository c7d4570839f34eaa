"""LSTM Gallery: `python app.py` opens it in the browser."""

from __future__ import annotations

import argparse

from demos.gallery import serve
from lstm_core.cli import add_serve_arguments


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add_serve_arguments(parser)
    chosen = parser.parse_args()
    serve(host=chosen.host, port=chosen.port, browser=not chosen.no_browser)


if __name__ == "__main__":
    main()
