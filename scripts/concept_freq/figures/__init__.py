"""How figures look: one style, labels of rows and columns, sheets of pictures.

Comes in: final tables. Goes out: PNG, PDF and the CSV that is drawn. Imported by ``figure_*`` programs only.
"""
