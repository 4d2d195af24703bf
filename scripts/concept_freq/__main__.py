"""``python -m concept_freq``: the command ``concept-freq``."""

from concept_freq.cli import main

if __name__ == "__main__":
    main()
