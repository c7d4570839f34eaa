"""The tab alone: python -m demos.home."""

from demos import gallery, home

gallery.serve(tabs=[home])
