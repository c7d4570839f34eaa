"""`python -m demos.captioning` opens the tab alone."""

from demos import captioning, gallery

gallery.serve(tabs=[captioning])
