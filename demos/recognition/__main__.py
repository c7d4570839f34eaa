"""`python -m demos.recognition` opens the tab alone."""

from demos import gallery, recognition

gallery.serve(tabs=[recognition])
