"""The commands of ``concept-freq``, one module each with a ``main``; concept_freq.cli finds them by name.

Comes in: command lines. Goes out: tables, answers, exit codes (0 done, 1 could not, 2 misused). May import anything;
nothing imports it but ``cli`` and the programs of the same names under scripts/.
"""
