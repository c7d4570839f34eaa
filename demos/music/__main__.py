"""`python -m demos.music` opens the tab alone."""

from demos import gallery, music

gallery.serve(tabs=[music])
