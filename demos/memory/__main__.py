"""`python -m demos.memory` opens the tab alone."""

from demos import gallery, memory

gallery.serve(tabs=[memory])
