"""Chorales as scores: what is written (notation), where it stands (engraving), how it looks.

sung = notation.sung(notes, voices, tempo=76)
page = engraving.engrave(notation.write(sung, key_of(notes)), width=110)
Path("chorale.svg").write_text(svg.svg(page), encoding="utf-8")
"""
