"""`python -m demos.translation` opens the tab alone."""

from demos import gallery, translation

gallery.serve(tabs=[translation])
