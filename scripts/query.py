"""The command ``concept-freq query``, from a clone."""

from concept_freq.commands.query import main

if __name__ == "__main__":
    main()
