"""The command ``concept-freq rate``, from a clone."""

from concept_freq.commands.rate import main

if __name__ == "__main__":
    main()
