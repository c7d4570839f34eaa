"""`python -m demos.handwriting` opens the tab alone."""

from demos import gallery, handwriting

gallery.serve(tabs=[handwriting])
